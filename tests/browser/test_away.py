"""What a page says while a service is away, or needs long: a portal whose audit is a stand-in that answers so."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from aiohttp import web

from shared import ids
from tests.authority.running import Realm
from tests.browser.conftest import Cast
from tests.browser.connected import portal_beside
from tests.browser.windows import DESKTOP, PHONE, Windows, ensure_accessible, ensure_light, ensure_no_sideways, heading
from tests.support.web import listening

pytestmark = pytest.mark.browser

LONG = {
    "type": "about:blank",
    "slug": "export-takes-long",
    "status": 422,
    "title": "Fichier à préparer en arrière-plan",
    "detail": "Votre liste compte 90 000 activités.",
}
LIST = "/delegation/activites", "/delegation/activities"
ASKED = {"format": "xlsx", "asked_at": "2026-11-26T15:00:00Z", "expires_at": None, "done": 10, "total": 90_000}
EXPORTS = {state: str(ids.uuid7()) for state in ("running", "ready", "failed")}


@pytest.fixture(scope="module")
async def audit() -> AsyncIterator[str]:
    """A stand-in of audit: files take long, those asked for are in every state, and for lists it is away."""

    async def answer(request: web.Request) -> web.Response:
        name = request.path.rpartition("/")[2]
        if name.startswith("activities."):
            return web.json_response(LONG, status=422)
        for state, export in EXPORTS.items():
            if name == export or (request.method == "POST" and state == "running"):
                return web.json_response(ASKED | {"id": export, "state": state})
        raise web.HTTPServiceUnavailable

    app = web.Application()
    app.router.add_route("*", "/{path:.*}", answer)
    async with listening(app) as url:
        yield url


@pytest.fixture(scope="module")
async def portal(system: Realm, audit: str) -> AsyncIterator[str]:
    """Another portal on the same sessions, beside the services that run."""
    async with portal_beside(system, "away", {"MANDAT_AUDIT_URL": audit}) as url:
        yield url


@pytest.mark.item("Q34")
@pytest.mark.parametrize(
    ("path", "status", "title"),
    [
        (LIST, 503, ("Temporairement indisponible", "Temporarily unavailable")),
        ((f"{LIST[0]}/fichier/xlsx", f"{LIST[1]}/file/xlsx"), 200, (LONG["title"], LONG["title"])),
        ((f"/exports/{EXPORTS['running']}",) * 2, 200, ("Fichier du suivi des activités", "Activity tracking file")),
        ((f"/exports/{EXPORTS['ready']}",) * 2, 200, ("Fichier du suivi des activités", "Activity tracking file")),
        ((f"/exports/{EXPORTS['failed']}",) * 2, 200, ("Fichier du suivi des activités", "Activity tracking file")),
    ],
    ids=["away", "later", "running", "ready", "failed"],
)
async def test_page_of_a_service_that_is_away_or_slow_is_accessible_and_says_so(
    windows: Windows, cast: Cast, portal: str, path: tuple[str, str], status: int, title: tuple[str, str]
) -> None:
    async with windows.open("", cast.jean, base_url=portal) as page:
        for language, place, said in zip(("fr", "en"), path, title, strict=True):
            answer = await page.goto(f"/{language}{place}")
            assert answer is not None
            assert (answer.status, await heading(page)) == (status, said)
            await ensure_light(page, await answer.body())
            await ensure_accessible(page)
            await page.set_viewport_size(PHONE)  # type: ignore[arg-type]
            await ensure_no_sideways(page)
            await page.set_viewport_size(DESKTOP)  # type: ignore[arg-type]


@pytest.mark.item("Q34")
async def test_file_that_takes_long_is_asked_for_and_said_to_be_on_its_way(
    windows: Windows, cast: Cast, portal: str, scripting: dict[str, bool]
) -> None:
    async with windows.open(f"/fr{LIST[0]}/fichier/xlsx", cast.jean, base_url=portal, **scripting) as page:
        await page.get_by_role("button", name="Préparer le fichier").click()
        assert await heading(page) == "Fichier du suivi des activités"
        assert "10 activités sur" in (await page.locator("main").inner_text()).replace("\u00a0", " ")
