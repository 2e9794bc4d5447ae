"""Problems that accounts answers."""

from __future__ import annotations

from shared.contracts.problems.base import Problem
from shared.contracts.texts import Text


class PinNotAccepted(Problem):
    """No licence can be claimed with this PIN: mistyped, used, replaced, suspended or foreign; which, is not told."""

    slug = "pin-not-accepted"
    status = 422
    title = Text("NIP non accepté", "PIN not accepted")
    detail = Text(
        "Vérifiez les neuf signes du NIP dans l’avis le plus récent que vous avez reçu. S’il n’est toujours pas "
        "accepté, demandez un nouveau NIP à l’Ordre.",
        "Check the nine characters of the PIN in the newest notice that you received. If it is still not accepted, ask "
        "the order for a new PIN.",
    )


class AlreadyASurveyor(Problem):
    """The person holds a licence already, and can hold one only (decision 11)."""

    slug = "already-a-surveyor"
    status = 409
    title = Text("Vous détenez déjà un permis", "You hold a licence already")
    detail = Text(
        "Un identifiant ne porte qu’un seul permis. Communiquez avec l’Ordre si le vôtre n’est pas le bon.",
        "An account carries one licence only. Ask the order if yours is not the right one.",
    )


class LicenceAlreadySuspended(Problem):
    """The licence is suspended already; nothing was changed."""

    slug = "licence-already-suspended"
    status = 409
    title = Text("Permis déjà suspendu", "Licence already suspended")
    detail = Text("Rien n’a été modifié. Consultez l’état du permis.", "Nothing was changed. Look at the licence.")


class LicenceNotSuspended(Problem):
    """The licence is not suspended; nothing was changed."""

    slug = "licence-not-suspended"
    status = 409
    title = Text("Permis non suspendu", "Licence not suspended")
    detail = Text("Rien n’a été modifié. Consultez l’état du permis.", "Nothing was changed. Look at the licence.")


class LicenceAlreadyClaimed(Problem):
    """Somebody holds the licence: it needs no PIN any more."""

    slug = "licence-already-claimed"
    status = 409
    title = Text("Permis déjà associé", "Licence already claimed")
    detail = Text(
        "Une personne détient déjà ce permis\N{NO-BREAK SPACE}: un NIP n’y servirait plus.",
        "Somebody holds this licence already: a PIN would serve no purpose.",
    )


class ImportRunning(Problem):
    """Another import runs; one runs at a time."""

    slug = "import-running"
    status = 409
    title = Text("Une importation est en cours", "An import is running")
    detail = Text(
        "Attendez la fin de l’importation en cours, puis recommencez.",
        "Wait for the end of the import that runs, then try again.",
    )


class RosterUnreadable(Problem):
    """The file is empty, is not UTF-8, or begins with something that is no header; nothing was imported."""

    slug = "roster-unreadable"
    status = 422
    title = Text("Fichier illisible", "File unreadable")
    detail = Text(
        "Enregistrez le fichier en CSV, encodé en UTF-8, avec la virgule ou le point-virgule pour séparateur et les "
        "noms des colonnes sur la première ligne.",
        "Save the file as CSV in UTF-8, separated by commas or semicolons, with the names of the columns on the "
        "first line.",
    )


class RosterColumnsWrong(Problem):
    """The header does not name the required columns once each; nothing was imported."""

    slug = "roster-columns-wrong"
    status = 422
    title = Text("Colonnes à revoir", "Columns to be checked")
    detail = Text(
        "La première ligne doit nommer une seule fois les colonnes {required}. À revoir : {columns}.",
        "The first line must name these columns once each: {required}. To be checked: {columns}.",
    )
