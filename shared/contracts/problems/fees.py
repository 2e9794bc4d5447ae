"""Problems of fees, payments and bank details that accounts answers."""

from __future__ import annotations

from shared.contracts.problems.base import Problem
from shared.contracts.texts import Text


class FeeNotPayable(Problem):
    """One of the fees is settled or withdrawn; nothing was started."""

    slug = "fee-not-payable"
    status = 409
    title = Text("Frais déjà réglés", "Fee already settled")
    detail = Text(
        "L’un de ces frais n’est plus dû. Consultez de nouveau vos frais impayés, puis choisissez.",
        "One of these fees is owed no more. Look at your unpaid fees again, then choose.",
    )


class PaymentInProgress(Problem):
    """Somebody is paying one of these fees; `Retry-After` says when that ends at the latest."""

    slug = "payment-in-progress"
    status = 409
    title = Text("Paiement en cours", "Payment in progress")
    detail = Text(
        "Quelqu’un règle en ce moment l’un de ces frais. Attendez la fin de ce paiement, puis consultez de nouveau vos "
        "frais impayés.",
        "Somebody is paying one of these fees now. Wait until that payment ends, then look at your unpaid fees.",
    )


class NoticeNotAccepted(Problem):
    """The notice is not signed by the provider, or was signed too long ago; nothing was changed."""

    slug = "notice-not-accepted"
    status = 401
    title = Text("Avis non accepté", "Notice not accepted")
    detail = Text(
        "Signez l’avis avec le secret partagé, au moment de l’envoyer.",
        "Sign the notice with the shared secret, at the moment of sending it.",
    )


class PaymentDiffers(Problem):
    """The notice names another amount or currency than the payment has; nothing was changed."""

    slug = "payment-differs"
    status = 409
    title = Text("Le montant diffère", "The amount differs")
    detail = Text(
        "L’avis ne correspond pas au paiement. Vérifiez le montant et la devise auprès du fournisseur.",
        "The notice does not match the payment. Check amount and currency with the provider.",
    )
