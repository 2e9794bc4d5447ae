"""Connected applications: they use the public HTTP interface and the published contracts only."""

import shared  # noqa: F401 - before all else: see there what it keeps away
