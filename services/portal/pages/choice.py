"""[Délégation ► Sélection d’un délégant]: for whom to act (Q20, Q21)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiohttp import web

from services.portal import contexts
from services.portal.pages.entrance import HOME
from services.portal.routing import Page
from services.portal.visits import APPLICATION

if TYPE_CHECKING:
    from services.portal.visits import Visit


async def show_choose(visit: Visit) -> web.Response:
    """List those for whom the visitor may act, himself first when he is a surveyor."""
    own = contexts.own(await visit.me(), visit.person.person)
    able = [*([own] if own else []), *[contexts.delegated(one) async for one in visit.delegators()]]
    return visit.show("delegation/choose.html", able=able, surveyor=own is not None)


async def choose(visit: Visit) -> web.Response:
    """Go on in the name of the one chosen [Appliquer]."""
    found = await visit.find_context(visit.form["choice"]) if visit.form["choice"] else None
    if found is None:
        visit.form.fault("choice", visit.text("Sélectionnez un arpenteur-géomètre."))
        return await show_choose(visit)
    number = visit.request.query.get("dossier", "")
    if number.isdecimal():  # A letter's link led here (Q11).
        page = visit.page_of(visit.request.query.get(APPLICATION, ""), "file")
        return visit.go(page, number=number, matricule=found.matricule)
    return visit.go(HOME, matricule=found.matricule)


PAGES = (Page("choose", "/delegation/selection", "/delegation/selection", show_choose, choose),)
