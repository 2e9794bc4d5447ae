"""From a request to a page: cookies, where the form comes from, who visits, in whose name, and what went wrong."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import structlog
from aiohttp import hdrs, web

from services.portal import errors, rules, secrecy, uploads
from services.portal.answers import Unreachable
from services.portal.backend import Refused
from services.portal.forms import Form
from services.portal.routing import Page, Who
from services.portal.sessions import SignedOut
from services.portal.visits import PageFound, Visit
from shared.contracts.people import Language
from shared.web import languages

if TYPE_CHECKING:
    from services.portal.app import Deps

log = structlog.get_logger()

Responding = Callable[[web.Request], Awaitable[web.StreamResponse]]

WHILE_LOOKING = frozenset({"look-end", "sign-out"})
"""The forms that an operator may send while he looks at somebody's screens."""


@dataclass(frozen=True, slots=True)
class Names:
    """The names of the cookies: with the prefix that browsers protect where visitors come by https."""

    session: str
    browser: str
    device: str

    @classmethod
    def of(cls, *, secure: bool) -> Names:
        """Name them."""
        prefix = "__Host-" if secure else ""
        return cls(f"{prefix}mandat-session", f"{prefix}mandat-visit", f"{prefix}mandat-device")


def mount(root: web.Application, deps: Deps, pages: tuple[Page, ...], without_language: tuple[str, ...]) -> None:
    """Answer every page in both languages, the files they need, and a kind page for whatever is not there.

    Addresses `without_language` are those of letters and of people who type: they lead to a language.
    """
    for page in pages:
        for language in Language:
            for path in page.paths(language):
                respond = responding(deps, page, language)
                if page.show is not None:
                    root.router.add_get(path, respond)
                if page.send is not None:
                    root.router.add_post(path, respond)
    for path in without_language:
        root.router.add_get(path, _in_a_language)
    root.router.add_get("/static/{name}", deps.assets.answer)
    root.router.add_route(hdrs.METH_ANY, "/{path:.*}", errors.missing(deps))


async def _in_a_language(request: web.Request) -> web.StreamResponse:
    path = request.path_qs if request.path != "/" else ""
    return web.Response(status=303, headers={"Location": f"/{languages.of(request)}{path}"})


def responding(deps: Deps, page: Page, language: Language) -> Responding:
    """Make what aiohttp calls for one page in one language."""

    async def respond(request: web.Request) -> web.StreamResponse:
        given = request.cookies.get(deps.cookies.browser)
        browser = given if secrecy.is_one(given) and given else secrecy.new()
        visit = Visit(request=request, deps=deps, page=page, language=language, browser=browser)
        if browser != given:
            visit.cookies[deps.cookies.browser] = browser
        async with asyncio.timeout(page.seconds):
            response = await _answered(visit)
        await _finish(visit, response)
        return response

    return respond


async def _answered(visit: Visit) -> web.StreamResponse:
    try:
        return await _respond(visit)
    except SignedOut:
        return await _signed_out(visit)
    except Refused as refusal:
        if refusal.status == 401 and visit.page.application is None:
            return await _signed_out(visit)
        return await errors.refused(visit, refusal)
    except Exception as error:  # noqa: BLE001 - every failure gets its page
        return await errors.failed(visit, error)


async def _respond(visit: Visit) -> web.StreamResponse:
    request, page = visit.request, visit.page
    sending = request.method == hdrs.METH_POST
    visit.session = await visit.deps.sessions.find(request.cookies.get(visit.deps.cookies.session))
    if sending:
        if not rules.comes_from_us(request.headers, visit.deps.settings.public_url, request.host):
            log.info("form from elsewhere refused")
            return await errors.foreign(visit)
        if visit.look and page.name not in WHILE_LOOKING:
            return await errors.looking(visit)
        visit.form = await _read_form(visit)
    if page.who is not Who.ANYONE and visit.session is None:
        raise SignedOut
    await _know(visit)
    if (refusal := await _enter_context(visit)) is not None:
        return refusal
    if page.who is Who.OPERATOR and not visit.person.operator:
        return await errors.not_here(visit)
    return await _run(visit, sending=sending)


async def _know(visit: Visit) -> None:
    """Ask what the visitor is to delegation, for the tabs; pages for anybody do without where that fails."""
    if visit.session is None:
        return
    try:
        await visit.me()
    except (Refused, Unreachable, SignedOut):
        if visit.page.who is not Who.ANYONE:
            raise


async def _enter_context(visit: Visit) -> web.Response | None:
    """Find the surveyor whom the address names; a page says why when the visitor may not act for him."""
    matricule = visit.request.match_info.get("matricule")
    if matricule is None:
        return None
    visit.context = await visit.find_context(matricule)
    if visit.context is None:
        return await errors.wrong_context(visit, matricule)
    if visit.look and not visit.context.own:
        visit.context = None
        return await errors.looking(visit)
    if visit.page.who is Who.OWN and not visit.context.own:
        return await errors.own_only(visit)
    return None


async def _run(visit: Visit, *, sending: bool) -> web.StreamResponse:
    page = visit.page
    if not sending:
        assert page.show is not None
        await visit.restore_form()
        if rules.is_shown(visit.request.headers):
            await visit.take_notes()
        return await page.show(visit)
    assert page.send is not None
    session = visit.session.binding if visit.session else None
    matricule = visit.context.matricule if visit.context else None
    if rules.is_form_token(visit.form["jeton"], visit.browser, session, matricule):
        return await page.send(visit)
    log.info("form of another visit refused")
    if page.show is None:
        return await errors.foreign(visit)
    visit.form.fail(
        visit.text(
            "Cette page avait été ouverte par une autre session ou pour une autre personne. Rien n’a été fait. "
            "Vérifiez ce qui est affiché, puis recommencez."
        ),
        403,
    )
    return await page.show(visit)


async def _read_form(visit: Visit) -> Form:
    request = visit.request
    if (request.content_length or 0) > visit.page.limit:
        raise web.HTTPRequestEntityTooLarge(visit.page.limit, request.content_length or 0)
    if request.content_type == "multipart/form-data":
        form, visit.upload = await uploads.read(request)
        return form
    if request.content_type != "application/x-www-form-urlencoded":
        return Form()
    fields = await request.post()
    lists: dict[str, list[str]] = {}
    for name, value in fields.items():
        lists.setdefault(name, []).append(value if isinstance(value, str) else "")
    form = Form.of({name: values[0] for name, values in lists.items()})
    form.lists = lists
    return form


async def _signed_out(visit: Visit) -> web.StreamResponse:
    """Lead to the sign-in page, and afterwards back here with what was typed."""
    back = visit.request.path_qs
    if visit.request.cookies.get(visit.deps.cookies.session) is not None:
        visit.cookies[visit.deps.cookies.session] = None
    ended = "1" if visit.request.cookies.get(visit.deps.cookies.session) else ""
    if visit.request.method == hdrs.METH_POST:
        back = visit.here()
        if visit.form.values:
            back = visit.with_draft(back, await visit.keep_form())
    visit.session = visit.context = None
    return visit.go("sign-in", retour=back, fin=ended)


async def _finish(visit: Visit, response: web.StreamResponse) -> None:
    """Set cookies, and keep what the next page says."""
    settings, names = visit.deps.settings, visit.deps.cookies
    if isinstance(response, PageFound):
        await visit.keep_note(response)
    for name, value in visit.cookies.items():
        age = 0 if value is None else 365 * 86_400 if name == names.device else None
        response.set_cookie(
            name, value or "", path="/", max_age=age, secure=settings.secure, httponly=True, samesite="Lax"
        )
