"""One running system, one browser and the guides' people for all tests of pages."""

from __future__ import annotations

import os
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest
from playwright.async_api import async_playwright

from tests.authority.running import Realm, realm
from tests.browser.connected import Region, region
from tests.browser.windows import Windows
from tests.journeys.world import Somebody, World

CHROMIUM = os.environ.get("MANDAT_TEST_CHROMIUM", "/usr/bin/chromium")


FRESH = 120.0
"""Seconds after which those who stay sign in again."""
_signed_in: dict[str, float] = {}


@dataclass(frozen=True)
class Cast:
    """Jean and Claire are surveyors; Édith is a delegate of both, Pierre of Jean, Marie of nobody; an operator."""

    jean: Somebody
    claire: Somebody
    edith: Somebody
    pierre: Somebody
    marie: Somebody
    operator: Somebody


@pytest.fixture(scope="session")
async def system(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Realm]:
    """Everything in one process."""
    async with realm(tmp_path_factory.mktemp("browser")) as running:
        yield running


@pytest.fixture(scope="session")
def world(system: Realm) -> World:
    """The running system, as people and scripts meet it."""
    return system.world


@pytest.fixture(scope="session")
async def stayers(world: World) -> Cast:
    """People who stay as they are: who changes them makes others."""
    jean, claire = await world.surveyor("Jean", "Piette"), await world.surveyor("Claire", "Lavoie")
    edith, pierre = await world.newcomer("Édith", "Descartes"), await world.newcomer("Pierre", "Quiroule")
    marie = await world.newcomer("Marie", "Nouvelle")
    for surveyor, delegate in ((jean, edith), (claire, edith), (jean, pierre)):
        await world.designate(surveyor, delegate)
    return Cast(jean, claire, edith, pierre, marie, await world.operator())


@pytest.fixture
async def cast(stayers: Cast, world: World) -> Cast:
    """Let them sign in again before their tokens of five minutes end: the suite takes longer."""
    if time.monotonic() - _signed_in.get("cast", 0.0) > FRESH:
        for person in (stayers.jean, stayers.claire, stayers.edith, stayers.pierre, stayers.marie):
            await world.sign_in(person)
        _signed_in["cast"] = time.monotonic()
    return stayers


@pytest.fixture(scope="session")
async def windows(system: Realm) -> AsyncIterator[Windows]:
    """One browser."""
    arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=arguments)
        yield Windows(browser, system.url)
        await browser.close()


@pytest.fixture(scope="session")
async def here(system: Realm) -> AsyncIterator[Region]:
    """Further connected applications, and a portal that lists them."""
    async with region(system) as running:
        yield running


@pytest.fixture(params=[True, False], ids=["script", "no-script"])
def scripting(request: pytest.FixtureRequest) -> dict[str, bool]:
    """With and without JavaScript: the same journeys."""
    return {"java_script_enabled": request.param}
