"""Problems that the gateway answers by itself, before any service is asked.

They stand in `deploy/gateway/mandat/problems.conf`, which `make docs` writes.
"""

from __future__ import annotations

from shared.contracts.problems.base import Problem
from shared.contracts.texts import Text


class RequestUnreadable(Problem):
    """What came is no HTTP request that can be read."""

    slug = "request-unreadable"
    status = 400
    title = Text("Demande illisible", "Unreadable request")
    detail = Text(
        "La demande n’est pas conforme à HTTP. Corrigez le programme qui l’envoie.",
        "The request does not keep to HTTP. Correct the program that sends it.",
    )


class HttpsRequired(Problem):
    """Plain HTTP was spoken where only HTTPS is."""

    slug = "https-required"
    status = 400
    title = Text("HTTPS requis", "HTTPS required")
    detail = Text("Recommencez avec une adresse en https://.", "Try again with an https:// address.")


class AddressTooLong(Problem):
    """The address is longer than any of ours."""

    slug = "address-too-long"
    status = 414
    title = Text("Adresse trop longue", "Address too long")
    detail = Text("Raccourcissez l’adresse.", "Shorten the address.")


class HeadersTooLarge(Problem):
    """The headers are larger than the gateway takes."""

    slug = "headers-too-large"
    status = 431
    title = Text("En-têtes trop volumineux", "Headers too large")
    detail = Text(
        "Réduisez les en-têtes de la demande; dans un navigateur, effacez les témoins de ce site.",
        "Send smaller headers; in a browser, delete the cookies of this site.",
    )
