"""The business tabs (Q9–Q13, Q18, Q19): files, messages, the services and the reserved deposit."""

from __future__ import annotations

import pytest

from shared import ids
from tests.browser.conftest import Cast
from tests.browser.windows import Windows, heading, words
from tests.journeys.world import Somebody, World

pytestmark = pytest.mark.browser


async def open_file(world: World, surveyor: Somebody, *, domain: str = "cadastre") -> str:
    """Open a file with one message; give its number."""
    number = str(int(ids.uuid7().hex[-8:], 16))
    operator = (await world.operator()).caller
    body = {"number": number, "title": "Lotissement des Érables", "responsible": surveyor.id, "domain": domain}
    await operator.post("/cadastre/v1/files", body)
    message = {"subject": "Avis de vérification", "body": "La vérification est commencée."}
    await operator.post(f"/cadastre/v1/files/{number}/messages", message)
    return number


@pytest.mark.item("Q12", "Q18", "Q19")
async def test_file_read_by_a_delegate_is_read_for_the_surveyor(windows: Windows, world: World, cast: Cast) -> None:
    number = await open_file(world, cast.jean)
    here = f"/fr/pour/{cast.jean.matricule}/cadastre"
    async with windows.open(here, cast.jean) as page:
        assert "1 non lu" in await words(page, f"tr:has-text('{number}')")
    async with windows.open(here, cast.pierre) as page:
        await page.get_by_role("link", name=number).click()
        assert "Avis de vérification" in await words(page, ".message-new")
        await page.reload()
        assert await page.locator(".message-new").count() == 0
    async with windows.open(here, cast.jean) as page:
        assert "tout est lu" in await words(page, f"tr:has-text('{number}')")


@pytest.mark.item("Q12")
async def test_file_opened_from_another_site_is_not_read(windows: Windows, world: World, cast: Cast) -> None:
    number = await open_file(world, cast.jean)
    async with windows.context(cast.jean) as context:
        headers = {"Sec-Fetch-Site": "cross-site"}
        address = f"/fr/pour/{cast.jean.matricule}/cadastre/dossiers/{number}"
        for _ in range(2):
            answer = await context.request.get(address, headers=headers)
            assert "message-new" in await answer.text()


@pytest.mark.item("Q11")
async def test_alerts_link_opens_the_file_in_the_context_of_the_surveyor(
    windows: Windows, world: World, cast: Cast
) -> None:
    number = await open_file(world, cast.jean)
    mail = await world.mail(cast.jean, number)
    link = next(one for one in mail["links"] if number in one)
    async with windows.open("", cast.jean) as page:
        await page.goto(link)
        assert page.url.endswith(f"/fr/pour/{cast.jean.matricule}/cadastre/dossiers/{number}")
        assert await heading(page) == f"Dossier {number}"


@pytest.mark.item("Q9")
async def test_delegate_uses_each_service_in_the_surveyors_name(
    windows: Windows, world: World, cast: Cast, scripting: dict[str, bool]
) -> None:
    number = await open_file(world, cast.claire)
    async with windows.open(f"/fr/pour/{cast.claire.matricule}/cadastre/services", cast.edith, **scripting) as page:
        for service, fields in (
            ("Réservation de lot", {"lots": "3"}),
            ("Vérification de la correction de lots", {"lot": "6 123 456"}),
            ("Commande de produit", {"product": "Plan cadastral"}),
            ("Prévalidation d’une demande de mise à jour du cadastre (DM)", {}),
        ):
            await page.get_by_role("link", name=service, exact=True).click()
            for name, value in fields.items():
                await page.locator(f"[name={name}]").fill(value)
            await page.locator("[name=file_number]").select_option(number)
            await page.get_by_role("button", name="Soumettre").click()
            assert f"C’est fait : {service}." in await words(page, ".said")
            row = await words(page, "tbody tr")
            assert service in row
            assert number in row
            assert row.endswith("Édith Descartes")
            await page.get_by_role("link", name="Présenter une demande").click()
    await world.activity(cast.claire, "lot.reserved", cast.edith, cast.claire)


@pytest.mark.item("Q9")
async def test_survey_files_have_their_own_tab(windows: Windows, world: World, cast: Cast) -> None:
    number = await open_file(world, cast.claire, domain="survey")
    async with windows.open(f"/en/for/{cast.claire.matricule}/survey", cast.edith) as page:
        assert number in await words(page)
        await page.get_by_role("link", name="Cadastre").click()
        assert number not in await words(page)


@pytest.mark.item("Q10")
async def test_deposit_is_shown_to_a_delegate_and_explained(windows: Windows, cast: Cast) -> None:
    async with windows.open(f"/fr/pour/{cast.claire.matricule}/cadastre/services", cast.edith) as page:
        barred = page.locator(".barred")
        assert "Dépôt d’une demande de mise à jour du cadastre (DM)" in await words(page, ".barred")
        assert "ce service ne se délègue pas" in await words(page, ".barred")
        assert await barred.locator("a").count() == 0
        answer = await page.goto(f"/fr/pour/{cast.claire.matricule}/cadastre/services/update-request-deposit")
        assert answer is not None
        assert answer.status == 403
        assert "Claire Lavoie doit se connecter avec son propre identifiant" in await words(page)


@pytest.mark.item("Q10")
async def test_surveyor_deposits_in_person(windows: Windows, world: World, cast: Cast) -> None:
    number = await open_file(world, cast.claire)
    async with windows.open(f"/fr/pour/{cast.claire.matricule}/cadastre/services", cast.claire) as page:
        await page.get_by_role("link", name="Dépôt d’une demande de mise à jour du cadastre (DM)").click()
        await page.locator("[name=file_number]").select_option(number)
        await page.get_by_role("button", name="Soumettre").click()
        assert "C’est fait" in await words(page, ".said")
    await world.activity(cast.claire, "update-request.deposited", cast.claire, cast.claire)


@pytest.mark.item("Q36")
async def test_closing_date_is_extended_only_to_a_later_day(windows: Windows, world: World, cast: Cast) -> None:
    number = await open_file(world, cast.jean)
    async with windows.open(f"/fr/pour/{cast.jean.matricule}/cadastre/dossiers/{number}", cast.pierre) as page:
        await extend(page, "2027-03-31")
        assert "31 mars 2027" in await words(page, ".facts")
        await extend(page, "2027-03-30")
        assert "Choisissez une date plus tardive" in await words(page, "dialog .summary")
        assert await page.locator("[name=closes_on]").input_value() == "2027-03-30"


async def extend(page, day: str) -> None:
    await page.get_by_role("link", name="Prolonger la date de fermeture").click()
    await page.locator("[name=closes_on]").fill(day)
    await page.get_by_role("button", name="Prolonger").click()
    await page.locator(".said, dialog .summary").first.wait_for()
