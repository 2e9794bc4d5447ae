"""A claim that is contested, and a company that somebody asks to take over, from the letters to the operators' word."""

from __future__ import annotations

import asyncpg
import pytest
from playwright.async_api import Page

from services import client
from shared import ids
from tests.browser.test_companies import LMS
from tests.browser.windows import PHONE, Windows, ensure_accessible, ensure_no_sideways, heading, words
from tests.journeys.world import Somebody, World

pytestmark = pytest.mark.browser

LONG = "Anticonstitutionnellement" * 4 + " et de la rivière aux Hirondelles"
WHY = "Je ne connais pas cette personne. " + LONG
HEADER = "numero;genre;denomination_sociale;telephone;courriel;rue;ville;province;code_postal;contacts"
SILENT = "update member set seen_at = seen_at - interval '1000 days' where person_id = $1"
DUE = "update takeover set due_at = clock_timestamp() where account_id = $1"


async def import_company(world: World, name: str, claimer: Somebody, contact: Somebody) -> str:
    """Import a company that two people are known for; give the PIN that its letter brings to the first."""
    number = f"E-{ids.uuid7().hex[-9:]}".upper()
    row = f"{number};entrepreneur;{name};613 555-0177;{claimer.email};1, rue Elgin;Ottawa;ON;K1N 5Y6;{contact.email}"
    await (await world.operator()).caller.call(
        "PUT",
        f"/accounts/v1/imports/{ids.uuid7()}",
        headers={"Content-Type": "text/csv"},
        data=f"{HEADER}\r\n{row}\r\n".encode(),
    )
    pin = client.PIN.search((await world.mail(claimer, "NIP"))["text"])
    assert pin is not None
    return pin.group()


async def by_letter(world: World, page: Page, person: Somebody, subject: str, path: str) -> None:
    """Open the page that a letter leads to."""
    mail = await world.mail(person, subject)
    await page.goto(next(one for one in mail["links"] if path in one))


async def ensure_fit(page: Page) -> None:
    """Look at the page in both languages, also on a phone."""
    before = page.viewport_size
    for name in ("English", "Français"):
        await ensure_accessible(page)
        await page.set_viewport_size(PHONE)  # type: ignore[arg-type]
        await ensure_no_sideways(page)
        await page.set_viewport_size(before)  # type: ignore[arg-type]
        await page.get_by_role("link", name=name).click()
        await page.locator(f"html[lang={name[:2].lower()}]").wait_for()


@pytest.mark.item("O3", "O7")
async def test_claim_is_contested_from_a_letter_and_an_operator_decides(windows: Windows, world: World) -> None:
    madiee, vivian = await world.newcomer("Madiee", "Training"), await world.newcomer("Vivian", "Trainer")
    pin = await import_company(world, LONG, madiee, vivian)
    async with windows.open("/fr/professionnels", madiee) as page:
        await page.get_by_label("NIP des professionnels/entrepreneurs").fill(pin)
        await page.get_by_role("button", name="Associé").click()
        assert f"Vous êtes maintenant gestionnaire d’{LONG}" in await words(page, ".said")
        company = page.url
    async with windows.open("") as page:
        await by_letter(world, page, vivian, "associée au compte", "/contest")
        assert "token" not in page.url
        await page.get_by_label("Pourquoi").fill(WHY)
        await page.get_by_role("button", name="Contester").click()
        assert await heading(page) == "C’est noté"
        await by_letter(world, page, vivian, "associée au compte", "/contest")
        await page.get_by_role("button", name="Contester").click()
        assert "Ce lien a déjà servi" in await words(page)
    async with windows.open("", madiee) as page:
        await page.goto(company)
        assert await heading(page) == "L’association de ce compte est contestée"
    async with windows.open("/fr/exploitation/litiges", await world.operator()) as page:
        one = page.locator("section", has_text=WHY)
        await ensure_fit(page)
        await one.get_by_label("Motif de la décision").fill("Vérifié auprès de l’entreprise")
        await page.keyboard.press("Enter")  # does nothing: it is decided by a button alone
        await one.get_by_label("Motif de la décision").fill("")
        await one.get_by_role("button", name="Rejeter la contestation").click()
        assert await page.locator(".summary").count() == 1
        await ensure_accessible(page)
        await one.get_by_label("Motif de la décision").fill("Vérifié auprès de l’entreprise")
        await one.get_by_role("button", name="Rejeter la contestation").click()
        assert await one.count() == 0
        await page.get_by_role("link", name="Tous").click()
        assert "Décision : Vérifié auprès de l’entreprise" in await words(page, f"section:has-text('{LONG}')")
        await page.goto(f"/fr/exploitation/comptes?nom={LONG[:90]}")
        assert LONG in await words(page, "tbody")
        await ensure_fit(page)
    async with windows.open("", madiee) as page:
        await page.goto(company)
        assert await heading(page) == LONG


@pytest.mark.item("O14")
async def test_company_of_a_silent_manager_is_taken_over_by_the_word_of_two_operators(
    windows: Windows, world: World
) -> None:
    vivian, jannee = await world.newcomer("Vivian", "Trainer"), await world.newcomer("Jannee", "Training")
    firm = LMS | {"legal_name": f"LMS {LONG}", "email": vivian.email}
    made = await client.until(lambda: vivian.caller.post("/accounts/v1/accounts", firm, expect=201), "the company")
    pin = (await vivian.caller.get(f"/accounts/v1/accounts/{made['id']}/pin"))["pin"]
    await accounts(world, SILENT, vivian.id)
    async with windows.open("/fr/professionnels/reprise", jannee) as page:
        await page.get_by_role("button", name="Demander à le reprendre").click()
        assert await page.locator("#f-pin-fault, #f-reason-fault").count() == 2
        await page.get_by_label("NIP des professionnels/entrepreneurs").fill(pin)
        await page.get_by_label("Pourquoi vous").fill("Je dirige l’entreprise depuis un an.")
        await page.get_by_role("button", name="Demander à le reprendre").click()
        assert "Demande annoncée le" in await words(page)
        await ensure_fit(page)
    async with windows.open("") as page:
        await by_letter(world, page, vivian, "reprendre", "/objection")
        assert await heading(page) == "S’opposer à la reprise d’une entreprise"
        await ensure_accessible(page)
    await accounts(world, DUE, made["id"])
    await decide(windows, await world.operator(), made["legal_name"], "Accepter")
    second = await world.newcomer("Omer", "Second")
    await world.make_operator(second.username)
    await decide(windows, second, made["legal_name"], "Confirmer")
    async with windows.open("/fr/professionnels/reprise", jannee) as page:
        assert "Accordée : vous gérez ce compte." in await words(page)


async def accounts(world: World, change: str, name: str) -> None:
    """Let time pass at accounts."""
    connection = await asyncpg.connect(world.dsn("accounts"))
    try:
        assert await connection.execute(change, name) == "UPDATE 1"
    finally:
        await connection.close()


async def decide(windows: Windows, operator: Somebody, company: str, word: str) -> None:
    """Have an operator say his word about a take-over, with a reason."""
    async with windows.open("/fr/exploitation/litiges", operator) as page:
        one = page.locator("section", has_text=company)
        await one.get_by_label("Motif de la décision").fill("Registre des entreprises consulté")
        await one.get_by_role("button", name=word).click()
        assert await page.locator(".summary").count() == 0
