"""Takes the pictures of docs/screens, of a system with the sample: main pages and e-mails, in both languages."""

from __future__ import annotations

import asyncio
import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from playwright.async_api import async_playwright

from services import sample
from tests.support import email_screens, png
from tests.support.processes import Program, free_port

if TYPE_CHECKING:
    from playwright.async_api import Browser, Page

SCREENS = Path(__file__).resolve().parents[2] / "docs/screens"
CHROMIUM = os.environ.get("MANDAT_TEST_CHROMIUM", "/usr/bin/chromium")
DESKTOP, PHONE = {"width": 1000, "height": 640}, {"width": 360, "height": 640}
LARGEST = 60_000

PIETTE, LAVOIE = sample.PIETTE.matricule, sample.LAVOIE.matricule
PAGES: tuple[tuple[str, sample.Person | None, str, str], ...] = (
    ("sign-in", None, "/connexion", "/sign-in"),
    ("choose", sample.DESCARTES, "/delegation/selection", "/delegation/selection"),
    ("delegates", sample.PIETTE, f"/pour/{PIETTE}/delegation/delegataires", f"/for/{PIETTE}/delegation/delegates"),
    ("activity", sample.PIETTE, f"/pour/{PIETTE}/delegation/activites", f"/for/{PIETTE}/delegation/activities"),
    ("files", sample.DESCARTES, f"/pour/{LAVOIE}/cadastre", f"/for/{LAVOIE}/cadastre"),
    ("companies", sample.TRAINER, "/professionnels", "/professionals"),
    ("applications", sample.TRAINER, "/demandes", "/applications"),
    ("fees", sample.TRAINER, "/frais", "/fees"),
    ("state", sample.OPERATOR, "/exploitation", "/operations"),
    ("operations", sample.OPERATOR, "/exploitation/importations", "/operations/imports"),
    ("services", sample.DESCARTES, f"/pour/{PIETTE}/cadastre/services", f"/for/{PIETTE}/cadastre/services"),
)
"""Name, who looks at it, and the address in French and in English."""
FOLLOWED: tuple[tuple[str, sample.Person, str, tuple[str, ...]], ...] = (
    ("members", sample.TRAINER, "/fr/professionnels", ("tbody th a", ".inner-tabs li:nth-child(2) a")),
    ("application", sample.TRAINER, "/fr/demandes", ("tbody tr:last-child th a",)),
)
"""Name, who looks at it, and from where by which links: pages whose addresses have ids in them."""


async def take(url: str) -> None:
    """Take all pictures of a running system."""
    await asyncio.to_thread(SCREENS.mkdir, parents=True, exist_ok=True)
    arguments = ["--disable-lcd-text", *(["--no-sandbox"] if os.geteuid() == 0 else [])]
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=arguments)
        for name, person, french, english in PAGES:
            await _take(browser, url, person, {f"{name}-fr": f"/fr{french}", f"{name}-en": f"/en{english}"})
        for name, person, start, links in FOLLOWED:
            await _take_followed(browser, url, name, person, start, links)
        dark = {"activity-phone-dark": f"/fr/pour/{PIETTE}/delegation/activites"}
        await _take(browser, url, sample.PIETTE, dark, viewport=PHONE, color_scheme="dark")
        await _take_look(browser, url)
        await email_screens.take(browser)
        await browser.close()


async def _take_followed(
    browser: Browser, url: str, name: str, person: sample.Person, start: str, links: tuple[str, ...]
) -> None:
    """Take the picture of a page that links lead to, in both languages."""
    context = await browser.new_context(viewport=DESKTOP, locale="fr-CA", base_url=url)  # type: ignore[arg-type]
    page = await context.new_page()
    await _sign_in(page, person)
    await page.goto(start)
    for link in links:
        await page.locator(link).first.click()
        await page.wait_for_load_state()
    await _keep(page, f"{name}-fr")
    await page.locator(".top-links a[hreflang=en]").click()
    await page.locator("html[lang=en]").wait_for()
    await _keep(page, f"{name}-en")
    await context.close()


async def _take_look(browser: Browser, url: str) -> None:
    """Take the picture of an operator's look at a surveyor's screens, in both languages."""
    context = await browser.new_context(viewport=DESKTOP, locale="fr-CA", base_url=url)  # type: ignore[arg-type]
    page = await context.new_page()
    await _sign_in(page, sample.OPERATOR)
    await page.goto("/fr/exploitation/regard")
    await page.locator("[name=username]").fill(sample.PIETTE.username)
    await page.locator("[name=reason]").fill("Demande d’aide 4711")
    await page.locator("main [name=password]").fill(sample.OPERATOR.passphrase)
    await page.locator("main form button").click()
    await page.locator(".looking").wait_for()
    for name, path in (("look-fr", f"/fr/pour/{PIETTE}/cadastre"), ("look-en", f"/en/for/{PIETTE}/cadastre")):
        await page.goto(path)
        await _keep(page, name)
    await context.close()


async def _keep(page: Page, name: str) -> None:
    """Keep a small picture of a page."""
    picture = await asyncio.to_thread(png.small, await page.screenshot())
    await asyncio.to_thread((SCREENS / f"{name}.png").write_bytes, picture)
    if len(picture) > LARGEST:
        raise ValueError(f"{name}.png is of {len(picture)} bytes: {LARGEST} at the most")


async def _take(
    browser: Browser, url: str, person: sample.Person | None, pictures: dict[str, str], **options: object
) -> None:
    given: dict[str, object] = {"viewport": DESKTOP, "locale": "fr-CA", "base_url": url} | options
    context = await browser.new_context(**given)  # type: ignore[arg-type]  # each as Playwright documents it
    page = await context.new_page()
    if person:
        await _sign_in(page, person)
    for name, path in pictures.items():
        await page.goto(path)
        await _keep(page, name)
    await context.close()


async def _sign_in(page: Page, person: sample.Person) -> None:
    await page.goto("/fr/connexion")
    await page.locator("[name=username]").fill(person.username)
    await page.locator("[name=password]").fill(person.passphrase)
    await page.locator("main form button").click()
    await page.wait_for_url(lambda url: "/connexion" not in url)


async def main() -> None:
    """Run everything with the sample, and take the pictures."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        home.chmod(0o755)
        port = free_port()
        environment = {"MANDAT_HOME": str(home / "home"), "MANDAT_PORT": str(port)}
        program = Program("services", environment, home / "log")
        await program.start()
        try:
            await program.answers(f"http://127.0.0.1:{port}/readyz")
            await _loaded(home / "home/sample.loaded")
            await take(f"http://127.0.0.1:{port}")
        finally:
            await program.stop()


async def _loaded(marker: Path) -> None:
    async with asyncio.timeout(180):
        while not await asyncio.to_thread(marker.exists):
            await asyncio.sleep(0.5)


if __name__ == "__main__":
    asyncio.run(main())
