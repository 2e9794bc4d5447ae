"""The three main stories by the keyboard alone: a surveyor adds a delegate, the delegate works, an employee joins."""

from __future__ import annotations

import pytest

from services import client
from tests.browser.conftest import Cast
from tests.browser.keyboard import Keyboard
from tests.browser.test_companies import LMS
from tests.browser.test_delegates import delegates, seen_by_delegation
from tests.browser.test_files import open_file
from tests.browser.windows import Windows, heading, words
from tests.journeys.world import World

pytestmark = pytest.mark.browser


@pytest.mark.item("Q14", "Q22", "Q25", "Q26", "Q28")
async def test_surveyor_signs_in_and_adds_a_delegate(windows: Windows, world: World) -> None:
    claire, luc = await world.surveyor("Claire", "Lavoie"), await world.newcomer("Luc", "Tremblay")
    await seen_by_delegation(claire, luc)
    async with windows.open("/fr/connexion") as page:
        keys = Keyboard(page)
        await keys.sign_in(claire)
        await keys.press("Délégation")
        await keys.arrive("Gestion des délégataires")
        await keys.press("Ajouter délégataire")
        await keys.arrive("Ajouter délégataire")
        # The window opens on the first choice: the arrows change it, Tab goes on.
        assert await page.evaluate("document.activeElement.value") == "username"
        await page.keyboard.press("ArrowDown")
        await page.keyboard.press("Tab")
        await page.keyboard.type(luc.email)
        await page.keyboard.press("Enter")
        await page.get_by_role("heading", name="Résultat de la recherche").wait_for()
        await keys.press("Confirmer délégataire")
        await page.locator(".said").wait_for()
        assert "Luc Tremblay est maintenant votre délégataire." in await words(page, ".said")
        assert await delegates(claire) == [luc.username]


@pytest.mark.item("Q9", "Q18", "Q20", "Q21")
async def test_delegate_chooses_a_delegator_reads_a_file_and_orders_in_his_name(
    windows: Windows, world: World, cast: Cast
) -> None:
    number = await open_file(world, cast.jean)
    async with windows.open("/fr/connexion") as page:
        keys = Keyboard(page)
        await keys.sign_in(cast.edith)
        await keys.arrive("Sélection d’un délégant")
        await choose(keys, "Claire Lavoie", "Jean Piette")
        await page.wait_for_url(f"**/pour/{cast.jean.matricule}/cadastre")
        await keys.press(number)
        await keys.arrive(f"Dossier {number}")
        assert "Avis de vérification" in await words(page)
        await keys.press("Services")
        await keys.arrive("Services")
        await keys.press("Commande de produit")
        await keys.arrive("Commande de produit")
        await keys.write("Produit", "Plan cadastral")
        await keys.press("Soumettre")
        await page.locator(".said").wait_for()
        assert (await words(page, "tbody tr")).endswith("Édith Descartes")
    await world.activity(cast.jean, "product.ordered", cast.edith, cast.jean)


async def choose(keys: Keyboard, first: str, name: str) -> None:
    """Go to the group of radio buttons, of which Tab comes to the first, and take one by the arrows."""
    await keys.reach(first)
    for _ in range(10):
        await keys.page.keyboard.press("ArrowDown")
        if name in str(await keys.page.evaluate("document.activeElement.labels[0].textContent")):
            break
    assert await keys.page.evaluate("document.activeElement.checked")
    await keys.page.keyboard.press("Enter")


@pytest.mark.item("O5", "O12", "O17", "O19")
async def test_employee_joins_by_pin_and_the_manager_grants_a_right(windows: Windows, world: World) -> None:
    vivian, pierre = await world.newcomer("Vivian", "Trainer"), await world.newcomer("Pierre", "Ouvrier")
    made = await client.until(lambda: vivian.caller.post("/accounts/v1/accounts", LMS, expect=201), "the company")
    pin = (await vivian.caller.get(f"/accounts/v1/accounts/{made['id']}/pin"))["pin"]
    async with windows.open("/fr/connexion") as page:
        keys = Keyboard(page)
        await keys.sign_in(pierre)
        await companies(keys)
        await keys.write("NIP des professionnels/entrepreneurs", pin)
        await page.keyboard.press("Enter")
        await page.get_by_text("Vous êtes associé à LMS Architects.").wait_for()
    async with windows.open("/fr/connexion") as page:
        keys = Keyboard(page)
        await keys.sign_in(vivian)
        await companies(keys)
        await keys.press("LMS Architects", exact=True)
        await keys.arrive("LMS Architects")
        await keys.press("Comptes associés")
        await page.locator("p.pin").wait_for()
        await keys.press("Choisir Pierre Ouvrier", key="Space")
        await keys.press("grant:pay")
        await page.locator(".said").wait_for()
        row = page.get_by_role("row", name="Pierre Ouvrier")
        given = [text.strip() for text in await row.locator("td.tick .unseen").all_inner_texts()]
        assert given == ["non", "non", "oui", "non", "non", "non"]


@pytest.mark.item("O6", "O14", "O19")
async def test_enter_in_a_box_shows_the_list_again_and_the_button_asks(windows: Windows, world: World) -> None:
    vivian = await world.newcomer("Vivian", "Trainer")
    made = await client.until(lambda: vivian.caller.post("/accounts/v1/accounts", LMS, expect=201), "the company")
    members = f"/fr/professionnels/{made['id']}/comptes"
    for path, box, deed, then in (
        ("/fr/professionnels", "Choisir LMS Architects", "Me dissocier des entreprises cochées", "Se dissocier de"),
        (members, "Choisir Vivian Trainer", "remove", "Retirer cette personne"),
    ):
        async with windows.open(path, vivian) as page:
            keys, title = Keyboard(page), await heading(page)
            await keys.press(box, key="Space")
            async with page.expect_navigation():
                await page.keyboard.press("Enter")
            assert (await heading(page), await page.locator(".said").count()) == (title, 0)
            assert await page.get_by_label(box).is_checked()
            await keys.reach(deed)
            await page.keyboard.press("Enter")
            await page.get_by_role("heading", name=then).wait_for()


async def companies(keys: Keyboard) -> None:
    await keys.press("Tableau de bord")
    await keys.arrive("Actions requises")
    await keys.press("Professionnels/Entrepreneurs")
    await keys.arrive("Professionnels/Entrepreneurs")


@pytest.mark.parametrize(
    ("harm", "found"),
    [
        (":focus-visible { outline: none !important }", "ringed"),
        (".brand { position: fixed; top: -900px }", "shown"),
        ("main { position: fixed; inset: 0; z-index: 99 }", "uncovered"),
    ],
    ids=["no-ring", "away", "covered"],
)
async def test_stop_that_is_bad_is_found_out(windows: Windows, harm: str, found: str) -> None:
    async with windows.open("/fr/connexion", bypass_csp=True) as page:
        await page.add_style_tag(content=harm)
        with pytest.raises(AssertionError, match=found):
            await Keyboard(page).reach("Nom d’utilisateur")


async def test_stop_that_goes_back_is_found_out(windows: Windows) -> None:
    async with windows.open("/fr/connexion", bypass_csp=True) as page:
        await page.evaluate("document.querySelector('[name=password]').tabIndex = 1")
        with pytest.raises(AssertionError, match="later"):
            await Keyboard(page).reach("Nom d’utilisateur")
