"""Managing delegates (Q2, Q4, Q23–Q29), with and without JavaScript, with the mouse and with the keyboard alone."""

from __future__ import annotations

import re
from uuid import UUID

import asyncpg
import pytest
from playwright.async_api import Page, expect

from services import client
from tests.browser.conftest import Cast
from tests.browser.windows import Windows, heading, words
from tests.journeys.world import Somebody, World

pytestmark = pytest.mark.browser

FOCUSED = (
    """(({activeElement: here, body}) => here === body ? '' : `${here.textContent} ${here.value ?? ''}`)(document)"""
)
NEW = "hublot-cerise-tambour-64"


@pytest.fixture
async def claire(world: World) -> Somebody:
    """A surveyor of this test alone, without delegates."""
    return await world.surveyor("Claire", "Lavoie")


@pytest.fixture
async def luc(world: World) -> Somebody:
    """Somebody of this test alone, to be designated."""
    return await world.newcomer("Luc", "Tremblay")


async def delegates(person: Somebody) -> list[str]:
    found = await person.caller.get("/delegation/v1/delegates")
    return [one["username"] for one in found["delegates"]]


async def seen_by_delegation(surveyor: Somebody, person: Somebody) -> None:
    """Wait until delegation has heard of somebody."""
    body = {"by": "username", "value": person.username}
    await client.until(lambda: surveyor.caller.post("/delegation/v1/candidates/search", body), person.username)


@pytest.mark.item("Q22", "Q23", "Q25", "Q26", "Q28", "Q29")
async def test_surveyor_adds_a_delegate_and_removes_him_again(
    windows: Windows, world: World, claire: Somebody, luc: Somebody, scripting: dict[str, bool]
) -> None:
    await seen_by_delegation(claire, luc)
    async with windows.open("/fr/accueil", claire, **scripting) as page:
        assert (await words(page, ".tabs")).startswith("Cadastre Arpentage Délégation")
        await page.get_by_role("link", name="Délégation").click()
        assert await words(page, ".subtabs") == "Gestion des délégataires Sélection d’un délégant Suivi des activités"
        assert "Aucun délégataire à afficher" in await words(page)
        await page.get_by_role("link", name="Ajouter délégataire").click()
        await page.get_by_role("heading", name="Ajouter délégataire").wait_for()
        assert (await page.locator("dialog[open]").count() == 1) is scripting["java_script_enabled"]
        assert await page.get_by_role("radio", name="Nom d’utilisateur").is_checked()
        await page.locator("[name=value]").fill(luc.username.upper())
        await page.get_by_role("button", name="Rechercher").click()
        await page.get_by_role("heading", name="Résultat de la recherche").wait_for()
        found = await words(page, ".found dl")
        assert found == (f"Nom Tremblay Prénom Luc Nom d’utilisateur {luc.username} Adresse courriel {luc.email}")
        assert await delegates(claire) == []
        await page.get_by_role("button", name="Confirmer délégataire").click()
        await page.locator(".said").wait_for()
        assert "Luc Tremblay est maintenant votre délégataire." in await words(page, ".said")
        assert await words(page, "tbody th") == "Luc Tremblay"
        assert await delegates(claire) == [luc.username]
        await remove(page, "Luc Tremblay")
        assert "Aucun délégataire à afficher" in await words(page, "table")
    assert await delegates(claire) == []
    await world.mail(claire, "délégataire")


async def remove(page: Page, name: str) -> None:
    """Ask to remove somebody, change one's mind, then do it."""
    await page.get_by_role("link", name=f"Supprimer {name}").click()
    await page.get_by_role("heading", name="Supprimer un délégataire").wait_for()
    await page.get_by_role("link", name="Annuler").click()
    await page.get_by_role("link", name=f"Supprimer {name}").click()
    await page.get_by_role("button", name="Supprimer").click()
    await page.locator(".said", has_text=f"{name} n’est plus votre délégataire.").wait_for()


