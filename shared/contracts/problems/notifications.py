"""Problems that notifications answers."""

from __future__ import annotations

from shared.contracts.problems.base import Problem
from shared.contracts.texts import Text


class EmailNotRetriable(Problem):
    """The e-mail did not fail, or it held a secret that is erased: it cannot be sent again."""

    slug = "email-not-retriable"
    status = 409
    title = Text("Renvoi impossible", "Cannot be sent again")
    detail = Text(
        "Le courriel n’a pas échoué, ou il contenait un secret qui est effacé. Dans ce cas, refaites la demande.",
        "The e-mail did not fail, or it held a secret that is erased. In that case make the request again.",
    )
