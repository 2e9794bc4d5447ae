"""Problems that audit answers."""

from __future__ import annotations

from shared.contracts.problems.base import Problem
from shared.contracts.texts import Text


class CursorUnknown(Problem):
    """The cursor was not given by this list in this sorting."""

    slug = "cursor-unknown"
    status = 422
    title = Text("Repère de page inconnu", "Unknown page cursor")
    detail = Text(
        "Reprenez la liste à la première page, puis suivez le repère « next » de chaque réponse.",
        "Start the list again at the first page and follow the “next” cursor of each answer.",
    )
