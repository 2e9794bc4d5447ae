"""Protecting a company: contesting a claim, objecting to a take-over, asking for one when no manager is left."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiohttp import web

from services.portal import fields
from services.portal.backend import Refused
from services.portal.pages.identifier import LINK, open_link
from services.portal.routing import Page, Who

if TYPE_CHECKING:
    from services.portal.visits import Visit

PATHS = {"contest": "/accounts/v1/contests", "objection": "/accounts/v1/objections"}


async def show_protest(visit: Visit) -> web.Response:
    """Ask to confirm: programs that follow links in letters contest nothing."""
    return visit.show("companies/protest.html", linked=bool(visit.request.cookies.get(LINK)), purpose=visit.page.name)


async def protest(visit: Visit) -> web.Response:
    """Contest a claim, or object to a take-over, with the token of the letter."""
    body = {"token": visit.request.cookies.get(LINK, ""), "reason": visit.form["reason"]}
    try:
        await visit.api.post(PATHS[visit.page.name], body)
    except Refused as refusal:
        if refusal.slug == "link-not-valid" or any(fault.field == "token" for fault in refusal.faults):
            visit.cookies[LINK] = None
            return visit.show("companies/protest.html", status=410, linked=False, purpose=visit.page.name)
        visit.form.refuse(refusal, {}, fields.words(visit, refusal))
        return await show_protest(visit)
    visit.cookies[LINK] = None
    return visit.show("companies/protested.html", purpose=visit.page.name)


async def show_takeover(visit: Visit) -> web.Response:
    """Show what asking for a company without manager means, and what was asked before."""
    mine = await visit.api.get("/accounts/v1/takeovers/mine")
    return visit.show("companies/takeover.html", takeovers=mine["takeovers"], account=visit.param("account"))


async def ask_takeover(visit: Visit) -> web.Response:
    """Ask for it, as a member or with the company’s PIN; or withdraw what one asked."""
    if visit.form["withdraw"]:
        await visit.api.delete(f"/accounts/v1/takeovers/{visit.form['withdraw']}")
        return visit.go("takeover", done=visit.text("La demande de reprise est retirée."))
    account = visit.param("account")
    fields.ensure_given(visit, ("reason",) if account else ("pin", "reason"))
    if visit.form.wrong:
        return await show_takeover(visit)
    path = f"/accounts/v1/accounts/{account}/takeovers" if account else "/accounts/v1/takeovers"
    body = {"reason": visit.form["reason"]} | ({} if account else {"pin": visit.form["pin"]})
    try:
        await visit.api.post(path, body)
    except Refused as refusal:
        visit.form.refuse(refusal, {"account-pin-not-accepted": "pin"}, fields.words(visit, refusal))
        return await show_takeover(visit)
    done = visit.text(
        "La demande est enregistrée. Toutes les personnes connues de l’entreprise en sont avisées et peuvent "
        "s’y opposer."
    )
    return visit.go("takeover", done=done)


ANYONE = Who.ANYONE
TAKEOVER_FR, TAKEOVER_EN = "/professionnels/reprise", "/professionals/takeover"
PAGES = (
    Page("link-contest", "/contest", "/contest", open_link, who=ANYONE),
    Page("contest", "/contestation", "/contestation", show_protest, protest, who=ANYONE),
    Page("link-objection", "/objection", "/objection", open_link, who=ANYONE),
    Page("objection", "/opposition", "/opposition", show_protest, protest, who=ANYONE),
    Page("takeover", TAKEOVER_FR, TAKEOVER_EN, show_takeover, ask_takeover),
)
