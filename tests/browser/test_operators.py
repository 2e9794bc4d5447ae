"""[Exploitation]: what operators see and do."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import asyncpg
import pytest

from services import client
from shared import ids
from tests.browser.conftest import Cast
from tests.browser.test_disputes import import_company
from tests.browser.windows import PHONE, Windows, ensure_accessible, ensure_no_sideways, heading, words
from tests.journeys.world import Somebody, World

if TYPE_CHECKING:
    from playwright.async_api import Page

pytestmark = pytest.mark.browser

HEADER = "matricule,prenom,nom,courriel,bureau"
GIVE_UP = """
update email set state = 'failed', data = jsonb_build_object('when', '2026-11-26T12:00:00Z', 'username', $2::text)
where address = $1 and template = 'username-reminder' and state = 'sent' returning id
"""
PARK = """
insert into retry (consumer, event_id, type, body, state, attempts, next_at, error, fingerprint)
values ('audit', $1, 'accounts.licence.granted.v1', '{}', 'parked', 6, now(), 'KeyError: name', $2)
"""


@pytest.fixture(scope="module")
async def operator(world: World) -> Somebody:
    """Odile looks after the service."""
    return await world.operator()


async def test_pages_of_operators_are_for_operators_alone(windows: Windows, cast: Cast) -> None:
    async with windows.open("/fr/accueil", cast.jean) as page:
        assert "Exploitation" not in await words(page, ".tabs")
        answer = await page.goto("/fr/exploitation/permis")
        assert answer is not None
        assert answer.status == 404


async def test_operator_starts_where_operators_work(windows: Windows, operator: Somebody) -> None:
    async with windows.open("/fr/accueil", operator) as page:
        assert await heading(page) == "État des services"


@pytest.mark.item("O3")
async def test_operator_imports_a_roster_and_sees_its_bad_rows(windows: Windows, operator: Somebody) -> None:
    number = str(int(ids.uuid7().hex[-9:], 16))[-9:].lstrip("0")
    rows = [
        HEADER,
        f"{number},Luc,Bon,luc{number}@mandat.example.com,Québec",
        "abc,Luc,Mauvais,luc@x.example.com,Québec",
        f"{number[:-1]},,Sans,sans@x.example.com,Québec",
    ]
    async with windows.open("/fr/exploitation/importations", operator) as page:
        content = {"name": "tableau.csv", "mimeType": "text/csv", "buffer": "\r\n".join(rows).encode()}
        await page.get_by_label("Fichier CSV").set_input_files(content)
        await page.get_by_role("button", name="Importer").click()
        await page.wait_for_url("**/importations/*")
        facts = await words(page, ".facts")
        assert "État terminée Lignes 3 Nouvelles 1" in facts
        bad = [(await row.inner_text()).split()[:2] for row in await page.locator("tbody tr").all()]
        assert bad == [["3", "matricule"], ["4", "prenom"]]
        await ensure_accessible(page)


async def test_operator_suspends_a_licence_with_a_reason_and_reinstates_it(
    windows: Windows, operator: Somebody, world: World
) -> None:
    louis = await world.surveyor("Louis", "Suspendu")
    async with windows.open(f"/fr/exploitation/permis?matricule_cherche={louis.matricule}", operator) as page:
        await page.get_by_role("button", name="Suspendre").click()
        assert "Indiquez le motif" in await words(page, ".summary")
        await ensure_accessible(page)
        await page.get_by_label("Motif").fill("Décision de l’ordre")
        await page.keyboard.press("Enter")  # does nothing: a licence is suspended by the button alone
        await page.get_by_role("button", name="Suspendre").click()
        assert "Suspendu ·" in await words(page)
        await page.get_by_label("Motif").fill("Levée")
        await page.get_by_role("button", name="Rétablir").click()
        assert "En vigueur ·" in await words(page)


async def test_operator_tries_again_what_was_parked_and_gives_up_only_after_a_question(
    windows: Windows, operator: Somebody, world: World
) -> None:
    connection = await asyncpg.connect(world.dsn("audit"))
    again = ids.uuid7()
    try:
        await connection.execute(PARK, again, "ValueError in services.audit.nowhere")
        async with windows.open("/fr/exploitation", operator) as page:
            await page.get_by_role("button", name="Reprendre").click()
            assert "1 événement est repris." in await words(page, ".said")
        await connection.execute("delete from retry where event_id = $1", again)
        await connection.execute(PARK, ids.uuid7(), "KeyError in services.audit.nowhere")
        async with windows.open("/fr/exploitation", operator) as page:
            assert "KeyError in services.audit.nowhere" in await words(page)
            await ensure_accessible(page)
            facts = [await words(page, f"section[aria-labelledby=t-{name}] dl") for name in ("identity", "audit")]
            for said in facts:
                assert "Base de données prête" in said
                assert re.search(r"Attendent d’être envoyés \d+ .*Tâches ([2-9]|\d\d)", said)
            assert ["Mis de côté 0" in facts[0], "Mis de côté 1" in facts[1]] == [True, True]
            await page.get_by_role("button", name="Abandonner").click()
            assert await heading(page) == "Abandonner ces événements ?"
            assert await connection.fetchval("select count(*) from retry where state = 'parked'") == 1
            await page.get_by_role("button", name="Abandonner").click()
            assert "KeyError" not in await words(page)
        assert await connection.fetchval("select count(*) from retry where state = 'parked'") == 0
    finally:
        await connection.close()


@pytest.mark.item("O7")
async def test_operator_sends_another_pin_to_whom_the_first_did_not_reach(
    windows: Windows, operator: Somebody, world: World
) -> None:
    luc, madiee = await world.newcomer("Luc", "Tremblay"), await world.newcomer("Madiee", "Training")
    await world.import_licence(luc)
    await import_company(world, f"{madiee.username} inc.", madiee, luc)

    async def another(page: Page, person: Somebody) -> None:
        before = pins(await world.mails(person))
        await page.get_by_role("button", name="Envoyer un nouveau NIP").click()
        assert await page.locator(".said").count() == 1

        async def came() -> bool:
            return bool(pins(await world.mails(person)) - before)

        await client.until(came, f"another PIN for {person.username}")

    async with windows.open(f"/fr/exploitation/permis?matricule_cherche={luc.matricule}", operator) as page:
        await client.until(lambda: _has_pin(world, luc), "the first PIN")
        await another(page, luc)
        await page.goto(f"/fr/exploitation/comptes?nom={madiee.username}")
        await another(page, madiee)


def pins(mails: list[dict[str, Any]]) -> set[str]:
    """Give the PINs of letters."""
    return {found.group() for mail in mails if (found := client.PIN.search(mail["text"]))}


async def _has_pin(world: World, person: Somebody) -> bool:
    return bool(pins(await world.mails(person)))


async def test_operator_sends_an_email_again_that_was_given_up(
    windows: Windows, operator: Somebody, world: World
) -> None:
    luc = await world.newcomer("Luc", "Oublieux")
    async with windows.open("/fr/nom-oublie") as page:
        await page.locator("main [name=email]").fill(luc.email)
        await page.locator("main form button").click()
    connection = await asyncpg.connect(world.dsn("notifications"))
    try:
        given_up = await client.until(lambda: connection.fetchval(GIVE_UP, luc.email, luc.username), "the e-mail")
        async with windows.open("/fr/exploitation/courriels?etat=failed", operator) as page:
            await page.get_by_role("button", name="Renvoyer").first.click()
            assert "Le courriel repart." in await words(page, ".said")

        async def sent() -> bool:
            return bool(await connection.fetchval("select state = 'sent' from email where id = $1", given_up))

        await client.until(sent, "the e-mail sent again")
    finally:
        await connection.close()


@pytest.mark.parametrize("language", ["fr", "en"])
async def test_pages_of_operators_are_accessible_and_fit_a_phone(
    windows: Windows, operator: Somebody, language: str
) -> None:
    async with windows.open("/fr/exploitation", operator, viewport=PHONE) as page:
        for path in ("", "/importations", "/permis", "/comptes", "/litiges", "/litiges?tous=1", "/courriels"):
            await page.goto(f"/fr/exploitation{path}")
            if language == "en":
                await page.get_by_role("link", name="English").click()
            await ensure_accessible(page)
            await ensure_no_sideways(page)
