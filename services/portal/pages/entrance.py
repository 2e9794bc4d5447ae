"""Coming and going: welcome, sign-in, sign-out, and where a visitor starts (Q14, Q17, Q18, Q20)."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from aiohttp import web

from services.portal import contexts, fields, rules
from services.portal.answers import Unreachable
from services.portal.backend import Refused
from services.portal.routing import Page, Who
from services.portal.sessions import SignedOut

if TYPE_CHECKING:
    from services.portal.visits import Visit

SIGN_IN_FAULTS = {"wrong-credentials": "username"}


async def welcome(visit: Visit) -> web.Response:
    """Say what this is, and the ways in."""
    return visit.go("start") if visit.session else visit.show("public/welcome.html")


async def show_sign_in(visit: Visit) -> web.Response:
    """Ask for user name and password (Q14)."""
    return _sign_in_page(visit, ended=bool(visit.param("fin")), left=bool(visit.param("sortie")))


def _sign_in_page(visit: Visit, *, ended: bool = False, left: bool = False, unverified: bool = False) -> web.Response:
    return visit.show("public/sign-in.html", ended=ended, left=left, unverified=unverified)


async def sign_in(visit: Visit) -> web.Response:
    """Begin a session, and go on where the visitor was."""
    form = visit.form
    fields.ensure_given(visit, ("username", "password"))
    if form.wrong:
        return _sign_in_page(visit)
    body = {"username": form["username"], "password": form["password"]}
    if device := visit.request.cookies.get(visit.deps.cookies.device):
        body["device_token"] = device
    try:
        answer = await visit.deps.backend.call(visit.caller, "POST", "/identity/v1/sessions", json=body)
    except Refused as refusal:
        form.refuse(refusal, SIGN_IN_FAULTS, fields.words(visit, refusal))
        form.status = 422 if refusal.status in (401, 403) else refusal.status
        return _sign_in_page(visit, unverified=refusal.slug == "email-not-verified")
    await _end(visit)
    visit.cookies[visit.deps.cookies.session] = await visit.deps.sessions.begin(answer)
    if answer["device_token"]:
        visit.cookies[visit.deps.cookies.device] = answer["device_token"]
    back = rules.return_path(visit.request.query.get("retour"))
    return visit.go_to(back) if back else visit.go("start", matricule=None)


async def sign_out(visit: Visit) -> web.Response:
    """End the session here and at identity [Quitter]."""
    await _end(visit)
    visit.session = visit.context = None
    return visit.go("sign-in", sortie="1")


async def _end(visit: Visit) -> None:
    """End the session that this browser has, whether identity answers or not: its tokens go with the row."""
    if visit.session is None:
        return
    visit.cookies[visit.deps.cookies.session] = None
    with suppress(Refused, Unreachable, SignedOut):
        await visit.own_api.delete("/identity/v1/sessions/current")
    await visit.deps.sessions.end(visit.session)


async def start(visit: Visit) -> web.Response:
    """Lead to where one works: one’s own files, the only delegator’s, the choice, the dashboard (Q18, Q20, O4)."""
    me = await visit.me()
    if (chosen := contexts.first(me, visit.person.person)) is not None:
        return visit.go(HOME, matricule=chosen.matricule)
    if me["delegators"]:
        return visit.go("choose", matricule=None)
    if visit.person.operator:
        return visit.go("operations", matricule=None)
    companies = await visit.api.get("/accounts/v1/accounts", size=1)
    return visit.go("actions" if companies["accounts"] else "no-access", matricule=None)


async def no_access(visit: Visit) -> web.Response:
    """Say what has to happen first (Q17)."""
    me = await visit.me()
    if me["access"] and me["delegators"]:
        return visit.go("start", matricule=None)
    return visit.show("public/no-access.html", said=me["message"])


async def contact(visit: Visit) -> web.Response:
    """Say where to turn to."""
    return visit.show("public/contact.html", support=visit.deps.settings.support)


async def accessibility(visit: Visit) -> web.Response:
    """Say what is done so that everybody can use the pages."""
    return visit.show("public/accessibility.html", support=visit.deps.settings.support)


async def privacy(visit: Visit) -> web.Response:
    """Say what is kept about people, and why."""
    return visit.show("public/privacy.html", support=visit.deps.settings.support)


HOME = "files"
"""The page on which a surveyor's context opens: [Suivi de dossiers] (Q18)."""

PAGES = (
    Page("welcome", "", "", welcome, who=Who.ANYONE),
    Page("sign-in", "/connexion", "/sign-in", show_sign_in, sign_in, who=Who.ANYONE),
    Page("sign-out", "/quitter", "/sign-out", None, sign_out, who=Who.ANYONE),
    Page("start", "/accueil", "/home", start),
    Page("no-access", "/acces", "/access", no_access),
    Page("contact", "/nous-joindre", "/contact", contact, who=Who.ANYONE),
    Page("accessibility", "/accessibilite", "/accessibility", accessibility, who=Who.ANYONE),
    Page("privacy", "/confidentialite", "/privacy", privacy, who=Who.ANYONE),
)
