"""Every page in every state, in both languages, light and dark, on a desktop and on a narrow phone."""

from __future__ import annotations

import pytest

from tests.browser.conftest import Cast
from tests.browser.states import STATES, State
from tests.browser.test_files import open_file
from tests.browser.windows import DESKTOP, MOST, PHONE, Windows, ensure_accessible, ensure_light, ensure_no_sideways
from tests.journeys.world import World

pytestmark = pytest.mark.browser


@pytest.fixture(scope="session")
async def names(world: World, stayers: Cast) -> dict[str, str]:
    """What fills the addresses: Jean's matricule and a file of his."""
    return {"jean": stayers.jean.matricule or "", "file": await open_file(world, stayers.jean)}


@pytest.mark.parametrize("state", STATES, ids=lambda state: state.name)
async def test_page_is_accessible_narrow_and_light(
    state: State, windows: Windows, cast: Cast, names: dict[str, str]
) -> None:
    person = getattr(cast, state.who) if state.who else None
    async with windows.open("", person) as page:
        for language in ("fr", "en"):
            answer = await page.goto(state.path(language).format(**names))
            assert answer is not None
            assert await page.locator("html").get_attribute("lang") == language
            await ensure_light(page, await answer.body())
            if state.do:
                await state.do(page)
                assert len((await page.content()).encode()) < MOST
            await ensure_accessible(page)
            await page.set_viewport_size(PHONE)
            await ensure_no_sideways(page)
            await page.set_viewport_size(DESKTOP)


@pytest.mark.parametrize(
    ("sheet", "found"),
    [('@import "/static/more.css";', "rounds"), (":root { --weight: '" + MOST * "x" + "' }", "bytes")],
    ids=["second round", "heavy"],
)
async def test_page_that_is_heavy_or_loads_in_rounds_is_found_out(windows: Windows, sheet: str, found: str) -> None:
    async with windows.open("") as page:
        await page.route("**/static/portal.*.css", lambda route: route.fulfill(body=sheet, content_type="text/css"))
        answer = await page.goto("/fr/connexion")
        assert answer is not None
        with pytest.raises(AssertionError, match=found):
            await ensure_light(page, await answer.body())
