"""What visitors see when services are away, a form is too large, an address is wrong; and cookies by https."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import aiohttp
import pytest

from services.portal import app, settings
from shared import service, substrate
from shared.db.pool import Pool
from shared.web import server
from tests.support import tokens, web
from tests.support.processes import free_port

PUBLIC = "https://mandat.example.com"
PAGE = {"Accept": "text/html"}
OURS = PAGE | {"Origin": PUBLIC, "Sec-Fetch-Site": "same-origin"}
TOKEN = re.compile(r'name="jeton" value="(\w+)"')


@pytest.fixture
async def portal(database: Callable[..., Awaitable[str]]) -> AsyncIterator[aiohttp.ClientSession]:
    """A portal behind https whose services are all away; cookies are sent by hand, as the address is plain."""
    dsn = await database(*substrate.AREAS, app.AREA)
    pool = await Pool.open(dsn, name="portal", size=4)
    away = f"http://127.0.0.1:{free_port()}"
    addresses = {f"{name}_url": away for name in ("identity", "delegation", "accounts", "audit", "cadastre")}
    given = settings.Settings(public_url=PUBLIC, secrets=Path("/nowhere"), database_url=dsn, **addresses)
    async with aiohttp.ClientSession() as http:
        infra = tokens.infra(pool, tokens.Issuer())
        built = await app.build(given, service.Infra(pool=pool, http=http, tokens=infra.tokens))
        root = server.make_root()
        assert built.at_root is not None
        built.at_root(root)
        jar = aiohttp.DummyCookieJar()
        async with web.listening(root) as base, aiohttp.ClientSession(base, cookie_jar=jar) as visitor:
            yield visitor
    await pool.close()


async def opened(portal: aiohttp.ClientSession, path: str) -> tuple[str, dict[str, str]]:
    """Open a page; give its form token and the browser's cookie."""
    async with portal.get(path, headers=PAGE) as answer:
        cookie = answer.cookies["__Host-mandat-visit"]
        assert (cookie["secure"], cookie["httponly"], cookie["path"], cookie["domain"]) == (True, True, "/", "")
        assert answer.headers["Strict-Transport-Security"].startswith("max-age=")
        return TOKEN.findall(await answer.text())[-1], {"Cookie": f"{cookie.key}={cookie.value}"}


@pytest.mark.parametrize(
    ("path", "words"),
    [("/fr/connexion", "Temporairement indisponible"), ("/en/sign-in", "Temporarily unavailable")],
)
async def test_service_that_is_away_gets_a_page_that_says_so(
    portal: aiohttp.ClientSession, path: str, words: str
) -> None:
    token, cookie = await opened(portal, path)
    form = {"jeton": token, "username": "jpiette", "password": "canary-of-the-test"}
    async with portal.post(path, data=form, headers=OURS | cookie) as answer:
        text = await answer.text()
        assert answer.status == 503
        assert int(answer.headers["Retry-After"]) > 0
        assert f"<h1>{words}</h1>" in text
        assert "<dd>jpiette</dd>" in text
        assert "canary-of-the-test" not in text


async def test_form_that_is_too_large_gets_a_page_that_says_so(portal: aiohttp.ClientSession) -> None:
    token, cookie = await opened(portal, "/fr/connexion")
    form = {"jeton": token, "username": "a" * 100_000, "password": "b"}
    async with portal.post("/fr/connexion", data=form, headers=OURS | cookie) as answer:
        assert (answer.status, "Envoi trop volumineux" in await answer.text()) == (413, True)


async def test_address_that_is_none_is_a_page_for_people_and_a_problem_for_programs(
    portal: aiohttp.ClientSession,
) -> None:
    async with portal.get("/en/nowhere", headers=PAGE) as answer:
        assert (answer.status, "<h1>Page not found</h1>" in await answer.text()) == (404, True)
    async with portal.get("/en/nowhere", headers={"Accept": "application/json"}) as answer:
        assert (answer.status, (await answer.json())["slug"]) == (404, "not-found")


async def test_address_with_whatever_parameters_is_the_page_without_them(portal: aiohttp.ClientSession) -> None:
    asked = "language=en&name=a&self=b&matricule=5003"
    async with portal.get(f"/fr/connexion?{asked}", headers=PAGE) as answer:
        text = await answer.text()
        assert (answer.status, answer.headers["Content-Language"]) == (200, "fr")
        assert 'href="/en/sign-in?name=a&amp;self=b" lang="en"' in text


async def test_sign_in_leads_to_the_language_that_the_browser_asks_for(portal: aiohttp.ClientSession) -> None:
    for language, place in (("en-CA,en;q=0.9,fr;q=0.5", "/en"), ("fr-CA", "/fr"), ("de", "/fr")):
        async with portal.get("/", headers={"Accept-Language": language}, allow_redirects=False) as answer:
            assert (answer.status, answer.headers["Location"]) == (303, place)


async def test_page_for_who_is_signed_in_leads_to_sign_in_and_back(portal: aiohttp.ClientSession) -> None:
    async with portal.get("/fr/pour/5003/cadastre", headers=PAGE, allow_redirects=False) as answer:
        assert (answer.status, answer.headers["Location"]) == (
            303,
            "/fr/connexion?retour=%2Ffr%2Fpour%2F5003%2Fcadastre",
        )


async def test_styles_and_script_are_kept_for_ever_under_a_name_of_their_content(
    portal: aiohttp.ClientSession,
) -> None:
    async with portal.get("/fr/connexion", headers=PAGE) as answer:
        found = re.findall(r'(?:href|src)="(/static/[\w.]+)"', await answer.text())
    assert len(found) == 3
    for path in found:
        async with portal.get(path) as answer:
            assert (answer.status, "immutable" in answer.headers["Cache-Control"]) == (200, True)
            assert len(await answer.read()) < 40_000
    async with portal.get("/static/portal.0000000000.css") as answer:
        assert answer.status == 404
