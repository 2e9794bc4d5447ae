"""Problems that identity answers."""

from __future__ import annotations

from typing import ClassVar

from shared.contracts.problems.base import Problem
from shared.contracts.texts import Text


class UsernameTaken(Problem):
    """Somebody has this user name, in whatever case or form of its letters."""

    slug = "username-taken"
    status = 409
    title = Text("Nom d’utilisateur déjà pris", "User name taken")
    detail = Text("Choisissez un autre nom d’utilisateur.", "Choose another user name.")


class WrongCredentials(Problem):
    """There is no such person, or this is not the password: the answer does not tell which."""

    slug = "wrong-credentials"
    status = 401
    title = Text("Nom d’utilisateur ou mot de passe erroné", "Wrong user name or password")
    detail = Text(
        "Vérifiez votre nom d’utilisateur et votre mot de passe. Si vous en avez oublié un, demandez-le par courriel.",
        "Check your user name and password. If you forgot one of them, ask for it by e-mail.",
    )


class EmailNotVerified(Problem):
    """The password is right, but the e-mail address has not been proved yet (decision 12)."""

    slug = "email-not-verified"
    status = 403
    title = Text("Adresse courriel à vérifier", "E-mail address to be verified")
    detail = Text(
        "Suivez le lien reçu par courriel avant de vous connecter, ou demandez-en un nouveau.",
        "Follow the link you received by e-mail before signing in, or ask for a new one.",
    )


class WrongPassword(Problem):
    """The person is signed in, but this is not his password."""

    slug = "wrong-password"
    status = 403
    title = Text("Mot de passe erroné", "Wrong password")
    detail = Text(
        "Entrez votre mot de passe actuel. Si vous l’avez oublié, demandez-en un nouveau par courriel.",
        "Enter your present password. If you forgot it, ask for a new one by e-mail.",
    )


class PasswordTooWeak(Problem):
    """The new password is refused; `reason` and the text say why (decision 12, ASVS 6.2)."""

    slug = "password-too-weak"
    status = 422
    title = Text("Mot de passe trop faible", "Password too weak")
    detail = Text(
        "Ce mot de passe se devine trop facilement. Choisissez-en un autre, par exemple quelques mots sans lien "
        "entre eux.",
        "This password is too easily guessed. Choose another one, a few unrelated words for instance.",
    )


class PasswordTooShort(PasswordTooWeak):
    """It has fewer than 15 characters."""

    detail = Text(
        "Utilisez au moins 15 caractères, par exemple quelques mots sans lien entre eux.",
        "Use 15 characters or more, a few unrelated words for instance.",
    )


class PasswordTooLong(PasswordTooWeak):
    """It has more than 128 characters."""

    detail = Text("Utilisez au plus 128 caractères.", "Use 128 characters or fewer.")


class PasswordCommon(PasswordTooWeak):
    """It is made of what everybody uses: common passwords, years, keyboard rows."""

    detail = Text(
        "Ce mot de passe est trop répandu. Évitez les mots de passe courants, les années et les suites du clavier ; "
        "choisissez plutôt quelques mots sans lien entre eux.",
        "This password is too common. Avoid common passwords, years and keyboard rows; choose a few unrelated words.",
    )


class PasswordPersonal(PasswordTooWeak):
    """It is made of the person’s own name, user name or e-mail address, or of the product’s name."""

    detail = Text(
        "Ce mot de passe contient presque uniquement votre nom, votre nom d’utilisateur, votre adresse courriel ou "
        "le nom du service. Choisissez plutôt quelques mots sans lien avec vous.",
        "This password is hardly more than your name, user name, e-mail address or the name of the service. "
        "Choose a few words unrelated to you.",
    )


