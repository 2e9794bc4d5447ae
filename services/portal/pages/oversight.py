"""[Exploitation]: licences and business accounts, contested claims, take-overs (decision 11, O3, O7, O14)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiohttp import web

from services.portal.backend import Refused
from services.portal.catalogues import marked
from services.portal.routing import Page, Who

if TYPE_CHECKING:
    from services.portal.visits import Visit

LICENCE_STATES = {
    "unclaimed": marked("Sans titulaire"),
    "active": marked("En vigueur"),
    "suspended": marked("Suspendu"),
}
ACCOUNT_STATES = {
    "unclaimed": marked("Sans membre"),
    "active": marked("Actif"),
    "orphaned": marked("Sans gestionnaire"),
}
TAKEOVER_STATES = {
    "announced": marked("Annoncée"),
    "objected": marked("Opposition"),
    "approved": marked("À confirmer"),
    "completed": marked("Accordée"),
    "refused": marked("Refusée"),
    "withdrawn": marked("Retirée"),
}
CLAIM_STATES = {
    "standing": marked("Non contestée"),
    "contested": marked("Contestée"),
    "upheld": marked("Contestation retenue"),
    "dismissed": marked("Contestation rejetée"),
}
DEEDS = {"suspend": "suspend", "reinstate": "reinstate", "pin": "pin"}


def _named(visit: Visit, table: dict[str, str]) -> dict[str, str]:
    return {key: visit.text(french) for key, french in table.items()}


async def show_licences(visit: Visit) -> web.Response:
    """Find licences by number or state."""
    state = visit.param("etat")
    sought = visit.form.values.get("matricule_cherche", visit.param("matricule_cherche"))
    found = await visit.api.get(
        "/accounts/v1/licences",
        matricule=sought.strip()[:10],
        status=state if state in LICENCE_STATES else "",
        after=visit.param("apres"),
    )
    states = _named(visit, LICENCE_STATES)
    return visit.show("operators/licences.html", found=found, sought=sought, state=state, states=states)


async def change_licence(visit: Visit) -> web.Response:
    """Suspend or reinstate a licence with a reason, or send another PIN."""
    deed, licence, reason = visit.form["deed"], visit.form["licence"], visit.form["reason"]
    if deed not in DEEDS:
        return await show_licences(visit)
    if deed != "pin" and not reason.strip():
        visit.form.fault(
            "reason", visit.text("Indiquez le motif : il est consigné et transmis à l’arpenteur-géomètre.")
        )
        return await show_licences(visit)
    try:
        await visit.api.post(f"/accounts/v1/licences/{licence}/{deed}", {} if deed == "pin" else {"reason": reason})
    except Refused as refusal:
        visit.form.refuse(refusal, {})
        return await show_licences(visit)
    return visit.go("licences", done=visit.text("C’est fait."), matricule_cherche=visit.form["matricule_cherche"])


async def show_directory(visit: Visit) -> web.Response:
    """Find business accounts by name, number or state."""
    name, state = visit.param("nom").strip()[:100], visit.param("etat")
    found = await visit.api.get(
        "/accounts/v1/directory",
        name=name if len(name) > 1 else "",
        number=visit.param("numero").strip()[:40],
        state=state if state in ACCOUNT_STATES else "",
        after=visit.param("apres"),
    )
    return visit.show("operators/directory.html", found=found, state=state, states=_named(visit, ACCOUNT_STATES))


async def send_notice(visit: Visit) -> web.Response:
    """Send an unclaimed account another PIN."""
    try:
        await visit.api.post(f"/accounts/v1/accounts/{visit.form['account']}/notice")
    except Refused as refusal:
        visit.form.refuse(refusal, {})
        return await show_directory(visit)
    return visit.go("directory", done=visit.text("Un nouveau NIP est envoyé à l’adresse du compte."))


async def show_disputes(visit: Visit) -> web.Response:
    """List contested claims and take-overs that wait for a decision, or all of them."""
    every = bool(visit.param("tous"))
    claims = await visit.api.get("/accounts/v1/claims", state="" if every else "contested")
    takeovers = await visit.api.get("/accounts/v1/takeovers")
    waiting = ("announced", "objected", "approved")
    shown = [one for one in takeovers["takeovers"] if every or one["state"] in waiting]
    return visit.show(
        "operators/disputes.html",
        claims=claims["claims"],
        takeovers=shown,
        every=every,
        claim_states=_named(visit, CLAIM_STATES),
        states=_named(visit, TAKEOVER_STATES),
    )


async def decide(visit: Visit) -> web.Response:
    """Decide a contested claim or a take-over, or confirm one as the second operator, with the reason."""
    kind, _, rest = visit.form["deed"].partition(":")
    step, _, decision = rest.partition(":")
    if not visit.form["reason"].strip():
        visit.form.fault("reason", visit.text("Indiquez le motif de votre décision."))
        return await show_disputes(visit)
    if kind not in ("claims", "takeovers") or step not in ("decision", "confirmation"):
        return await show_disputes(visit)
    body = {"decision": decision, "reason": visit.form["reason"]}
    try:
        await visit.api.post(f"/accounts/v1/{kind}/{visit.form['one']}/{step}", body)
    except Refused as refusal:
        visit.form.refuse(refusal, {})
        return await show_disputes(visit)
    return visit.go("disputes", done=visit.text("La décision est consignée et communiquée."))


OPERATOR = Who.OPERATOR
FR, EN = "/exploitation", "/operations"
PAGES = (
    Page("licences", f"{FR}/permis", f"{EN}/licences", show_licences, change_licence, who=OPERATOR),
    Page("directory", f"{FR}/comptes", f"{EN}/accounts", show_directory, send_notice, who=OPERATOR),
    Page("disputes", f"{FR}/litiges", f"{EN}/disputes", show_disputes, decide, who=OPERATOR),
)
