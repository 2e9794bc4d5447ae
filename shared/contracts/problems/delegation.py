"""Problems that delegation answers, and the refusals that its decisions give as reasons."""

from __future__ import annotations

from typing import ClassVar

from shared.contracts.problems import base
from shared.contracts.problems.base import Problem
from shared.contracts.texts import Text


class Refusal(base.Refusal):
    """A refusal to let somebody act in a surveyor's name."""

    oauth_error: ClassVar[str] = "invalid_request"


class NotADelegator(Problem):
    """The caller holds no surveyor licence, and only a surveyor can be a delegator (Q2, Q4)."""

    slug = "not-a-delegator"
    status = 403
    title = Text("Réservé aux arpenteurs-géomètres", "For land surveyors only")
    detail = Text(
        "Seul un arpenteur-géomètre peut désigner un délégataire, et un délégataire ne peut pas déléguer les "
        "droits reçus. Si vous êtes arpenteur-géomètre, associez d’abord votre permis à votre identifiant.",
        "Only a land surveyor can designate a delegate, and a delegate cannot delegate the rights received. "
        "If you are a land surveyor, first claim your licence with your account.",
    )


class CandidateNotFound(Problem):
    """Nobody with a verified identifier has exactly this user name, e-mail address or id (Q27, decision 8)."""

    slug = "candidate-not-found"
    status = 404
    title = Text("Personne introuvable", "Person not found")
    detail = Text(
        "Aucune personne n’a exactement cet identifiant. Vérifiez-le auprès d’elle. Elle doit avoir créé son "
        "identifiant et confirmé son adresse courriel.",
        "Nobody has exactly this identifier. Check it with the person, who must have created an account and "
        "verified the e-mail address.",
    )


class CannotDelegateToOneself(Problem):
    """A surveyor tried to designate himself (decision 5)."""

    slug = "cannot-delegate-to-oneself"
    status = 409
    title = Text("On ne peut pas se désigner soi-même", "One cannot designate oneself")
    detail = Text(
        "Vous avez déjà tous les droits en votre propre nom. Désignez une autre personne.",
        "You already have every right in your own name. Designate another person.",
    )


class AlreadyADelegate(Problem):
    """The person is a delegate of this surveyor already (decision 5)."""

    slug = "already-a-delegate"
    status = 409
    title = Text("Déjà délégataire", "Already a delegate")
    detail = Text(
        "Cette personne figure déjà parmi vos délégataires. Il n’y a rien à faire.",
        "This person is among your delegates already. There is nothing to do.",
    )


class PasswordChangeRequired(Problem):
    """The first-ever delegate, and the password is older than 24 hours (Q24, decision 7)."""

    slug = "password-change-required"
    status = 403
    title = Text("Changement de mot de passe requis", "Password change required")
    detail = Text(
        "Pour des raisons de sécurité, comme il s’agit de l’inscription de votre premier délégataire, vous devez "
        "changer votre mot de passe avant de poursuivre.",
        "For security reasons, as this is your first delegate, you must change your password before you go on.",
    )


class InvalidTokenRequest(Problem):
    """The token request is not of the documented shape; `error` is the code of RFC 6749 §5.2 or RFC 8693 §2.2.2."""

    slug = "invalid-token-request"
    status = 400
    title = Text("Demande de jeton non valide", "Invalid token request")
    detail = Text(
        "Corrigez le paramètre nommé dans « parameter », puis recommencez.",
        "Correct the parameter named in “parameter”, then try again.",
    )

    def __init__(self, error: str, parameter: str) -> None:
        super().__init__(parameter=parameter)
        self.oauth_error = error


class LicenceSuspended(Refusal):
    """The surveyor’s licence is suspended: nobody acts in this name, and no delegate is added (decision 11)."""

    slug = "licence-suspended"
    status = 403
    rule = "decision 11"
    title = Text("Le permis de l’arpenteur-géomètre est suspendu", "The land surveyor’s licence is suspended")
    detail = Text(
        "Attendez que le permis soit rétabli. Les délégations reprendront telles qu’elles étaient.",
        "Wait until the licence is reinstated. The delegations will resume as they were.",
    )
    who_can_change = Text("Un opérateur du service", "An operator of the service")


class NotASurveyor(Refusal):
    """The person in whose name it would be done holds no surveyor licence (Q2)."""

    slug = "not-a-surveyor"
    status = 403
    rule = "Q2"
    title = Text(
        "La personne au nom de qui agir n’est pas arpenteur-géomètre",
        "The person in whose name to act is not a land surveyor",
    )
    detail = Text(
        "L’arpenteur-géomètre associe son permis à son identifiant avec le NIP reçu.",
        "The land surveyor claims the licence with the PIN received.",
    )
    who_can_change = Text("L’arpenteur-géomètre, avec son NIP", "The land surveyor, with the PIN")