class PasswordRepetitive(PasswordTooWeak):
    """It repeats a few signs or runs along the alphabet."""

    detail = Text(
        "Ce mot de passe répète les mêmes signes ou suit l’ordre de l’alphabet ou des chiffres. "
        "Choisissez plutôt quelques mots sans lien entre eux.",
        "This password repeats the same signs or follows the alphabet or the digits. Choose a few unrelated words.",
    )


class PasswordUnchanged(PasswordTooWeak):
    """It is the present password: changing it means another one (Q24)."""

    detail = Text(
        "Le nouveau mot de passe est identique à l’ancien. Choisissez-en un autre.",
        "The new password is the same as the old one. Choose another one.",
    )


class LinkInvalid(Problem):
    """The token of a link is unknown, was used, or is too old: the answer does not tell which."""

    slug = "link-invalid"
    status = 410
    title = Text("Lien expiré ou déjà utilisé", "Link expired or already used")
    detail = Text(
        "Ce lien ne sert qu’une fois et pour un temps limité. Demandez-en un nouveau.",
        "This link works once and for a limited time. Ask for a new one.",
    )


class LastOperator(Problem):
    """The last operator cannot lose the role: nobody could give it back."""

    slug = "last-operator"
    status = 409
    title = Text("Dernier opérateur", "Last operator")
    detail = Text(
        "Il doit toujours rester un opérateur. Nommez-en d’abord un autre.",
        "There must always be an operator. Name another one first.",
    )


class ClientIdTaken(Problem):
    """A connected application has this identifier."""

    slug = "client-id-taken"
    status = 409
    title = Text("Identifiant d’application déjà pris", "Client id taken")
    detail = Text("Choisissez un autre identifiant.", "Choose another identifier.")


class InvalidClient(Problem):
    """The client id or its secret is wrong (RFC 6749 §5.2)."""

    slug = "invalid-client"
    oauth_error: ClassVar[str] = "invalid_client"
    status = 401
    title = Text("Application inconnue", "Unknown client")
    detail = Text(
        "Vérifiez l’identifiant et le secret de l’application, ou demandez un nouveau secret à un opérateur.",
        "Check the client id and secret, or ask an operator for a new secret.",
    )


class InvalidGrant(Problem):
    """The refresh token is unknown, has expired, or its session has ended (RFC 6749 §5.2)."""

    slug = "invalid-grant"
    oauth_error: ClassVar[str] = "invalid_grant"
    status = 400
    title = Text("Jeton de renouvellement refusé", "Refresh token refused")
    detail = Text("La session a pris fin. Connectez-vous de nouveau.", "The session has ended. Sign in again.")


class InvalidTarget(Problem):
    """A token was asked for an application that is not known here, or for all of them (RFC 8693 §2.2.2)."""

    slug = "invalid-target"
    oauth_error: ClassVar[str] = "invalid_target"
    status = 400
    title = Text("Application inconnue", "Unknown application")
    detail = Text(
        "Nommez dans « audience » l’identifiant d’une application connectée.",
        "Name the client id of a connected application in “audience”.",
    )


class UnsupportedGrantType(Problem):
    """`grant_type` is none of those that the metadata names (RFC 6749 §5.2)."""

    slug = "unsupported-grant-type"
    oauth_error: ClassVar[str] = "unsupported_grant_type"
    status = 400
    title = Text("Type d’autorisation non pris en charge", "Grant type not supported")
    detail = Text(
        "Utilisez grant_type=client_credentials ou grant_type=refresh_token.",
        "Use grant_type=client_credentials or grant_type=refresh_token.",
    )


class InvalidRequest(Problem):
    """The token request lacks a parameter, or names the client in two ways (RFC 6749 §5.2)."""

    slug = "invalid-request"
    oauth_error: ClassVar[str] = "invalid_request"
    status = 400
    title = Text("Demande de jeton incomplète", "Token request incomplete")
    detail = Text(
        "Joignez les paramètres documentés, et nommez l’application d’une seule façon.",
        "Send the documented parameters, and name the client in one way only.",
    )
