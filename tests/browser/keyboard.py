"""A person without a mouse: Tab, arrows, Space, Enter and letters, and what every stop of the focus must be."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tests.browser.windows import heading

if TYPE_CHECKING:
    from playwright.async_api import Page

    from tests.journeys.world import Somebody

MOST = 90
STOP = """() => {
  const here = document.activeElement, before = window.stopBefore;
  window.stopBefore = here;
  if (!here || here === document.body) { window.stopBefore = null; return null; }
  const style = getComputedStyle(here), box = here.getBoundingClientRect();
  const label = here.labels && here.labels.length ? here.labels[0].textContent : "";
  const middle = document.elementFromPoint(box.x + box.width / 2, box.y + Math.min(box.height, 40) / 2);
  return {
    words: [label, here.getAttribute("aria-label"), here.textContent, here.value].filter(Boolean).join(" "),
    shown: box.width > 0 && box.height > 0 && box.bottom > 0 && box.top < innerHeight,
    uncovered: !!middle && (here.contains(middle) || middle.contains(here)),
    ringed: here.matches(":focus-visible") && style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2,
    later: !before || !!(before.compareDocumentPosition(here) & Node.DOCUMENT_POSITION_FOLLOWING),
  };
}"""


@dataclass
class Keyboard:
    """The keyboard of a window. Nothing is clicked, nothing filled in that the focus did not come to by itself."""

    page: Page

    async def reach(self, words: str, *, exact: bool = False) -> None:
        """Press Tab until the focus is on something with these words, and look at every stop on the way."""
        passed: list[str] = []
        for _ in range(MOST):
            await self.page.keyboard.press("Tab")
            stop = await self.page.evaluate(STOP)
            if stop is None:
                continue
            ensure_good(stop, passed)
            here = " ".join(stop["words"].split())
            if here == words or (words in here and not exact):
                return
            passed.append(stop["words"].strip()[:40])
        raise AssertionError(f"the keyboard does not reach {words}, only {passed}")

    async def press(self, words: str, *, key: str = "Enter", exact: bool = False) -> None:
        """Go to a link, a button or a box, and press a key on it."""
        await self.reach(words, exact=exact)
        await self.page.keyboard.press(key)

    async def write(self, words: str, text: str) -> None:
        """Go to a field and type."""
        await self.reach(words)
        await self.page.keyboard.type(text)

    async def sign_in(self, person: Somebody) -> None:
        """Go in by the sign-in page that is open."""
        await self.write("Nom d’utilisateur", person.username)
        await self.write("Mot de passe", person.passphrase)
        await self.page.keyboard.press("Enter")
        await self.page.wait_for_url(lambda url: "/connexion" not in url)

    async def arrive(self, title: str) -> None:
        """Wait for the page, or the window over it, of this heading."""
        await self.page.get_by_role("heading", name=title, level=1).wait_for()
        assert await heading(self.page) == title


def ensure_good(stop: dict[str, Any], passed: list[str]) -> None:
    """Fail for a stop that nobody sees, that something covers, that has no ring, or that goes back on the page."""
    bad = [name for name in ("shown", "uncovered", "ringed", "later") if not stop[name]]
    assert bad == [], f"“{stop['words'].strip()[:60]}” is not {bad}, after {passed[-2:]}"