class NoDelegation(Refusal):
    """The surveyor has not designated this person, or has ended it (Q1, Q7)."""

    slug = "no-delegation"
    status = 403
    rule = "Q1"
    title = Text(
        "L’arpenteur-géomètre n’a pas désigné cette personne comme délégataire",
        "The land surveyor has not designated this person as a delegate",
    )
    detail = Text(
        "Demandez à l’arpenteur-géomètre de vous désigner comme délégataire et attendez le courriel de confirmation.",
        "Ask the land surveyor to designate you as a delegate and wait for the confirmation e-mail.",
    )
    who_can_change = Text("L’arpenteur-géomètre délégant", "The delegating land surveyor")


class DelegationEnded(Refusal):
    """The delegation that the caller names has ended, even if another has begun since (Q7, decision 6)."""

    slug = "delegation-ended"
    status = 403
    rule = "Q7"
    title = Text("La délégation a pris fin", "The delegation has ended")
    detail = Text(
        "Demandez un nouveau jeton. S’il est refusé, l’arpenteur-géomètre doit vous désigner de nouveau.",
        "Ask for a new token. If it is refused, the land surveyor must designate you again.",
    )
    who_can_change = Text("L’arpenteur-géomètre délégant", "The delegating land surveyor")


class ReservedService(Refusal):
    """The service is reserved to the surveyor in person; nobody does it for another (Q10, decision 1)."""

    slug = "reserved-service"
    status = 403
    rule = "Q10"
    title = Text(
        "Ce service est réservé à l’arpenteur-géomètre en personne",
        "This service is reserved to the land surveyor in person",
    )
    detail = Text(
        "L’arpenteur-géomètre doit se connecter avec son propre identifiant et agir en son propre nom.",
        "The land surveyor must sign in with his or her own account and act in person.",
    )
    who_can_change = Text(
        "Personne, ce service ne se délègue pas",
        "Nobody, this service cannot be delegated",
    )


class MomentNotPast(Refusal):
    """The question is about a moment that has not come yet, or that is no time with its offset."""

    slug = "moment-not-past"
    status = 422
    rule = "Q7"
    title = Text("Ce moment n’est pas passé", "This moment is not past")
    detail = Text(
        "Indiquez dans « as_of » une date et une heure passées, avec leur décalage (RFC 3339).",
        "Name in “as_of” a date and time in the past, with their offset (RFC 3339).",
    )
    who_can_change = Text("L’application qui pose la question", "The application that asks")


class NestedActing(Refusal):
    """Somebody would act for a delegate who acts for a delegator: there is no sub-delegation (Q4)."""

    slug = "nested-acting"
    status = 403
    rule = "Q4"
    title = Text(
        "Un délégataire ne peut pas déléguer les droits reçus",
        "A delegate cannot delegate the rights received",
    )
    detail = Text(
        "L’arpenteur-géomètre doit désigner lui-même la personne qui agit.",
        "The land surveyor must designate the person who acts.",
    )
    who_can_change = Text("L’arpenteur-géomètre délégant", "The delegating land surveyor")


class UnknownService(Refusal):
    """The action is no service of the catalogue (Q9)."""

    slug = "unknown-service"
    status = 403
    rule = "Q9"
    title = Text("Ce service ne figure pas au catalogue", "This service is not in the catalogue")
    detail = Text(
        "Nommez un service du catalogue publié, par son identifiant ou par son droit.",
        "Name a service of the published catalogue, by its id or by its permission.",
    )
    who_can_change = Text("Un opérateur du service", "An operator of the service")


class UnknownParty(Refusal):
    """The question does not name by user id who acts and in whose name (Q8)."""

    slug = "unknown-party"
    status = 403
    rule = "Q8"
    title = Text(
        "La question ne nomme pas la personne qui agit ou l’arpenteur-géomètre",
        "The question does not name the person who acts or the land surveyor",
    )
    detail = Text(
        "Nommez par leur identifiant la personne (« user ») et l’arpenteur-géomètre (« surveyor »), ainsi que la "
        "personne qui agit pour une autre dans « context.actor ».",
        "Name the person (“user”) and the land surveyor (“surveyor”) by their ids, and whoever acts for another in "
        "“context.actor”.",
    )
    who_can_change = Text("L’application qui pose la question", "The application that asks")
