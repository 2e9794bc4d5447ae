"""Associating a land surveyor’s licence with one’s identifier, by the PIN of the notice (decision 11)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiohttp import web

from services.portal import fields
from services.portal.backend import Refused
from services.portal.routing import Page

if TYPE_CHECKING:
    from services.portal.visits import Visit

FAULTS = {"pin-not-accepted": "pin", "already-a-surveyor": "pin"}


async def show_licence(visit: Visit) -> web.Response:
    """Ask for the PIN of the notice."""
    return visit.show("public/licence.html", licence=None)


async def claim_licence(visit: Visit) -> web.Response:
    """Make the visitor the holder of the licence."""
    if not visit.form["pin"].strip():
        visit.form.fault("pin", visit.text("Entrez le NIP, comme M5D-C58-TA2."))
        return await show_licence(visit)
    try:
        licence = await visit.api.post("/accounts/v1/licences/claim", {"pin": visit.form["pin"]})
    except Refused as refusal:
        visit.form.refuse(refusal, FAULTS, fields.words(visit, refusal))
        return await show_licence(visit)
    return visit.show("public/licence.html", licence=licence)


PAGES = (Page("licence", "/permis", "/licence", show_licence, claim_licence),)
