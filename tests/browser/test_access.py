"""Every page in every state, in both languages, light and dark, on a desktop and on a narrow phone."""

from __future__ import annotations

import pytest

from tests.browser.conftest import Cast
from tests.browser.states import STATES, State
from tests.browser.test_files import open_file
from tests.browser.windows import DESKTOP, MOST, PHONE, Windows, ensure_accessible, ensure_no_sideways
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
            assert len(await answer.body()) < MOST
            if state.do:
                await state.do(page)
            await ensure_accessible(page)
            await page.set_viewport_size(PHONE)
            await ensure_no_sideways(page)
            await page.set_viewport_size(DESKTOP)
