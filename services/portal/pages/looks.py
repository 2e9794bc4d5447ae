"""[Exploitation ► Regard]: a read-only look at a person's screens, with a reason that he is shown."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from aiohttp import web

from services.portal import fields
from services.portal.backend import Refused
from services.portal.routing import Page, Who

if TYPE_CHECKING:
    from services.portal.visits import Visit

FAULTS = {"not-found": "username", "wrong-password": "password"}
SHORTEST = 10


async def show_look(visit: Visit) -> web.Response:
    """Ask whose screens, why, and for the password."""
    return visit.show("operators/look.html")


async def begin_look(visit: Visit) -> web.Response:
    """Begin the look; from now on every page is that of the person, until it ends."""
    form = visit.form
    fields.ensure_given(visit, ("username", "reason", "password"))
    if form["reason"].strip() and len(form["reason"].strip()) < SHORTEST:
        form.fault("reason", visit.text("Dites-en plus : la personne lira ce motif."))
    if form.wrong:
        return await show_look(visit)
    body = {"username": form["username"].strip(), "reason": form["reason"], "password": form["password"]}
    try:
        begun = await visit.api.post("/identity/v1/looks", body)
    except Refused as refusal:
        ours = {"not-found": visit.text("Personne n’a ce nom d’utilisateur."), "reason": _unfit(visit)}
        form.refuse(refusal, FAULTS, fields.words(visit, refusal) | ours)
        form.status = 422 if refusal.status == 404 else refusal.status
        return await show_look(visit)
    await visit.deps.sessions.begin_look(visit.person, begun, form["reason"].strip())
    return visit.go("start", matricule=None)


def _unfit(visit: Visit) -> str:
    return visit.text("Entrez de 10 à 500 signes, sans signe invisible ni saut de ligne.")


async def end_look(visit: Visit) -> web.Response:
    """End the look, here and at identity [Terminer le regard]."""
    look = visit.look
    if look is None:
        return visit.go("start", matricule=None)
    await visit.deps.sessions.end_look(visit.person)
    with suppress(Refused):
        await visit.own_api.delete(f"/identity/v1/looks/{look.id}")
    visit.session = await visit.deps.sessions.find(visit.person.secret)
    return visit.go("look", matricule=None, done=visit.text("Le regard est terminé."))


PAGES = (
    Page("look", "/exploitation/regard", "/operations/look", show_look, begin_look, who=Who.OPERATOR),
    Page("look-end", "/regard/fin", "/look/end", None, end_look, who=Who.ANYONE),
)
