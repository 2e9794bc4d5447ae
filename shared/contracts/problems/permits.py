"""Problems that the example application permits answers."""

from __future__ import annotations

from shared.contracts.problems.base import Problem
from shared.contracts.texts import Text


class ApplicationClosed(Problem):
    """The application is over; nothing is done on it any more."""

    slug = "application-closed"
    status = 409
    title = Text("Demande fermée", "Application closed")
    detail = Text(
        "Présentez une nouvelle demande, ou écrivez à la Ville si celle-ci n’aurait pas dû être fermée.",
        "Submit a new application, or write to the City if this one should not have been closed.",
    )


class StateNotPossible(Problem):
    """An application cannot go from its state to this one."""

    slug = "state-not-possible"
    status = 409
    title = Text("État impossible", "State not possible")
    detail = Text(
        "La demande a peut-être changé entre-temps. Consultez son état, puis choisissez de nouveau.",
        "The application may have changed meanwhile. Look at its state, then choose again.",
    )


class CompanyNotFound(Problem):
    """There is no company that can be named as contact under this id (O16)."""

    slug = "company-not-found"
    status = 422
    title = Text("Entreprise introuvable", "Company not found")
    detail = Text(
        "Cherchez de nouveau l’entreprise par son nom, puis choisissez-la dans la liste.",
        "Search for the company by its name again, then choose it from the list.",
    )


class NoCompany(Problem):
    """A fee needs a company that can pay it, and the application names none."""

    slug = "no-company"
    status = 409
    title = Text("Aucune entreprise n’est nommée", "No company is named")
    detail = Text(
        "Demandez au client de nommer une personne-ressource, puis portez les frais à son compte.",
        "Ask the client to name a contact company, then post the fee to its account.",
    )


class NotApproved(Problem):
    """Inspections are asked for once the permit is issued."""

    slug = "not-approved"
    status = 409
    title = Text("Permis non délivré", "Permit not issued")
    detail = Text(
        "Attendez que la demande soit approuvée, puis demandez l’inspection.",
        "Wait until the application is approved, then request the inspection.",
    )


class DayNotPossible(Problem):
    """The day is past, or more than a year ahead."""

    slug = "day-not-possible"
    status = 422
    title = Text("Date impossible", "Day not possible")
    detail = Text(
        "Choisissez un jour à partir d’aujourd’hui et d’ici un an.",
        "Choose a day from today on and within a year.",
    )


class InspectionOver(Problem):
    """The inspection has its result already."""

    slug = "inspection-over"
    status = 409
    title = Text("Inspection terminée", "Inspection over")
    detail = Text("Rien n’a été modifié. Consultez le résultat.", "Nothing was changed. Look at the result.")


class FileNotTaken(Problem):
    """The content is none of the kinds that are taken, whatever the name says, or the file was cut off."""

    slug = "file-not-taken"
    status = 422
    title = Text("Type de fichier non accepté", "Kind of file not accepted")
    detail = Text(
        "Envoyez un document PDF ou une image PNG ou JPEG, entière. Le contenu compte, non le nom du fichier.",
        "Send a PDF document or a PNG or JPEG picture, whole. The content counts, not the name of the file.",
    )


class TooManyFiles(Problem):
    """The application has as many files as it may have."""

    slug = "too-many-files"
    status = 409
    title = Text("Trop de fichiers", "Too many files")
    detail = Text(
        "Une demande porte au plus {most} fichiers. Retirez-en un, ou regroupez-les dans un seul PDF.",
        "An application has {most} files at most. Remove one, or put several into one PDF.",
    )


class TemplateNameTaken(Problem):
    """The company has another template of that name."""

    slug = "template-name-taken"
    status = 409
    title = Text("Nom de modèle déjà pris", "Template name taken")
    detail = Text("Choisissez un autre nom.", "Choose another name.")


class NoRoom(Problem):
    """The file could not be written to the disk; nothing of it was kept."""

    slug = "no-room"
    status = 503
    title = Text("Le fichier n’a pas pu être conservé", "The file could not be kept")
    detail = Text(
        "La faute est de notre côté et rien n’a été conservé. Envoyez le fichier de nouveau plus tard.",
        "The fault is ours and nothing was kept. Send the file again later.",
    )


class PaymentLinkWrong(Problem):
    """The provider for trials takes only links that the merchant signed, and not after their end."""

    slug = "payment-link-wrong"
    status = 422
    title = Text("Lien de paiement non valide", "Payment link not valid")
    detail = Text(
        "Retournez à vos frais impayés et recommencez le paiement. Rien n’a été prélevé.",
        "Go back to your unpaid fees and start the payment again. Nothing was charged.",
    )


class NotRefundable(Problem):
    """The payment was not taken, or was given back already."""

    slug = "not-refundable"
    status = 409
    title = Text("Remboursement impossible", "Refund not possible")
    detail = Text(
        "Seul un paiement reçu et non remboursé peut l’être. Consultez son état.",
        "Only a payment that was received and not yet refunded can be. Look at its state.",
    )
