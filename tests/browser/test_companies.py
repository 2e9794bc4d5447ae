"""[Professionnels/Entrepreneurs]: registering, joining by PIN, members and their permissions (O4–O12, O14–O19)."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from services import client
from tests.browser.windows import PHONE, Windows, ensure_accessible, ensure_no_sideways, heading, words
from tests.journeys.world import Somebody, World

if TYPE_CHECKING:
    from playwright.async_api import Page

pytestmark = pytest.mark.browser

LMS = {
    "kind": "contractor",
    "legal_name": "LMS Architects",
    "phone": "613 580-2400",
    "email": "info@lms.example.com",
    "address": {"street": "110, avenue Laurier O.", "city": "Ottawa", "province": "ON", "postal_code": "K1P 1J1"},
}


@dataclass
class Firm:
    """A company of Vivian’s; Jannee knows its PIN."""

    vivian: Somebody
    jannee: Somebody
    id: str
    pin: str

    @property
    def members(self) -> str:
        """The page [Comptes associés]."""
        return f"/fr/professionnels/{self.id}/comptes"


@pytest.fixture(scope="module")
async def firm(world: World) -> Firm:
    """The company, registered through the public call."""
    vivian, jannee = await world.newcomer("Vivian", "Trainer"), await world.newcomer("Jannee", "Training")
    made = await client.until(lambda: vivian.caller.post("/accounts/v1/accounts", LMS, expect=201), "the company")
    pin = await vivian.caller.get(f"/accounts/v1/accounts/{made['id']}/pin")
    return Firm(vivian, jannee, made["id"], pin["pin"])


@pytest.fixture
async def members(windows: Windows, firm: Firm) -> AsyncIterator[Page]:
    """Vivian looks at the members."""
    async with windows.open(firm.members, firm.vivian) as page:
        yield page


async def tick(page: Page, name: str) -> None:
    await page.get_by_label(f"Choisir {name}").check()


async def marks(page: Page, name: str) -> list[str]:
    row = page.get_by_role("row", name=name)
    return [text.strip() for text in await row.locator("td.tick .unseen").all_inner_texts()]


@pytest.mark.item("O1", "O4", "O5", "O9", "O10", "O11", "O12")
async def test_newcomer_registers_a_company_and_manages_it_alone(windows: Windows, world: World) -> None:
    person = await world.newcomer("Madiee", "Training")
    async with windows.open("/fr/professionnels", person) as page:
        assert await words(page, ".subtabs") == "Actions requises Demandes Professionnels/Entrepreneurs Frais impayés"
        assert "Aucune entreprise à afficher" in await words(page)
        await page.get_by_role("link", name="Nouvelle inscription").click()
        await page.get_by_role("button", name="Enregistrer").click()
        assert "Entrez la dénomination sociale de l’entreprise." in await words(page, ".summary")
        await page.get_by_label("Nom de l’entreprise *").fill("LMS Corp")
        await page.get_by_label("Numéro de téléphone").fill("(613) 580-2400 poste 12")
        await page.get_by_label("Adresse courriel *").fill("corp@lms.example.com")
        await page.get_by_label("Numéro et rue").fill("1, rue Elgin")
        await page.get_by_label("Ville").fill("Ottawa")
        await page.get_by_label("Code postal").fill("k2p")
        await page.get_by_role("button", name="Enregistrer").click()
        assert "comme K1P 1J1" in await words(page, ".summary")
        assert await page.get_by_label("Nom de l’entreprise *").input_value() == "LMS Corp"
        await page.get_by_label("Code postal").fill("k2p1l4")
        await page.get_by_role("button", name="Enregistrer").click()
        assert await heading(page) == "LMS Corp"
        tabs = "Détails Comptes associés Droits et paiements Informations bancaires"
        assert await words(page, ".inner-tabs") == tabs
        assert "(613) 580-2400 poste 12" in await words(page, ".facts-line")
        await page.get_by_role("link", name="Comptes associés").click()
        columns = "Nom Gérer Faire une demande Payer Inspection Téléverser des fichiers Gérer les modèles"
        assert columns in (await words(page, "thead")).replace(" ↕", "").replace(" ↑", "")
        assert await marks(page, "Madiee Training") == ["oui"] * 6
        assert "1 compte associé" in await words(page, "caption")


@pytest.mark.item("O5", "O17", "O18", "O6")
async def test_pin_is_masked_and_forgiving_and_gives_no_permission(windows: Windows, firm: Firm) -> None:
    async with windows.open("/fr/professionnels", firm.jannee) as page:
        field = page.get_by_label("NIP des professionnels/entrepreneurs")
        await field.press_sequentially("abcdefghj")
        assert await field.input_value() == "ABC-DEF-GHJ"
        await page.get_by_role("button", name="Associé").click()
        assert await page.locator("#f-pin-fault").count() == 1
        await page.get_by_label("NIP des professionnels/entrepreneurs").fill(firm.pin.lower().replace("-", " "))
        await page.get_by_role("button", name="Associé").click()
        assert "Vous êtes associé à LMS Architects." in await words(page)
        assert "aucune permission" in await words(page, "tbody")
        await page.get_by_role("link", name="LMS Architects").click()
        assert await heading(page) == "Aucune permission pour le moment"
        assert "Vous êtes associé à cette entreprise." in await words(page)


@pytest.mark.item("O5", "O12", "O17", "O19")
async def test_without_java_script_an_employee_joins_by_pin_and_the_manager_grants_a_right(
    windows: Windows, firm: Firm, world: World
) -> None:
    person, bare = await world.newcomer("Pauline", "Chantier"), {"java_script_enabled": False}
    async with windows.open("/fr/professionnels", person, **bare) as page:
        for pin in ("ABC-DEF-GHJ", firm.pin.lower().replace("-", " ")):
            await page.get_by_label("NIP des professionnels/entrepreneurs").fill(pin)
            await page.get_by_role("button", name="Associé").click()
            right = pin != "ABC-DEF-GHJ"
            assert ("Vous êtes associé à LMS Architects." in await words(page)) is right
    async with windows.open(firm.members, firm.vivian, **bare) as page:
        await tick(page, person.name)
        await page.locator(".deeds [value='grant:pay']").click()
        assert await marks(page, person.name) == ["non", "non", "oui", "non", "non", "non"]


@pytest.mark.item("O13", "O19")
async def test_manager_grants_withdraws_and_removes_ticked_people(
    windows: Windows, members: Page, firm: Firm, world: World
) -> None:
    pierre = await world.newcomer("Pierre", "Ouvrier")
    await client.until(lambda: pierre.caller.post("/accounts/v1/accounts/join", {"pin": firm.pin}), "joining")
    await members.reload()
    deeds = members.locator(".deeds")
    assert not await deeds.get_by_role("button", name="Payer").first.is_visible()
    await tick(members, "Pierre Ouvrier")
    assert "1 sélectionné" in await words(members, ".deeds legend")
    await deeds.locator("[value='grant:pay']").click()
    assert await marks(members, "Pierre Ouvrier") == ["non", "non", "oui", "non", "non", "non"]
    await tick(members, "Pierre Ouvrier")
    await deeds.locator("[value='withdraw:pay']").click()
    assert await marks(members, "Pierre Ouvrier") == ["non"] * 6
    await tick(members, "Pierre Ouvrier")
    await deeds.locator("[value=remove]").click()
    assert await heading(members) == "Retirer cette personne du compte ?"
    await members.get_by_role("button", name="Retirer du compte").click()
    assert "Pierre Ouvrier" not in await words(members, "tbody")


@pytest.mark.item("O14")
async def test_last_manager_is_told_why_nothing_was_done(members: Page) -> None:
    await tick(members, "Vivian Trainer")
    await members.locator(".deeds [value='withdraw:manage']").click()
    assert "Accordez d’abord la permission Gérer à une autre personne." in await words(members, ".summary")
    assert await members.get_by_label("Choisir Vivian Trainer").is_checked()
    assert await marks(members, "Vivian Trainer") == ["oui"] * 6


@pytest.mark.item("O15", "O8")
async def test_pin_is_shown_to_the_manager_printed_and_replaced(members: Page, firm: Firm) -> None:
    assert await words(members, "p.pin strong") == firm.pin
    await members.get_by_role("link", name="Avis à imprimer").click()
    assert firm.pin in await words(members, "article")
    await members.go_back()
    await members.get_by_role("link", name="Remplacer le NIP").click()
    await members.locator("dialog h1").wait_for()
    assert await heading(members) == "Remplacer le NIP"
    await members.locator("dialog").get_by_role("button", name="Remplacer le NIP").click()
    await members.get_by_text("Le NIP est remplacé").wait_for()
    firm.pin, former = await words(members, "p.pin strong"), firm.pin
    assert firm.pin != former


@pytest.mark.item("O14", "O19")
async def test_without_java_script_the_same_buttons_are_there(windows: Windows, firm: Firm) -> None:
    async with windows.open(firm.members, firm.vivian, java_script_enabled=False) as page:
        await tick(page, "Vivian Trainer")
        await page.locator(".deeds [value=remove]").click()
        await page.get_by_role("button", name="Retirer du compte").click()
        assert "Accordez d’abord la permission Gérer" in await words(page, ".summary")


@pytest.mark.item("O10")
async def test_two_who_save_at_once_do_not_overwrite_each_other(windows: Windows, firm: Firm) -> None:
    page_of = f"/fr/professionnels/{firm.id}"
    async with windows.open(page_of, firm.vivian) as first, windows.open(page_of, firm.vivian) as second:
        await first.get_by_label("Ville").fill("Gatineau")
        await first.get_by_role("button", name="Enregistrer").click()
        assert "Les détails sont enregistrés." in await words(first)
        await second.get_by_label("Ville").fill("Kanata")
        await second.get_by_role("button", name="Enregistrer").click()
        assert await second.locator(".summary").count() == 1
        assert await second.get_by_label("Ville").input_value() == "Kanata"


PAGES = ("", "/inscription", "/reprise", "/{id}", "/{id}/comptes", "/{id}/droits", "/{id}/banque", "/{id}/avis")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.item("O4")
async def test_pages_of_companies_are_accessible_and_fit_a_phone(
    windows: Windows, firm: Firm, language: str, scheme: str
) -> None:
    async with windows.open(f"/fr/professionnels/{firm.id}", firm.vivian, color_scheme=scheme, viewport=PHONE) as page:
        for path in PAGES:
            await page.goto(f"/fr/professionnels{path.format(id=firm.id)}")
            if language == "en":
                await page.get_by_role("link", name="English").click()
            await ensure_accessible(page)
            await ensure_no_sideways(page)
