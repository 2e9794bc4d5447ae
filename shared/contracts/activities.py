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
    Activity(
        "account-pin.issued",
        Text("Émission d’un nouveau NIP de compte", "New PIN of an account issued"),
        personal=False,
    ),
    Activity("account-pin.rotated", Text("Remplacement du NIP du compte", "PIN of the account replaced")),
    Activity("account.changed", Text("Modification du compte", "Account changed")),
    Activity("account.claimed", Text("Association d’un compte importé", "Imported account claimed")),
    Activity("account.imported", Text("Importation d’un compte", "Account imported"), personal=False),
    Activity("account.orphaned", Text("Compte laissé sans personne qui le gère", "Account left without a manager")),
    Activity(
        "account.registered",
        Text("Création d’un compte de professionnel ou d’entrepreneur", "Professional or contractor account created"),
    ),
    Activity("acting.started", Text("Début d’intervention au nom d’un délégant", "Began to act for a delegator")),
    Activity("attestation.issued", Text("Délivrance d’une attestation", "Attestation issued")),
    Activity("bank-details.changed", Text("Modification des informations bancaires", "Bank details changed")),
    Activity("bank-details.removed", Text("Retrait des informations bancaires", "Bank details removed")),
    Activity(
        "cadastre-file.followed",
        Text("Consultation d’un dossier du cadastre", "Cadastre file viewed"),
        reported=True,
    ),
    Activity(
        "claim.announced", Text("Avis d’association envoyé à un contact", "Contact told of a claim"), personal=False
    ),
    Activity("claim.contested", Text("Contestation de l’association du compte", "Claim of the account contested")),
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
    Activity("contest.dismissed", Text("Contestation rejetée", "Contest dismissed")),
    Activity("contest.upheld", Text("Contestation retenue", "Contest upheld")),
    Activity("delegate.added", Text("Ajout d’un délégataire", "Delegate added")),
    Activity("delegate.removed", Text("Suppression d’un délégataire", "Delegate removed")),
    Activity("delegate.searched", Text("Recherche d’un délégataire", "Delegate searched for")),
    Activity("document.added", Text("Téléversement d’un document", "Document uploaded"), reported=True),
    Activity("document.removed", Text("Retrait d’un document", "Document removed"), reported=True),
    Activity("email.changed", Text("Changement d’adresse courriel", "E-mail address changed")),
    Activity("email.failed", Text("Courriel non remis", "E-mail not delivered"), personal=False),
    Activity("email.sent", Text("Courriel envoyé", "E-mail sent"), personal=False),
    Activity("fee.paid", Text("Paiement de frais", "Fee paid")),
    Activity("fee.posted", Text("Frais portés au compte", "Fee posted")),
    Activity("fee.refunded", Text("Remboursement de frais", "Fee refunded")),
    Activity("fee.withdrawn", Text("Annulation de frais", "Fee withdrawn")),
    Activity("guessing.detected", Text("NIP essayés en grand nombre", "PINs tried in great numbers"), personal=False),
    Activity("inspection.requested", Text("Demande d’inspection", "Inspection requested"), reported=True),
    Activity(
        "last-manager.refused",
        Text(
            "Refus\N{NO-BREAK SPACE}: il faut au moins une personne qui gère le compte",
            "Refused: there must be at least one manager of the account",
        ),
    ),
    Activity("licence.changed", Text("Correction du permis au tableau", "Licence corrected on the roster")),
    Activity("licence.granted", Text("Association du permis d’arpenteur-géomètre", "Land surveyor licence claimed")),
    Activity("licence.imported", Text("Importation du permis", "Licence imported"), personal=False),
    Activity("licence.reinstated", Text("Rétablissement du permis", "Licence reinstated")),
    Activity(
        "licence.released",
        Text(
            "Permis laissé sans titulaire, dont l’identifiant a pris fin",
            "Licence left without its holder, who is gone",
        ),
    ),
    Activity("licence.suspended", Text("Suspension du permis", "Licence suspended")),
    Activity("list.exported", Text("Préparation d’un fichier d’activités", "File of activities prepared")),
    Activity(
        "lot-correction.verified",
        Text("Vérification de la correction de lots", "Lot correction verified"),
        reported=True,
    ),
    Activity(
        "lot.reserved",
        Text("Réservation de lots et plans complémentaires en TR", "Lots and complementary plans reserved"),
        reported=True,
    ),
    Activity(
        "member.changed",
        Text("Modification des permissions d’une personne associée", "Permissions of a member changed"),
    ),
    Activity("member.joined", Text("Association d’une personne au compte", "Member joined the account")),
    Activity("member.left", Text("Départ d’une personne associée", "Member left the account")),
    Activity("member.removed", Text("Retrait d’une personne associée", "Member removed from the account")),
    Activity("password.changed", Text("Changement de mot de passe", "Password changed")),
    Activity("payment.expired", Text("Paiement non terminé à temps", "Payment not finished in time")),
    Activity("payment.failed", Text("Paiement refusé ou abandonné", "Payment declined or given up")),
    Activity("payment.received", Text("Paiement reçu", "Payment received")),
    Activity("payment.refunded", Text("Remboursement d’un paiement", "Payment refunded")),
    Activity("payment.started", Text("Début d’un paiement", "Payment started")),
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
        "screens.viewed",
        Text("Regard d’un opérateur sur les écrans de la personne", "An operator looked at the person’s screens"),
    ),
    Activity("successor.named", Text("Désignation de la relève", "Successor named")),
    Activity("successor.promoted", Text("Relève devenue responsable du compte", "Successor became manager")),
    Activity(
        "survey-file.followed",
        Text("Consultation d’un dossier d’arpentage", "Survey file viewed"),
        reported=True,
    ),
    Activity(
        "takeover.announced", Text("Avis de reprise envoyé à un contact", "Contact told of a take-over"), personal=False
    ),
    Activity("takeover.approved", Text("Reprise du compte approuvée", "Take-over of the account approved")),
    Activity("takeover.completed", Text("Reprise du compte confirmée", "Take-over of the account confirmed")),
    Activity(
        "takeover.objected", Text("Opposition à la reprise du compte", "Objection to the take-over of the account")
    ),
    Activity("takeover.refused", Text("Reprise du compte refusée", "Take-over of the account refused")),
    Activity("takeover.requested", Text("Demande de reprise du compte", "Take-over of the account asked for")),
    Activity("takeover.withdrawn", Text("Retrait de la demande de reprise", "Take-over of the account withdrawn")),
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
        Text("Effacement d’un identifiant", "Account erased"),
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
