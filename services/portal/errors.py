"""The pages that say what went wrong, why, and what to do."""

from __future__ import annotations

import math
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

import structlog
from aiohttp import web

from services.portal import contexts, secrecy
from services.portal.answers import OffContract, Unreachable
from services.portal.backend import Refused
from services.portal.routing import Page, Who
from services.portal.visits import DRAFT, Visit
from shared import requests
from shared.contracts.people import Language
from shared.db.pool import Unavailable, is_transient
from shared.web import languages

if TYPE_CHECKING:
    from services.portal.app import Deps

log = structlog.get_logger()

NOWHERE = Page("", "", "", None, who=Who.ANYONE)


def missing(deps: Deps) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    """Make what answers every address that nobody else answers: a page for people, a problem for programs."""

    async def respond(request: web.Request) -> web.StreamResponse:
        if "text/html" not in request.headers.get("Accept", ""):
            raise web.HTTPNotFound
        start = request.path.split("/")[1]
        language = Language(start) if start in ("fr", "en") else languages.of(request)
        given = request.cookies.get(deps.cookies.browser)
        browser = given if secrecy.is_one(given) and given else secrecy.new()
        visit = Visit(request=request, deps=deps, page=NOWHERE, language=language, browser=browser)
        visit.session = await deps.sessions.find(request.cookies.get(deps.cookies.session))
        return await not_here(visit)

    return respond


async def not_here(visit: Visit) -> web.Response:
    """There is nothing here, or nothing for this visitor."""
    return visit.show("errors/missing.html", status=404)


async def foreign(visit: Visit) -> web.Response:
    """A form that was not sent from a page of ours."""
    return visit.show("errors/foreign.html", status=403)


async def wrong_context(visit: Visit, matricule: str) -> web.Response:
    """The visitor may not act for this surveyor (any more): nothing was done, and what he typed stays.

    Only a person who acted for him recently has such a page open; the words tell nobody else whether he exists.
    """
    draft = await visit.keep_form() if visit.form.values else ""
    able = contexts.all_of(await visit.me(), visit.person.person)
    choices = [(one, visit.here_for(one.matricule, **({DRAFT: draft} if draft else {}))) for one in able]
    return visit.show(
        "errors/context.html", status=403, wrong=matricule, choices=choices, typed=visit.form.values, draft=draft
    )


async def own_only(visit: Visit) -> web.Response:
    """A page for a surveyor in his own name, asked for in another's."""
    mine = contexts.own(await visit.me(), visit.person.person)
    return visit.show("errors/own.html", status=403, mine=mine, typed=visit.form.values)


async def looking(visit: Visit) -> web.Response:
    """An operator looks at somebody's screens: nothing is sent, and nobody else's screens are shown."""
    return visit.show("errors/looking.html", status=403)


async def refused(visit: Visit, refusal: Refused) -> web.Response:
    """A service refused what the page needs.

    Where an application still does not believe a token that identity renewed, the application is at fault: nobody
    has to sign in again for it.
    """
    if refusal.slug == "look-read-only":
        return await looking(visit)
    if refusal.status == 404:
        return await not_here(visit)
    if refusal.status == 429:
        return _with_wait(visit, "errors/busy.html", 429, refusal.retry_after or 60)
    if refusal.status >= 500 or refusal.status == 401:
        return _with_wait(visit, "errors/away.html", 503, refusal.retry_after or 5)
    return visit.show("errors/refused.html", status=refusal.status, refusal=refusal, typed=visit.form.values)


async def failed(visit: Visit, error: Exception) -> web.Response:
    """What is nobody's fault but ours, or a service that is away for the moment."""
    if isinstance(error, web.HTTPException):
        if error.status == 413:
            return visit.show("errors/large.html", status=413)
        return await not_here(visit)
    if isinstance(error, OffContract):
        one = visit.page.application
        return _with_wait(visit, "errors/away.html", 503, 5, off=one if one and one.slug == error.slug else None)
    if isinstance(error, Unreachable | Unavailable | TimeoutError) or is_transient(error):
        return _with_wait(visit, "errors/away.html", 503, 5)
    log.error("page failed", exc_info=error)
    return visit.show("errors/fault.html", status=500, number=requests.current().request_id)


def _with_wait(visit: Visit, template: str, status: int, seconds: int, **values: Any) -> web.Response:
    minutes, typed = math.ceil(seconds / 60), visit.form.values
    response = visit.show(template, status=status, minutes=minutes, typed=typed, **values)
    response.headers["Retry-After"] = str(seconds)
    return response
