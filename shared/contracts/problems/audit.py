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


class NotSealedYet(Problem):
    """The activity was recorded a moment ago, after the state that was asked for was signed."""

    slug = "not-sealed-yet"
    status = 409
    title = Text("Pas encore scellée", "Not sealed yet")
    detail = Text(
        "L’activité est inscrite, mais l’état demandé du registre est plus ancien. Recommencez dans quelques "
        "secondes, ou demandez un état plus récent.",
        "The activity is recorded, but the state asked for is older. Try again in a few seconds, or ask for a newer "
        "state.",
    )


class FileNotRead(Problem):
    """The file to be checked is damaged, or is none that was downloaded here."""

    slug = "file-not-read"
    status = 422
    title = Text("Fichier illisible", "File not readable")
    detail = Text(
        "Joignez le fichier Excel, PDF ou JSON Lines tel que vous l’avez téléchargé, sans l’enregistrer de nouveau.",
        "Send the Excel, PDF or JSON Lines file as you downloaded it, without saving it again.",
    )