@pytest.mark.item("Q25", "Q28")
async def test_keyboard_alone_adds_a_delegate_by_address(windows: Windows, claire: Somebody, luc: Somebody) -> None:
    await seen_by_delegation(claire, luc)
    async with windows.open(f"/fr/pour/{claire.matricule}/delegation/delegataires", claire) as page:
        await tab_to(page, "Ajouter délégataire")
        await page.keyboard.press("Enter")
        await page.locator("dialog[open] [name=by]").first.wait_for()
        await tab_to(page, "username")
        await page.keyboard.press("ArrowDown")
        await page.keyboard.press("Tab")
        await page.keyboard.type(luc.email)
        await page.keyboard.press("Enter")
        await page.get_by_role("heading", name="Résultat de la recherche").wait_for()
        await tab_to(page, "Confirmer délégataire")
        await page.keyboard.press("Enter")
        await page.locator(".said").wait_for()
        assert await delegates(claire) == [luc.username]


async def tab_to(page: Page, text: str) -> None:
    """Press Tab until the focus is on something of this text or value."""
    for _ in range(60):
        here = await page.evaluate(FOCUSED)
        if text in here:
            return
        await page.keyboard.press("Tab")
    raise AssertionError(f"the keyboard does not reach {text}")


@pytest.mark.item("Q29")
async def test_escape_closes_the_window_and_gives_the_focus_back(windows: Windows, cast: Cast) -> None:
    async with windows.open(f"/fr/pour/{cast.jean.matricule}/delegation/delegataires", cast.jean) as page:
        link = page.get_by_role("link", name="Supprimer Pierre Quiroule")
        await link.focus()
        await page.keyboard.press("Enter")
        await page.locator("dialog[open] h1").wait_for()
        await page.keyboard.press("Escape")
        await expect(page.locator("dialog")).to_have_count(0)
        await expect(link).to_be_focused()


@pytest.mark.item("Q27")
async def test_search_for_somebody_without_an_identifier_says_what_to_do_and_keeps_what_was_typed(
    windows: Windows, cast: Cast
) -> None:
    async with windows.open(f"/fr/pour/{cast.jean.matricule}/delegation/delegataires/ajout", cast.jean) as page:
        await page.get_by_role("radio", name="Adresse courriel").check()
        await page.locator("[name=value]").fill("personne@exemple.ca")
        await page.get_by_role("button", name="Rechercher").click()
        assert "Elle doit avoir créé son identifiant" in await words(page, ".summary")
        assert await page.locator("[name=value]").input_value() == "personne@exemple.ca"
        assert await page.get_by_role("radio", name="Adresse courriel").is_checked()


@pytest.mark.item("Q24")
async def test_first_delegate_waits_for_a_password_change_that_comes_back(
    windows: Windows, world: World, claire: Somebody, luc: Somebody, scripting: dict[str, bool]
) -> None:
    await seen_by_delegation(claire, luc)
    await world.age_password(claire)
    async with windows.open("/fr/accueil", claire, **scripting) as page:
        await page.get_by_role("link", name="Délégation").click()
        await page.get_by_role("link", name="Ajouter délégataire").click()
        await page.wait_for_url(re.compile("mot-de-passe"))
        assert await heading(page) == "Changement de mot de passe"
        assert (
            "comme il s’agit de l’inscription de votre premier délégataire, vous devez changer votre mot de passe "
            "avant de poursuivre."
        ) in await words(page, ".notice")
        await page.locator("[name=old_password]").fill("ce-n-est-pas-celui-la")
        await page.locator("[name=new_password]").fill(NEW)
        await page.locator("[name=confirm]").fill(NEW)
        await page.get_by_role("button", name="Soumettre").click()
        assert "Entrez votre mot de passe actuel." in await words(page, ".summary")
        await page.locator("[name=old_password]").fill(claire.passphrase)
        await page.locator("[name=new_password]").fill(NEW)
        await page.locator("[name=confirm]").fill(NEW)
        await page.get_by_role("button", name="Soumettre").click()
        await page.get_by_role("heading", name="Ajouter délégataire").wait_for()
        assert "Votre mot de passe est changé." in await words(page, ".said")
        await page.locator("[name=value]").fill(luc.username)
        await page.get_by_role("button", name="Rechercher").click()
        await page.get_by_role("button", name="Confirmer délégataire").click()
        await page.locator(".said").wait_for()
        assert await words(page, "tbody th") == "Luc Tremblay"


