"""Problems that accounts answers about business accounts, and the refusals that its decisions give as reasons."""

from __future__ import annotations

from shared.contracts.problems import base
from shared.contracts.problems.base import Problem
from shared.contracts.texts import Text

A_MANAGER = Text("Une personne qui gère ce compte", "A manager of this account")
AN_OPERATOR = Text("Un opérateur du service", "An operator of the service")


class Refusal(base.Refusal):
    """A refusal to let somebody act on behalf of an account."""


class NotAMember(Refusal):
    """The person does not belong to this account, or there is no such account: which, is not told."""

    slug = "not-a-member"
    status = 404
    rule = "O17"
    title = Text("Cette personne n’est pas associée au compte", "This person does not belong to the account")
    detail = Text(
        "Demandez le NIP du compte à une personne qui le gère, puis associez-vous dans l’onglet "
        "Professionnels/Entrepreneurs.",
        "Ask a manager of the account for its PIN, then associate yourself in the tab Professionals/Contractors.",
    )
    who_can_change = A_MANAGER


class RightMissing(Refusal):
    """The person belongs to the account and has not got this right (O13, O18)."""

    slug = "right-missing"
    status = 403
    rule = "O18"
    title = Text("Cette permission n’est pas accordée", "This permission is not granted")
    detail = Text(
        "Demandez à une personne qui gère le compte de cocher cette permission pour vous.",
        "Ask a manager of the account to tick this permission for you.",
    )
    who_can_change = A_MANAGER


class ManagerRequired(Refusal):
    """Only a manager of the account may do this (O13, O19)."""

    slug = "manager-required"
    status = 403
    rule = "O19"
    title = Text("Réservé aux personnes qui gèrent le compte", "For managers of the account only")
    detail = Text(
        "Demandez à une personne qui gère le compte de le faire, ou de vous accorder la permission Gérer.",
        "Ask a manager of the account to do it, or to grant you the permission Manage.",
    )
    who_can_change = A_MANAGER


class ClaimContested(Refusal):
    """The person claimed the account, and the claim is contested: nothing is allowed until an operator decides."""

    slug = "claim-contested"
    status = 403
    rule = "O7"
    title = Text("L’association de ce compte est contestée", "The claim of this account is contested")
    detail = Text(
        "Attendez la décision d’un opérateur. Vous en serez avisé par courriel.",
        "Wait for an operator to decide. You will be told by e-mail.",
    )
    who_can_change = AN_OPERATOR


class UnknownRight(Refusal):
    """The action is none of the six permissions of an account (O13)."""

    slug = "unknown-right"
    status = 400
    rule = "O13"
    title = Text("Permission inconnue", "Unknown permission")
    detail = Text(
        "Nommez l’une des six permissions : manage, submit, pay, inspect, upload, templates.",
        "Name one of the six permissions: manage, submit, pay, inspect, upload, templates.",
    )
    who_can_change = Text("L’application qui demande", "The application that asks")


class UnknownMember(Refusal):
    """The subject is no user or the resource no account."""

    slug = "unknown-member"
    status = 400
    rule = "O13"
    title = Text("Personne ou compte non reconnu", "Person or account not recognised")
    detail = Text(
        "Le sujet est de type user et la ressource de type account, chacun avec son identifiant UUID.",
        "The subject is of type user and the resource of type account, each with its UUID.",
    )
    who_can_change = Text("L’application qui demande", "The application that asks")


class AccountMomentNotPast(Refusal):
    """The question about an account is about a moment that has not come yet, or that is no time with its offset."""

    slug = "account-moment-not-past"
    status = 422
    rule = "O13"
    title = Text("Ce moment n’est pas passé", "This moment is not past")
    detail = Text(
        "Indiquez dans « as_of » une date et une heure passées, avec leur décalage (RFC 3339).",
        "Name in “as_of” a date and time in the past, with their offset (RFC 3339).",
    )
    who_can_change = Text("L’application qui demande", "The application that asks")


class AccountPinNotAccepted(Problem):
    """Nothing can be joined with this PIN: mistyped, replaced or foreign; which, is not told."""

    slug = "account-pin-not-accepted"
    status = 422
    title = Text("NIP non accepté", "PIN not accepted")
    detail = Text(
        "Vérifiez les neuf signes auprès de la personne qui vous a donné le NIP, ou dans l’avis le plus récent que "
        "vous avez reçu. S’il n’est toujours pas accepté, ou si vous n’avez pas reçu de NIP, écrivez au soutien.",
        "Check the nine characters with whoever gave you the PIN, or in the newest notice that you received. If it is "
        "still not accepted, or if you have received no PIN, write to the support.",
    )


class AlreadyAMember(Problem):
    """The person belongs to this account already; nothing was changed."""

    slug = "already-a-member"
    status = 409
    title = Text("Vous êtes déjà associé à ce compte", "You belong to this account already")
    detail = Text(
        "Le compte figure dans votre liste. Une personne qui le gère peut vous accorder des permissions.",
        "The account stands in your list. A manager can grant you permissions.",
    )


