"""A licence is claimed with its PIN, and a downloaded document is checked, by people in a browser."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from services import client
from tests.browser.conftest import Cast
from tests.browser.windows import Windows, ensure_accessible, heading, words
from tests.journeys.world import World

if TYPE_CHECKING:
    from playwright.async_api import Page

pytestmark = pytest.mark.browser


@pytest.mark.item("Q2")
async def test_person_with_a_pin_becomes_a_surveyor(windows: Windows, world: World) -> None:
    person = await world.newcomer("Nadine", "Jalon")
    await world.import_licence(person)

    async def pin() -> str | None:
        texts = [mail["text"] for mail in await world.mails(person)]
        return next((found.group() for text in texts if (found := client.PIN.search(text))), None)

    async with windows.open("/fr/accueil", person) as page:
        await page.get_by_role("link", name="Je suis arpenteur-géomètre et j’ai reçu un NIP").click()
        await ensure_accessible(page)
        await page.get_by_label("NIP du permis").fill("ZZZ-ZZZ-ZZZ")
        await page.get_by_role("button", name="Associer").click()
        assert await page.locator("#f-pin-fault").count() == 1
        await page.get_by_label("NIP du permis").fill(str(await client.until(pin, "the PIN")))
        await page.get_by_role("button", name="Associer").click()
        assert f"matricule {person.matricule}, est associé" in await words(page)


async def checked(page: Page, name: str, content: bytes) -> str:
    """Check a file on the page, and give what it says."""
    await page.goto("/fr/verifier")
    file = {"name": name, "mimeType": "application/octet-stream", "buffer": content}
    await page.get_by_label("Document à vérifier").set_input_files(file)
    await page.get_by_role("button", name="Vérifier", exact=True).click()
    await page.locator(".said-done, .summary").first.wait_for()
    return await words(page)


@pytest.mark.item("Q34")
async def test_downloaded_list_is_authentic_until_a_byte_is_changed(
    windows: Windows, cast: Cast, tmp_path: Path
) -> None:
    async with windows.open("/fr/delegation/activites", cast.jean) as page:
        async with page.expect_download() as begun:
            await page.get_by_role("link", name="Excel").click()
        path = tmp_path / "activites.xlsx"
        await (await begun.value).save_as(path)
        assert "Ce document est authentique." in await checked(page, path.name, path.read_bytes())
        whole = bytearray(path.read_bytes())
        whole[len(whole) // 2] ^= 1
        assert "Ce document est authentique." not in await checked(page, path.name, bytes(whole))


async def test_page_that_checks_documents_is_open_to_anybody(windows: Windows) -> None:
    async with windows.open("/en/check") as page:
        assert await heading(page) == "Check a document"
        await page.get_by_role("button", name="Check", exact=True).click()
        assert "Choose a PDF, Excel or JSON Lines file" in await words(page, ".summary")
        await ensure_accessible(page)