@pytest.mark.item("Q24")
async def test_password_that_grows_old_before_confirming_is_changed_and_the_search_comes_back(
    windows: Windows, world: World, claire: Somebody, luc: Somebody
) -> None:
    """The change is asked at the last moment: the person who was found is there again after it."""
    await seen_by_delegation(claire, luc)
    async with windows.open(f"/fr/pour/{claire.matricule}/delegation/delegataires/ajout", claire) as page:
        await page.locator("[name=value]").fill(luc.username)
        await page.get_by_role("button", name="Rechercher").click()
        await page.get_by_role("heading", name="Résultat de la recherche").wait_for()
        await world.age_password(claire)
        await expire_access(world, claire)
        await page.get_by_role("button", name="Confirmer délégataire").click()
        assert await heading(page) == "Changement de mot de passe"
        await page.locator("[name=old_password]").fill(claire.passphrase)
        await page.locator("[name=new_password]").fill(NEW)
        await page.locator("[name=confirm]").fill(NEW)
        await page.get_by_role("button", name="Soumettre").click()
        assert "Luc" in await words(page, ".found dl")
        await page.get_by_role("button", name="Confirmer délégataire").click()
        assert await words(page, "tbody th") == "Luc Tremblay"


async def expire_access(world: World, person: Somebody) -> None:
    """Let the access tokens of a person's web sessions run out."""
    connection = await asyncpg.connect(world.dsn("portal"))
    try:
        await connection.execute("update web_session set access_until = now() where person = $1", UUID(person.id))
    finally:
        await connection.close()


@pytest.mark.item("Q2", "Q4")
async def test_delegate_has_no_tab_for_delegates_and_no_page(windows: Windows, cast: Cast) -> None:
    async with windows.open(f"/fr/pour/{cast.jean.matricule}/delegation/selection", cast.edith) as page:
        assert await words(page, ".subtabs") == "Sélection d’un délégant Suivi des activités"
        answer = await page.goto(f"/fr/pour/{cast.jean.matricule}/delegation/delegataires")
        assert answer is not None
        assert answer.status == 403
        assert "un délégataire ne peut déléguer les droits qui lui ont été accordés" in await words(page)


async def test_each_of_two_tabs_is_told_what_was_done_in_it(windows: Windows, world: World, claire: Somebody) -> None:
    """Both forms are sent before either page is shown, and the pages come in the other order."""
    names = ("Luc", "Marc")
    ended = [await world.designate(claire, await world.newcomer(name, "Tremblay")) for name in names]
    here = f"/fr/pour/{claire.matricule}/delegation/delegataires"
    async with windows.context(claire) as context:
        ways = []
        for delegation in ended:
            form = f"{here}/{delegation}/suppression"
            shown = await (await context.request.get(form)).text()
            jeton = re.findall(r'name="jeton" value="(\w+)"', shown)[-1]
            headers = {"Sec-Fetch-Site": "same-origin"}
            sent = await context.request.post(form, form={"jeton": jeton}, headers=headers, max_redirects=0)
            ways.append(sent.headers["location"])
        first, second = await context.new_page(), await context.new_page()
        await second.goto(ways[1])
        await first.goto(ways[0])
        assert ["Luc Tremblay n’est plus" in await words(first, ".said"), await first.locator(".said").count()] == [
            True,
            1,
        ]
        assert ["Marc Tremblay n’est plus" in await words(second, ".said"), await second.locator(".said").count()] == [
            True,
            1,
        ]
        assert first.url.endswith("/delegataires"), "what was said is not said again by a bookmark"
        await first.goto(ways[0])
        assert await first.locator(".said").count() == 0