class LastManager(Problem):
    """There must always be at least one manager (O14): nothing was changed. `results` tells whose turn it was."""

    slug = "last-manager"
    status = 409
    title = Text("Il faut au moins une personne qui gère", "There must be at least one manager")
    detail = Text(
        "Accordez d’abord la permission Gérer à une autre personne. Rien n’a été modifié.",
        "First grant the permission Manage to another person. Nothing was changed.",
    )


class MembersUnknown(Problem):
    """Some of those named do not belong to the account: nothing was changed. `results` tells who."""

    slug = "members-unknown"
    status = 409
    title = Text("Certaines personnes ne sont pas associées au compte", "Some people do not belong to the account")
    detail = Text(
        "Actualisez la liste des comptes associés, puis recommencez. Rien n’a été modifié.",
        "Refresh the list of members, then try again. Nothing was changed.",
    )


class ManagerHasAllRights(Problem):
    """A manager has every other permission (O11): it cannot be withdrawn while he manages. Nothing was changed."""

    slug = "manager-has-all-rights"
    status = 409
    title = Text("Une personne qui gère a toutes les permissions", "A manager has every permission")
    detail = Text(
        "Retirez d’abord la permission Gérer; les autres resteront, et vous pourrez alors les retirer. Rien n’a été "
        "modifié.",
        "First withdraw the permission Manage; the others will stay, and you can withdraw them then. Nothing was "
        "changed.",
    )


class AccountChangedMeanwhile(Problem):
    """The account changed after it was read; nothing was changed."""

    slug = "account-changed-meanwhile"
    status = 409
    title = Text("Le compte a changé entre-temps", "The account changed meanwhile")
    detail = Text(
        "Une autre personne a modifié le compte. Relisez-le, puis refaites vos modifications.",
        "Somebody else changed the account. Read it again, then make your changes again.",
    )


class AccountAlreadyClaimed(Problem):
    """The account has members: its managers show the PIN, and no notice is sent."""

    slug = "account-already-claimed"
    status = 409
    title = Text("Compte déjà associé", "Account already claimed")
    detail = Text(
        "Ce compte est géré par ses membres. Une personne qui le gère peut montrer le NIP ou le remplacer.",
        "This account is managed by its members. A manager can show the PIN or replace it.",
    )


class LinkNotValid(Problem):
    """The link was used, is too old, or never was one: which, is not told."""

    slug = "link-not-valid"
    status = 422
    title = Text("Ce lien n’est plus valide", "This link is not valid any more")
    detail = Text(
        "Le lien a déjà servi ou il est trop ancien. Pour toute question sur ce compte, écrivez au soutien.",
        "The link has been used or is too old. For any question about this account, write to the support.",
    )


class ClaimNotContested(Problem):
    """Nobody contests this claim, or it was decided already; nothing was changed."""

    slug = "claim-not-contested"
    status = 409
    title = Text("Rien n’est contesté", "Nothing is contested")
    detail = Text("Rien n’a été modifié. Consultez l’état de la demande.", "Nothing was changed. Look at the claim.")


class TakeoverNotPossible(Problem):
    """A manager of the account is there, so that nobody can take it over; nothing was changed."""

    slug = "takeover-not-possible"
    status = 409
    title = Text("Ce compte a une personne qui le gère", "This account has a manager")
    detail = Text(
        "Demandez à une personne qui gère le compte de vous accorder la permission Gérer.",
        "Ask a manager of the account to grant you the permission Manage.",
    )


class TakeoverRunning(Problem):
    """Somebody asked to take over this account already; nothing was changed."""

    slug = "takeover-running"
    status = 409
    title = Text("Une reprise est déjà demandée", "A take-over has been asked for already")
    detail = Text("Attendez la décision d’un opérateur.", "Wait for an operator to decide.")


class TakeoverEnded(Problem):
    """The take-over was decided or withdrawn already, or is not at this step; nothing was changed."""

    slug = "takeover-ended"
    status = 409
    title = Text("Cette étape est passée", "This step is over")
    detail = Text(
        "Rien n’a été modifié. Consultez l’état de la reprise.", "Nothing was changed. Look at the take-over."
    )


class TakeoverNotDue(Problem):
    """The time in which others can object has not passed; nothing was changed."""

    slug = "takeover-not-due"
    status = 409
    title = Text("Le délai d’opposition court encore", "Others can still object")
    detail = Text(
        "Attendez la fin du délai ({due_at}), puis recommencez.",
        "Wait for the end of the delay ({due_at}), then try again.",
    )


class SecondPersonRequired(Problem):
    """Somebody else must confirm: neither who approved nor who asked."""

    slug = "second-person-required"
    status = 403
    title = Text("Une deuxième personne est requise", "A second person is required")
    detail = Text(
        "La reprise doit être confirmée par un opérateur qui ne l’a ni demandée ni approuvée.",
        "The take-over must be confirmed by an operator who has neither asked for it nor approved it.",
    )
