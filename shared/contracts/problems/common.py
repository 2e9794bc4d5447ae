"""Problems that every service may answer."""

from __future__ import annotations

from shared.contracts.problems.base import Problem
from shared.contracts.texts import Text


class ValidationFailed(Problem):
    """The body, the query or the path is not of the documented shape; `errors` points at each fault."""

    slug = "validation-failed"
    status = 422
    title = Text("Les données ne sont pas valides", "The data is not valid")
    detail = Text(
        "Corrigez les champs indiqués dans « errors », puis recommencez.",
        "Correct the fields named in “errors”, then try again.",
    )


class MalformedRequest(Problem):
    """What came is no HTTP request, or a header of it is too long to be one."""

    slug = "malformed-request"
    status = 400
    title = Text("Demande illisible", "Unreadable request")
    detail = Text(
        "Envoyez une demande HTTP/1.1 dont chaque en-tête a moins de 8 Kio.",
        "Send an HTTP/1.1 request in which each header is shorter than 8 KiB.",
    )


class NotFound(Problem):
    """There is nothing at this address, or nothing that the caller may know of."""

    slug = "not-found"
    status = 404
    title = Text("Introuvable", "Not found")
    detail = Text(
        "Rien ne se trouve à cette adresse, ou vous n’y avez pas accès. Vérifiez l’adresse.",
        "There is nothing at this address, or you have no access to it. Check the address.",
    )


class MethodNotAllowed(Problem):
    """The address exists but does not take this method; `Allow` names those it takes."""

    slug = "method-not-allowed"
    status = 405
    title = Text("Méthode non permise", "Method not allowed")
    detail = Text(
        "Utilisez l’une des méthodes nommées dans l’en-tête Allow.",
        "Use one of the methods named in the Allow header.",
    )


class SignInRequired(Problem):
    """There is no access token, or it is expired, forged or meant for another service."""

    slug = "sign-in-required"
    status = 401
    title = Text("Connexion requise", "Sign-in required")
    detail = Text(
        "Connectez-vous, ou renouvelez votre jeton d’accès, puis recommencez.",
        "Sign in, or refresh your access token, then try again.",
    )


class LookReadOnly(Problem):
    """An operator looks at somebody's screens: nothing is changed by it, and no secret shown."""

    slug = "look-read-only"
    status = 403
    title = Text("Regard en lecture seule", "Read-only look")
    detail = Text(
        "Un regard sur les écrans d’une personne n’y change rien et ne montre pas ses secrets. "
        "Terminez-le pour agir en votre propre nom.",
        "A look at somebody’s screens changes nothing there and shows no secrets. End it to act in your own name.",
    )


class NotPermitted(Problem):
    """The caller is known but this is not his to do."""

    slug = "not-permitted"
    status = 403
    title = Text("Action non permise", "Not permitted")
    detail = Text(
        "Votre compte ne donne pas ce droit. Adressez-vous à un opérateur si vous devriez l’avoir.",
        "Your account does not carry this right. Ask an operator if you should have it.",
    )


class InPersonOnly(Problem):
    """What is done in one’s own name only: an acting token never carries it (Q4, Q10, decision 1)."""

    slug = "in-person-only"
    status = 403
    title = Text("À faire en personne", "To be done in person")
    detail = Text(
        "Cette action ne peut pas se faire au nom d’une autre personne. La personne concernée "
        "doit se connecter avec son propre identifiant.",
        "This cannot be done on behalf of somebody else. The person concerned must sign in with his or her own "
        "account.",
    )


class ReauthenticationRequired(Problem):
    """The act asks for the password once more, and the proof of it is old, used or meant for something else."""

    slug = "reauthentication-required"
    status = 403
    title = Text("Mot de passe demandé de nouveau", "Password needed again")
    detail = Text(
        "Par sécurité, saisissez de nouveau votre mot de passe, puis recommencez dans les cinq minutes.",
        "For safety, type your password again, then try again within five minutes.",
    )


class Refused(Problem):
    """The owner of the right decided against it; the reason names the rule, who can change it and how."""

    slug = "refused"
    status = 403
    title = Text("Action refusée", "Refused")
    detail = Text("{reason_fr}", "{reason_en}")


class BodyTooLarge(Problem):
    """The body is larger than this address takes."""

    slug = "body-too-large"
    status = 413
    title = Text("Envoi trop volumineux", "Body too large")
    detail = Text("Réduisez la taille de l’envoi, ou divisez-le.", "Send less, or send it in parts.")


class UnsupportedMediaType(Problem):
    """The body is not of the documented media type."""

    slug = "unsupported-media-type"
    status = 415
    title = Text("Type de contenu non pris en charge", "Unsupported media type")
    detail = Text(
        "Indiquez dans l’en-tête Content-Type l’un des types documentés.",
        "Name one of the documented types in the Content-Type header.",
    )


class TooManyRequests(Problem):
    """A limit against abuse was reached; `Retry-After` says when to try again."""

    slug = "too-many-requests"
    status = 429
    title = Text("Trop de demandes", "Too many requests")
    detail = Text(
        "Attendez le temps indiqué par l’en-tête Retry-After, puis recommencez.",
        "Wait for the time given in the Retry-After header, then try again.",
    )


class KeyReused(Problem):
    """The Idempotency-Key was used before for something else."""

    slug = "idempotency-key-reused"
    status = 422
    title = Text("Clé d’idempotence déjà utilisée", "Idempotency key reused")
    detail = Text(
        "Utilisez une nouvelle clé pour chaque nouvelle demande.",
        "Use a new key for each new request.",
    )


class TemporarilyUnavailable(Problem):
    """Something the service needs is away or overloaded for the moment; an Idempotency-Key makes trying again safe."""

    slug = "temporarily-unavailable"
    status = 503
    title = Text("Temporairement indisponible", "Temporarily unavailable")
    detail = Text(
        "Recommencez dans quelques instants. Avec la même clé d’idempotence, rien ne sera fait deux fois.",
        "Try again in a moment. With the same idempotency key nothing will be done twice.",
    )


class InternalError(Problem):
    """A fault of ours; it is recorded under the request id."""

    slug = "internal-error"
    status = 500
    title = Text("Erreur interne", "Internal error")
    detail = Text(
        "La faute est de notre côté et elle est consignée. Recommencez plus tard; si elle persiste, donnez-nous le "
        "numéro de la demande.",
        "The fault is ours and is recorded. Try again later; if it persists, give us the request id.",
    )
