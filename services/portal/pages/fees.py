"""[Frais impayés] and [Droits et paiements]: what is due, paying it, what became of it (O4, O10, O13)."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from aiohttp import web

from services.portal.backend import Refused
from services.portal.catalogues import marked
from services.portal.pages import company
from services.portal.routing import Page

if TYPE_CHECKING:
    from services.portal.visits import Visit

STATES = {
    "unpaid": marked("Impayés"),
    "paid": marked("Payés"),
    "refunded": marked("Remboursés"),
    "withdrawn": marked("Annulés"),
}


async def show_fees(visit: Visit) -> web.Response:
    """List what is unpaid across the visitor’s companies [Frais impayés] (O4)."""
    found = await visit.api.get("/accounts/v1/fees", after=visit.param("apres"))
    return visit.show("companies/fees.html", found=found, ticked=visit.form.lists.get("fee", []))


async def pay(visit: Visit) -> web.Response:
    """Begin the payment of the fees ticked; the provider’s page is one press away."""
    return await _pay(visit) or await show_fees(visit)


async def _pay(visit: Visit) -> web.Response | None:
    chosen = visit.form.lists.get("fee", [])
    if not chosen:
        visit.form.fault("fee", visit.text("Cochez au moins un montant à payer."))
        return None
    try:
        started = await visit.api.post("/accounts/v1/payments", {"fees": chosen})
    except Refused as refusal:
        visit.form.refuse(refusal, {})
        return None
    place = urlsplit(started["redirect_url"]).hostname
    return visit.show("companies/pay.html", payment=started, place=place)


async def show_payments(visit: Visit) -> web.Response:
    """Show [Droits et paiements] of a company: its fees by state, for those who may pay."""
    found = await company.read(visit)
    if isinstance(found, web.Response):
        return found
    state = visit.param("etat", "unpaid")
    fees = None
    if "pay" in found["rights"]:
        wanted = state if state in STATES else "unpaid"
        fees = await visit.api.get(
            "/accounts/v1/fees", state=wanted, account=visit.param("account"), after=visit.param("apres")
        )
    states = [(key, visit.text(french)) for key, french in STATES.items()]
    return visit.show(
        "companies/payments.html",
        company=found,
        fees=fees,
        state=state,
        states=states,
        ticked=visit.form.lists.get("fee", []),
    )


async def pay_for_company(visit: Visit) -> web.Response:
    """Begin the payment of a company’s fees."""
    return await _pay(visit) or await show_payments(visit)


async def show_payment(visit: Visit) -> web.Response:
    """Say what became of a payment: the return from the provider alone proves nothing."""
    found = await visit.api.get(f"/accounts/v1/payments/{visit.param('payment')}")
    return visit.show("companies/payment.html", payment=found)


async def list_payments(visit: Visit) -> web.Response:
    """List the visitor’s own payments, newest first."""
    found = await visit.api.get("/accounts/v1/payments", after=visit.param("apres"))
    return visit.show("companies/history.html", found=found)


FR, EN = f"/professionnels/{company.ONE}", f"/professionals/{company.ONE}"
PAGES = (
    Page("fees", "/frais", "/fees", show_fees, pay),
    Page("payments", "/paiements", "/payments", list_payments),
    Page("payment", "/payments/{payment:[0-9a-f-]+}", "/payments/{payment:[0-9a-f-]+}", show_payment),
    Page("company-payments", f"{FR}/droits", f"{EN}/fees", show_payments, pay_for_company),
)
