"""Browser windows: of anybody, or of somebody who is signed in; and what every page must be."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from axe_playwright_python.async_playwright import Axe

if TYPE_CHECKING:
    from playwright.async_api import Browser, BrowserContext, Page, StorageState

    from tests.journeys.world import Somebody

DESKTOP = {"width": 1100, "height": 800}
PHONE = {"width": 320, "height": 640}
NARROW = 640
"""Up to this width rows stand as cards."""
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
COLOURS = ["color-contrast", "link-in-text-block"]
MOST = 100_000
AXE = Axe()
LOADED = """() => performance.getEntries().filter((one) => "decodedBodySize" in one)
  .map((one) => [one.name, one.initiatorType, one.decodedBodySize])"""

WIDTHS = """() => [document.documentElement.scrollWidth, window.innerWidth,
  [...document.querySelectorAll(".table-wrap")].map((one) => [one.scrollWidth, one.clientWidth])]"""


@dataclass
class Windows:
    """Opens windows on the running system; who signed in once is signed in for the session of tests."""

    browser: Browser
    url: str
    states: dict[str, StorageState] = field(default_factory=dict)

    @asynccontextmanager
    async def context(self, person: Somebody | None = None, **options: Any) -> AsyncIterator[BrowserContext]:
        """Open a browser of its own, signed in as a person if there is one; console errors fail the test."""
        state = await self.state_of(person) if person else None
        given = {
            "reduced_motion": "reduce",
            "viewport": DESKTOP,
            "locale": "fr-CA",
            "base_url": self.url,
            "storage_state": state,
        } | options
        context = await self.browser.new_context(**given)
        context.set_default_timeout(20_000)
        try:
            yield context
        finally:
            await context.close()

    @asynccontextmanager
    async def open(self, path: str = "", person: Somebody | None = None, **options: Any) -> AsyncIterator[Page]:
        """Open a window, at a path if there is one."""
        async with self.context(person, **options) as context:
            page = await context.new_page()
            if path:
                await page.goto(path)
            yield page

    async def state_of(self, person: Somebody) -> StorageState:
        """Sign in once, and give the cookies."""
        if person.username not in self.states:
            async with self.open("/fr/connexion") as page:
                await sign_in(page, person)
                self.states[person.username] = await page.context.storage_state()
        return self.states[person.username]


async def sign_in(page: Page, person: Somebody) -> None:
    """Fill in the sign-in page that is open, and go in."""
    await page.locator("[name=username]").fill(person.username)
    await page.locator("[name=password]").fill(person.passphrase)
    await page.locator("main form button").click()
    await page.wait_for_url(lambda url: "/connexion" not in url and "/sign-in" not in url)


async def heading(page: Page) -> str:
    """Give the heading of the page, or of the window over it."""
    where = "dialog h1" if await page.locator("dialog[open]").count() else "main h1"
    return (await page.locator(where).inner_text()).replace("\u00a0", " ").replace("\u202f", " ")


async def words(page: Page, where: str = "main") -> str:
    """Give the words of a part of the page, with plain spaces."""
    found = await page.locator(where).first.inner_text()
    return " ".join(found.replace("\u00a0", " ").replace("\u202f", " ").split())


async def ensure_accessible(page: Page) -> None:
    """Fail for every finding of axe by WCAG 2.2 AA and by good practice.

    All rules are asked in light for French pages and in dark for English ones; of the other scheme those that look at
    colours. The rest read the document, which is the same in both: asking them again would find nothing more.
    """
    english = await page.locator("html").get_attribute("lang") == "en"
    whole, colours = ("dark", "light") if english else ("light", "dark")
    await page.emulate_media(color_scheme=whole)  # type: ignore[arg-type]
    found = await _findings(page, {"type": "tag", "values": RULES})
    await page.emulate_media(color_scheme=colours)  # type: ignore[arg-type]
    found += await _findings(page, {"type": "rule", "values": COLOURS})
    assert found == [], f"{page.url}: {found}"


async def _findings(page: Page, only: dict[str, Any]) -> list[str]:
    if not await page.evaluate("'axe' in window"):
        await page.evaluate(AXE.axe_script)
    results = await page.evaluate("only => axe.run(document, {resultTypes: ['violations'], runOnly: only})", only)
    return [
        f"{one['id']}: {one['help']}: {[node['html'][:200] for node in one['nodes'][:3]]}"
        for one in results["violations"]
    ]


async def ensure_light(page: Page, html: bytes) -> None:
    """Fail when a page with all that it loads is too heavy, or when it loads what it does not name itself.

    What a style sheet or a script asks for comes a round later; so does a second file of a kind.
    """
    loaded = await page.evaluate(LOADED)
    others = [urlsplit(name).path for name, kind, _ in loaded if kind != "navigation"]
    assert [path for path in others if path.encode() not in html] == [], f"{page.url} loads in several rounds"
    endings = Counter(path.rpartition(".")[2] for path in others)
    assert max(endings.values(), default=0) <= 1, f"{page.url} loads {endings}"
    weight = sum(size for _, _, size in loaded)
    assert len(html) < weight < MOST, f"{page.url} is of {weight} bytes"


async def ensure_no_sideways(page: Page) -> None:
    """Fail when a page is wider than its window, or, on a phone, a table than its frame: it hides columns."""
    wide, window, tables = await page.evaluate(WIDTHS)
    assert wide <= window, f"{page.url} is {wide} wide in {window}"
    hidden = [one for one in tables if one[0] > one[1] and window <= NARROW]
    assert hidden == [], f"{page.url} has tables wider than their frames in {window}: {hidden}"
