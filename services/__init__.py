"""The services of Mandat, each independent of the others."""

import shared  # noqa: F401 - before all else: see there what it keeps away
