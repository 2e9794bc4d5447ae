"""Every kind of activity and its sentence in both languages (Q30, Q36), alphabetical by tag.

The tag is stable and stands in the register; `reported` kinds are those that a connected
application may report; the others come from our own events.
"""

from __future__ import annotations

from dataclasses import dataclass

from shared.contracts.texts import Text


@dataclass(frozen=True, slots=True)
class Activity:
    """One kind of activity. `personal`: the persons concerned see it in their list; otherwise operators only."""

    tag: str
    text: Text
    reported: bool = False
    personal: bool = True


_ALL = (
    Activity("acting.started", Text("Début d’intervention au nom d’un délégant", "Began to act for a delegator")),
    Activity(
        "cadastre-file.followed",
        Text("Consultation d’un dossier du cadastre", "Cadastre file viewed"),
        reported=True,
    ),
    Activity(
        "closing-date.extended",
        Text("Prolongement de la date de fermeture", "Closing date extended"),
        reported=True,
    ),
    Activity(
        "contact-company.named", Text("Désignation d’une personne-ressource", "Contact company named"), reported=True
    ),
    Activity(
        "contact-company.removed", Text("Retrait de la personne-ressource", "Contact company removed"), reported=True
    ),
    Activity("delegate.added", Text("Ajout d’un délégataire", "Delegate added")),
    Activity("delegate.removed", Text("Suppression d’un délégataire", "Delegate removed")),
    Activity("delegate.searched", Text("Recherche d’un délégataire", "Delegate searched for")),
    Activity("document.added", Text("Téléversement d’un document", "Document uploaded"), reported=True),
    Activity("document.removed", Text("Retrait d’un document", "Document removed"), reported=True),
    Activity("email.changed", Text("Changement d’adresse courriel", "E-mail address changed")),
    Activity("email.failed", Text("Courriel non remis", "E-mail not delivered"), personal=False),
    Activity("email.sent", Text("Courriel envoyé", "E-mail sent"), personal=False),
    Activity("inspection.requested", Text("Demande d’inspection", "Inspection requested"), reported=True),
    Activity("licence.changed", Text("Correction du permis au tableau", "Licence corrected on the roster")),
    Activity("licence.granted", Text("Association du permis d’arpenteur-géomètre", "Land surveyor licence claimed")),
    Activity("licence.imported", Text("Importation du permis", "Licence imported"), personal=False),
    Activity("licence.reinstated", Text("Rétablissement du permis", "Licence reinstated")),
    Activity("licence.suspended", Text("Suspension du permis", "Licence suspended")),
    Activity(
        "lot.reserved",
        Text("Réservation de lots et plans complémentaires en TR", "Lots and complementary plans reserved"),
        reported=True,
    ),
    Activity(
        "lot-correction.verified",
        Text("Vérification de la correction de lots", "Lot correction verified"),
        reported=True,
    ),
    Activity("password.changed", Text("Changement de mot de passe", "Password changed")),
    Activity(
        "permit-application.submitted",
        Text("Présentation d’une demande de permis", "Permit application submitted"),
        reported=True,
    ),
    Activity("permit-message.sent", Text("Envoi d’un message à la Ville", "Message sent to the City"), reported=True),
    Activity("pin.issued", Text("Émission d’un nouveau NIP", "New PIN issued"), personal=False),
    Activity("product.ordered", Text("Commande de produits cadastraux", "Cadastral products ordered"), reported=True),
    Activity("registration.repeated", Text("Inscription répétée", "Repeated registration"), personal=False),
    Activity("reset.requested", Text("Demande de nouveau mot de passe", "Password reset requested")),
    Activity(
        "survey-file.followed",
        Text("Consultation d’un dossier d’arpentage", "Survey file viewed"),
        reported=True,
    ),
    Activity("template.changed", Text("Modification des modèles", "Templates changed"), reported=True),
    Activity(
        "update-request.deposited",
        Text("Dépôt d’une demande de mise à jour du cadastre (DM)", "Cadastre update request deposited"),
        reported=True,
    ),
    Activity(
        "update-request.prevalidated",
        Text("Prévalidation d’une demande de mise à jour du cadastre (DM)", "Cadastre update request pre-validated"),
        reported=True,
    ),
    Activity("user.changed", Text("Modification du profil", "Profile changed")),
    Activity("user.registered", Text("Création d’un identifiant", "Account created")),
    Activity(
        "user.removed",
        Text("Fin d’une inscription non confirmée", "Unconfirmed registration ended"),
        personal=False,
    ),
    Activity("user.verified", Text("Vérification de l’adresse courriel", "E-mail address verified")),
    Activity("username.requested", Text("Rappel du nom d’utilisateur", "User name reminder requested")),
    Activity(
        "verification.requested",
        Text("Demande de vérification d’une adresse courriel", "E-mail verification requested"),
    ),
)

ACTIVITIES: dict[str, Activity] = {activity.tag: activity for activity in _ALL}
