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


class ExportTooLong(Problem):
    """The list is longer than a file of this format takes; `others` names formats that take it."""

    slug = "export-too-long"
    status = 422
    title = Text("Trop d’activités pour ce format", "Too many activities for this format")
    detail = Text(
        "Votre liste compte {rows} activités, et ce format en prend au plus {limit}. Choisissez un autre format "
        "({others}), ou réduisez la liste, par exemple à une période.",
        "Your list has {rows} activities, and this format takes at most {limit}. Choose another format ({others}), or "
        "narrow the list, to a period say.",
    )


class ExportTakesLong(Problem):
    """The file takes too long to be waited for; it can be prepared in the background."""

    slug = "export-takes-long"
    status = 422
    title = Text("Fichier à préparer en arrière-plan", "File to be prepared in the background")
    detail = Text(
        "Votre liste compte {rows} activités. Au-delà de {limit}, demandez que le fichier soit préparé : un courriel "
        "vous dira qu’il est prêt. Vous pouvez aussi réduire la liste, par exemple à une période.",
        "Your list has {rows} activities. Beyond {limit}, ask for the file to be prepared: an e-mail tells you when it "
        "is ready. You can also narrow the list, to a period say.",
    )


class ExportNotReady(Problem):
    """The file is still being prepared, or its preparation failed or was given up."""

    slug = "export-not-ready"
    status = 409
    title = Text("Fichier pas encore prêt", "File not ready yet")
    detail = Text(
        "Le fichier n’est pas prêt. Voyez son avancement à /audit/v1/exports; s’il a échoué, demandez-le de nouveau.",
        "The file is not ready. See how far it is at /audit/v1/exports; if it failed, ask for it again.",
    )
