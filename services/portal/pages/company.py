"""One company: its details, and what a member without permissions sees of it (O9, O10, O18)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aiohttp import web

from services.portal.backend import Refused
from services.portal.pages import company_forms
from services.portal.routing import Page

if TYPE_CHECKING:
    from services.portal.visits import Visit

ONE = "{account:[0-9a-f-]+}"
CLOSED = ("right-missing", "claim-contested")


def path_of(visit: Visit) -> str:
    """Give the address of the page’s company at accounts."""
    return f"/accounts/v1/accounts/{visit.param('account')}"


async def read(visit: Visit) -> dict[str, Any] | web.Response:
    """Read the company; a page that says why instead, when the member may not see it yet."""
    try:
        found: dict[str, Any] = await visit.api.get(path_of(visit))
    except Refused as refusal:
        if refusal.slug not in CLOSED:
            raise
        mine = await visit.api.get("/accounts/v1/accounts", size=200)
        one = next((one for one in mine["accounts"] if one["id"] == visit.param("account")), None)
        return visit.show("companies/closed.html", status=403, refusal=refusal, company=one)
    return found


async def show_company(visit: Visit) -> web.Response:
    """Show [Détails]: a form for those who manage, facts for the others."""
    found = await read(visit)
    if isinstance(found, web.Response):
        return found
    return visit.show("companies/details.html", company=found, **company_forms.facts(visit, found))


async def change(visit: Visit) -> web.Response:
    """Save the details [Enregistrer]; refused when somebody else saved others meanwhile, with what was typed kept."""
    company_forms.ensure_filled(visit)
    if visit.form.wrong:
        return await show_company(visit)
    body = company_forms.body(visit.form) | {"version": int(visit.form["version"] or 1)}
    try:
        await visit.api.patch(path_of(visit), body)
    except Refused as refusal:
        visit.form.refuse(refusal, {}, company_forms.words(visit, refusal))
        return await show_company(visit)
    return visit.go("company", account=visit.param("account"), done=visit.text("Les détails sont enregistrés."))


PAGES = (Page("company", f"/professionnels/{ONE}", f"/professionals/{ONE}", show_company, change),)
