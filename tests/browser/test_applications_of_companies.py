"""An application of companies that an operator lists: requests, templates, uploads, actions and fees of its own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from services import client
from tests.browser.connected import ROADS, Region
from tests.browser.test_companies import LMS
from tests.browser.test_permits import PDF, REVIEW
from tests.browser.windows import Windows, heading, words
from tests.journeys.world import Somebody, World

if TYPE_CHECKING:
    from playwright.async_api import FilePayload, Page

pytestmark = pytest.mark.browser


@dataclass(frozen=True)
class Firm:
    """A company and who manages it."""

    vivian: Somebody
    id: str


@pytest.fixture
async def firm(world: World) -> Firm:
    """A company of Vivian’s, which knows nothing of the roads yet."""
    vivian = await world.newcomer("Vivian", "Routière")
    made = await client.until(lambda: vivian.caller.post("/accounts/v1/accounts", LMS, expect=201), "the company")
    return Firm(vivian, made["id"])


@pytest.mark.item("O2", "O13")
async def test_company_submits_to_a_further_application_from_its_template_and_uploads_there(
    windows: Windows, here: Region, firm: Firm
) -> None:
    async with windows.open(f"/fr/professionnels/{firm.id}", firm.vivian, base_url=here.url) as page:
        await save_template(page)
        await page.goto(f"/fr/professionnels/{firm.id}")
        await page.get_by_role("link", name="Demandes – Voirie").click()
        assert await words(page, ".tabs [aria-current]") == ROADS["fr"]
        await submit(page)
        assert (await heading(page)).endswith("Tranchée")
        assert "/fr/services/roads/demandes/" in page.url
        await page.get_by_label("Votre message").fill("Nous creusons lundi.")
        await page.get_by_role("button", name="Envoyer").click()
        assert "Nous creusons lundi." in await words(page)
        assert await uploaded(page, PDF) == PDF
        await page.goto("/fr/demandes")
        assert "Aucune demande à afficher" in await words(page)


async def save_template(page: Page) -> None:
    """Save a template of the company for the roads."""
    await page.get_by_role("link", name="Modèles de demande – Voirie").click()
    for label, text in (("Nom du modèle", "Tranchée type"), ("Titre", "Tranchée"), ("Adresse des travaux", "rue Bank")):
        await page.get_by_label(label).fill(text)
    await page.get_by_role("button", name="Enregistrer").click()


async def submit(page: Page) -> None:
    """Submit an application by the template, for a client."""
    await page.get_by_role("link", name="Nouvelle demande").click()
    chosen = page.get_by_label("Vous présentez la demande pour").locator("option:checked")
    assert await chosen.inner_text() == "LMS Architects"
    await page.get_by_label("Modèle", exact=True).select_option("Tranchée type")
    await page.wait_for_url("**modele=*")
    await page.get_by_label("Nom du client").fill("Madiee Training")
    await page.get_by_role("button", name="Présenter la demande").click()


async def uploaded(page: Page, content: bytes) -> bytes:
    """Upload a file, and give what is downloaded of it."""
    file: FilePayload = {"name": "plan.pdf", "mimeType": "application/pdf", "buffer": content}
    await page.get_by_label("Ajouter un fichier").set_input_files(file)
    await page.get_by_role("button", name="Téléverser").click()
    await page.get_by_text("Le fichier est téléversé.").wait_for()
    async with page.expect_download() as begun:
        await page.locator(".file-row a").click()
    return (await (await begun.value).path()).read_bytes()


@pytest.mark.item("O4", "O10")
async def test_what_a_further_application_asks_is_its_action_and_its_fee_is_among_all_fees(
    windows: Windows, here: Region, firm: Firm
) -> None:
    body = {"kind": "building", "title": "Tranchée", "address": "rue Bank", "description": ""}
    body |= {"as_account": firm.id, "client_name": "Madiee Training"}
    made = await here.roads.caller(firm.vivian).post("/permits/v1/applications", body, expect=201)
    await reviewed(here, made["id"])
    await client.until(lambda: charged(firm.vivian), "the fee of the roads")
    async with windows.open("/en/services/roads/actions", firm.vivian, base_url=here.url) as page:
        await page.locator("li", has_text="Show the detour.").get_by_role("link").click()
        assert f"({ROADS['en']})" in await words(page, ".from-city")
        await page.goto("/en/actions")
        assert "Show the detour." not in await words(page)
        await page.goto("/fr/frais")
        assert "Permis de tranchée" in await words(page)


async def charged(person: Somebody) -> bool:
    """Tell whether a person is shown the fee."""
    found = await person.caller.get("/accounts/v1/fees")
    return "Permis de tranchée" in {one["label_fr"] for one in found["fees"]}


async def reviewed(here: Region, application: str) -> None:
    """Have the reviewers ask, write and charge."""
    operator = here.roads.caller(await here.roads.system.world.operator())
    asked = {"kind": "answer", "detail": "Show the detour."}
    await operator.post(f"{REVIEW}/{application}/actions", asked, expect=201)
    await operator.post(f"{REVIEW}/{application}/messages", {"body": "Plan reçu."}, expect=201)
    fee = {
        "label_fr": "Permis de tranchée",
        "label_en": "Trench permit",
        "amount_cents": 12_500,
        "due_on": "2027-01-31",
    }
    await operator.post(f"{REVIEW}/{application}/fees", fee, expect=201)


async def test_company_that_is_none_of_ones_own_is_nobodys_list_and_nobodys_name_on_a_form(
    windows: Windows, here: Region, firm: Firm
) -> None:
    async with windows.open("", firm.vivian, base_url=here.url) as page:
        for place in ("/fr/demandes", "/fr/services/roads/demandes"):
            answer = await page.goto(f"{place}?entreprise=personne")
            assert answer is not None
            assert (answer.status, await heading(page)) == (200, "Demandes")
            await page.goto(f"{place}/nouvelle?entreprise={firm.vivian.id}")
            assert await page.locator("[name=as_account]").input_value() == ""
            assert await page.locator("[name=client_name]").count() == 0
