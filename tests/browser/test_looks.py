"""An operator looks at a person's screens: with a reason that the person reads, and without doing a thing."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Page

from services import client
from tests.browser.conftest import Cast
from tests.browser.windows import PHONE, Windows, ensure_accessible, ensure_no_sideways, heading, words
from tests.journeys.world import Somebody, World

pytestmark = pytest.mark.browser

WHY = "Demande d’aide 4711 : délégataire introuvable"


@pytest.fixture
async def operator(world: World, windows: Windows) -> AsyncIterator[Somebody]:
    """Odile with a web session of this test alone: it is the session that looks."""
    odile = await world.operator()
    windows.states.pop(odile.username, None)
    yield odile
    windows.states.pop(odile.username, None)


async def begin(page: Page, operator: Somebody, person: Somebody, why: str = WHY) -> None:
    await page.get_by_label("Nom d’utilisateur de la personne").fill(person.username)
    await page.get_by_label("Motif").fill(why)
    await page.get_by_label("Votre mot de passe").fill(operator.passphrase)
    await page.get_by_role("button", name="Commencer le regard").click()


@pytest.mark.item("Q30", "Q36")
async def test_operator_looks_with_a_reason_that_the_person_reads(
    windows: Windows, cast: Cast, operator: Somebody, scripting: dict[str, bool]
) -> None:
    jean = cast.jean
    async with windows.open("/fr/exploitation/regard", operator, **scripting) as page:
        await begin(page, operator, jean, "Bref")
        assert "la personne lira ce motif" in await words(page, ".summary")
        await begin(page, operator, jean)
        await page.wait_for_url(f"**/pour/{jean.matricule}/cadastre")
        banner = await words(page, ".looking")
        assert "vous voyez les écrans de Jean Piette" in banner
        assert WHY in banner
        assert "Exploitation" not in await words(page, ".tabs")
        await page.get_by_role("link", name="Délégation").click()
        assert "Édith Descartes" in await words(page)
        await page.get_by_role("button", name="Terminer le regard").click()
        assert await heading(page) == "Regarder les écrans d’une personne"
        assert "Le regard est terminé." in await words(page)
        assert await page.locator(".looking").count() == 0

    async def told() -> bool:
        found = await jean.caller.get("/audit/v1/activities", kind="screens.viewed", by=operator.id)
        return bool(found["items"])

    await client.until(told, "the look among the activities")
    for path, said in (("/fr/delegation/activites", "Motif : "), ("/en/delegation/activities", "Reason: ")):
        async with windows.open(f"{path}?kind=screens.viewed&by={operator.id}", jean) as page:
            row = await words(page, "tbody tr")
            assert f"{said}{WHY}" in row
            assert f"{operator.first_name} {operator.last_name}" in row


async def test_look_sends_nothing_and_shows_nobody_elses_screens_nor_secrets(
    windows: Windows, cast: Cast, operator: Somebody
) -> None:
    async with windows.context(operator) as context:
        before, page = await context.new_page(), await context.new_page()
        await before.goto("/fr/exploitation/permis")
        await page.goto("/fr/exploitation/regard")
        await begin(page, operator, cast.edith)
        assert await heading(page) == "Sélection d’un délégant"
        await page.goto("/fr/mot-de-passe")
        await page.locator("main form button").last.click()
        assert await heading(page) == "Un regard ne fait que lire"
        await ensure_accessible(page)
        for path in (f"/fr/pour/{cast.jean.matricule}/cadastre", "/fr/delegation/activites/fichier/csv"):
            answer = await page.goto(path)
            assert answer is not None
            assert (answer.status, await heading(page)) == (403, "Un regard ne fait que lire")
        # A form that was open in another window before is not sent in the look either, nor one of the look after it.
        await page.goto("/fr/mot-de-passe")
        form = page.locator("main form")
        token = await form.locator("[name=jeton]").get_attribute("value")
        await page.get_by_role("button", name="Terminer le regard").click()
        answered = await page.request.post(
            "/fr/mot-de-passe", form={"jeton": str(token)}, headers={"Sec-Fetch-Site": "same-origin"}
        )
        assert (answered.status, "ouverte par une autre session" in await answered.text()) == (403, True)


async def test_look_ends_with_the_session(windows: Windows, cast: Cast, operator: Somebody) -> None:
    async with windows.open("/fr/exploitation/regard", operator) as page:
        await begin(page, operator, cast.marie)
        assert await page.locator(".looking").count() == 1
        await page.get_by_role("button", name="Quitter").click()
        await page.get_by_role("heading", name="Authentification").wait_for()
        assert await page.locator(".looking").count() == 0


async def test_pages_of_a_look_are_accessible_in_both_languages(
    windows: Windows, cast: Cast, operator: Somebody
) -> None:
    async with windows.open("/fr/exploitation/regard", operator, viewport=PHONE) as page:
        await ensure_accessible(page)
        await begin(page, operator, cast.jean)
        for path in (f"/fr/pour/{cast.jean.matricule}/cadastre", "/en/delegation/activities", "/en/operations/look"):
            await page.goto(path)
            await ensure_accessible(page)
            await ensure_no_sideways(page)
        await page.get_by_role("button", name="End the look").click()
        assert await heading(page) == "Look at somebody’s screens"
