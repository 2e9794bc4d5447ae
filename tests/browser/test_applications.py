"""Applications that an operator lists: the same pages as the examples', with a name, files and rights of their own."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest

from services import client
from shared import ids
from tests.browser.conftest import Cast
from tests.browser.connected import MINES, ODD, Connected, Region
from tests.browser.test_attacks import send, token
from tests.browser.test_files import extend, open_file
from tests.browser.windows import PHONE, Windows, ensure_accessible, ensure_no_sideways, heading, words
from tests.journeys.world import Somebody, World

pytestmark = pytest.mark.browser


async def open_claim(mines: Connected, surveyor: Somebody, number: str, *, domain: str = "cadastre") -> None:
    """Open a file at the registry of mines, with a message."""
    operator = mines.caller(await mines.system.world.operator())
    body = {"number": number, "title": "Concession du lac Noir", "responsible": surveyor.id, "domain": domain}
    await operator.post("/cadastre/v1/files", body)
    message = {"subject": "Carottes reçues", "body": "Les carottes sont au laboratoire."}
    await operator.post(f"/cadastre/v1/files/{number}/messages", message)


@pytest.mark.item("Q8", "Q12", "Q18")
@pytest.mark.parametrize(
    ("language", "acting", "files", "unread", "all_read"),
    [("fr", "pour", "dossiers", "1 non lu", "tout est lu"), ("en", "for", "files", "1 unread", "all read")],
)
async def test_further_application_has_its_tab_its_files_and_its_own_unread_marks(
    windows: Windows,
    world: World,
    cast: Cast,
    here: Region,
    language: str,
    acting: str,
    files: str,
    unread: str,
    all_read: str,
) -> None:
    number = await open_file(world, cast.claire)
    await open_claim(here.mines, cast.claire, number)
    start = f"/{language}/{acting}/{cast.claire.matricule}"
    async with windows.open(f"{start}/cadastre", cast.edith, base_url=here.url) as page:
        assert "Lotissement des Érables" in await words(page, f"tr:has-text('{number}')")
        await page.get_by_role("link", name=MINES[language]).click()
        assert urlsplit(page.url).path == f"{start}/services/mines"
        assert await words(page, ".of-application") == MINES[language]
        assert await words(page, ".tabs [aria-current]") == MINES[language]
        row = await words(page, f"tr:has-text('{number}')")
        assert "Concession du lac Noir" in row
        assert unread in row
        assert "Érables" not in await words(page)
        await page.get_by_role("link", name=number).click()
        assert urlsplit(page.url).path == f"{start}/services/mines/{files}/{number}"
        assert "Carottes reçues" in await words(page, ".message-new")
        await page.goto(f"{start}/services/mines")
        assert all_read in await words(page, f"tr:has-text('{number}')")
        await page.goto(f"{start}/cadastre")
        assert unread in await words(page, f"tr:has-text('{number}')")


@pytest.mark.item("Q9", "Q13")
async def test_request_in_a_further_application_is_made_in_the_surveyors_name_there_alone(
    windows: Windows, cast: Cast, here: Region, world: World, scripting: dict[str, bool]
) -> None:
    number = str(int(ids.uuid7().hex[-8:], 16))
    await open_claim(here.mines, cast.claire, number)
    start = f"/fr/pour/{cast.claire.matricule}"
    async with windows.open(f"{start}/services/mines/services", cast.edith, base_url=here.url, **scripting) as page:
        assert "ce service ne se délègue pas" in await words(page, ".barred")
        await page.get_by_role("link", name="Commande de produit").click()
        await page.locator("[name=product]").fill("Carte des claims")
        await page.locator("[name=file_number]").select_option(number)
        await page.get_by_role("button", name="Soumettre").click()
        assert "C’est fait : Commande de produit." in await words(page, ".said")
        assert urlsplit(page.url).path == f"{start}/services/mines/demandes"
        assert (await words(page, f"tr:has-text('{number}')")).endswith("Édith Descartes")
        await page.goto(f"{start}/cadastre/demandes")
        assert number not in await words(page)
        await page.goto(f"{start}/services/mines/dossiers/{number}")
        await extend(page, "2027-05-01")
        assert "1 mai 2027" in (await words(page, ".facts")).replace("1er", "1")
        answer = await page.goto(f"{start}/services/mines/services/update-request-deposit")
        assert answer is not None
        assert answer.status == 403
    await world.activity(cast.claire, "product.ordered", cast.edith, cast.claire)


async def test_form_of_a_further_application_in_a_wrong_context_is_refused_and_not_done(
    windows: Windows, cast: Cast, here: Region
) -> None:
    path = "/fr/pour/{}/services/mines/services/lot-reservation"
    async with windows.context(cast.edith, base_url=here.url) as context:
        form = {"jeton": await token(context, path.format(cast.jean.matricule)), "lots": "1"}
        headers = {"Sec-Fetch-Site": "same-origin"}
        other = await send(context, path.format(cast.claire.matricule), form, **headers)
        assert (other.status, "Rien n’a été fait" in await other.text()) == (403, True)
        right = await send(context, path.format(cast.jean.matricule), form, **headers)
        assert right.status == 303
    async with windows.context(cast.pierre, base_url=here.url) as context:
        stranger = await send(context, path.format(cast.claire.matricule), {"lots": "1"}, **headers)
        assert stranger.status == 403
    made = (await here.mines.caller(cast.claire).get("/cadastre/v1/requests"))["requests"]
    assert "lot-reservation" not in {one["service"] for one in made}


@pytest.mark.item("Q11")
async def test_link_of_a_further_applications_alert_opens_its_own_file(
    windows: Windows, world: World, cast: Cast, here: Region
) -> None:
    number = await open_file(world, cast.jean)
    await open_claim(here.mines, cast.jean, number)

    async def link() -> str:
        links = [one for mail in await world.mails(cast.jean) for one in mail["links"]]
        return next((one for one in links if one.endswith(f"{number}?application=mines")), "")

    found = urlsplit(await client.until(link, "the alert of the mines"))
    async with windows.open("", cast.jean, base_url=here.url) as page:
        await page.goto(f"{found.path}?{found.query}")
        assert urlsplit(page.url).path == f"/fr/pour/{cast.jean.matricule}/services/mines/dossiers/{number}"
    async with windows.open("", cast.edith, base_url=here.url) as page:
        await page.goto(f"{found.path}?{found.query}")
        await page.locator(f"#c-{cast.jean.matricule}").check()
        await page.get_by_role("button", name="Appliquer").click()
        assert urlsplit(page.url).path == f"/fr/pour/{cast.jean.matricule}/services/mines/dossiers/{number}"


@pytest.mark.parametrize("slug", ["nowhere", "roads", "Mines"])
async def test_application_that_nobody_listed_is_no_page(windows: Windows, cast: Cast, here: Region, slug: str) -> None:
    async with windows.open("", cast.jean, base_url=here.url) as page:
        answer = await page.goto(f"/en/for/{cast.jean.matricule}/services/{slug}/files/1")
        assert answer is not None
        assert (answer.status, await heading(page)) == (404, "Page not found")


@pytest.mark.item("Q34")
@pytest.mark.parametrize("slug", ODD)
async def test_application_that_is_away_or_odd_says_so_and_leaves_the_visitor_and_the_others_alone(
    windows: Windows, cast: Cast, here: Region, slug: str
) -> None:
    number = cast.jean.matricule
    async with windows.open("", cast.pierre, base_url=here.url) as page:
        for path, title in (
            (f"/fr/pour/{number}", "Temporairement indisponible"),
            (f"/en/for/{number}", "Temporarily unavailable"),
        ):
            answer = await page.goto(f"{path}/services/{slug}")
            assert answer is not None
            assert (answer.status, await heading(page)) == (503, title)
            assert await words(page, ".of-application") == slug
            for place in ("services/mines", "cadastre"):
                answer = await page.goto(f"{path}/{place}")
                assert answer is not None
                assert answer.status == 200


@pytest.mark.item("Q34")
async def test_operator_sees_which_applications_answer(windows: Windows, cast: Cast, here: Region) -> None:
    async with windows.open("/fr/exploitation", cast.operator, base_url=here.url) as page:
        said = await words(page, "section:has(#t-connected)")
        assert "Registre minier mines répond" in said
        assert "Voirie et <trottoirs> roads répond" in said
        assert "gone ne répond pas" in said
        assert "broken ne répond pas" in said
        await ensure_accessible(page)


@pytest.mark.parametrize(("language", "acting", "tabs"), [("fr", "pour", "Onglets"), ("en", "for", "Tabs")])
async def test_many_tabs_fold_on_a_phone_under_the_name_of_the_present_one(
    windows: Windows, cast: Cast, here: Region, language: str, acting: str, tabs: str
) -> None:
    start = f"/{language}/{acting}/{cast.jean.matricule}"
    options = {"base_url": here.url, "viewport": PHONE, "java_script_enabled": False}
    async with windows.open(f"{start}/services/mines", cast.pierre, **options) as page:
        fold, link = page.locator(".tabs summary"), page.get_by_role("link", name="Cadastre", exact=True)
        assert await words(page, ".tabs summary") == f"{tabs} {MINES[language]}"
        assert await link.count() == 0
        box = await page.locator(".tabs").bounding_box()
        assert box is not None
        assert box["height"] < 100
        await fold.focus()
        await page.keyboard.press("Enter")
        await ensure_no_sideways(page)
        assert await words(page, ".tabs details [aria-current]") == MINES[language]
        await link.focus()
        await page.keyboard.press("Enter")
        await page.wait_for_url(f"**{start}/cadastre")
    async with windows.open(f"{start}/services/mines", cast.pierre, base_url=here.url, viewport=PHONE) as page:
        await page.locator(".tabs summary").click()
        await ensure_accessible(page)
        await page.set_viewport_size({"width": 1100, "height": 800})
        assert await page.locator(".tabs summary").is_visible() is False
        assert await page.get_by_role("link", name="Cadastre", exact=True).is_visible()


@pytest.mark.parametrize("language", ["fr", "en"])
async def test_pages_of_further_applications_are_accessible_and_fit_a_phone(
    windows: Windows, cast: Cast, here: Region, language: str
) -> None:
    number = str(int(ids.uuid7().hex[-8:], 16))
    await open_claim(here.mines, cast.jean, number)
    mines = {
        "fr": (f"/fr/pour/{cast.jean.matricule}/services/mines", "dossiers", "demandes", "arpentage"),
        "en": (f"/en/for/{cast.jean.matricule}/services/mines", "files", "requests", "survey"),
    }
    start, *below = mines[language]
    roads = (
        ("/fr/services/roads/actions", "/fr/services/roads/demandes")
        if language == "fr"
        else ("/en/services/roads/actions", "/en/services/roads/applications")
    )
    async with windows.open("", cast.pierre, base_url=here.url, viewport=PHONE) as page:
        for path in (
            start,
            f"{start}/{below[0]}/{number}",
            f"{start}/services",
            f"{start}/services/product-order",
            *(f"{start}/{one}" for one in below[1:]),
            *roads,
        ):
            answer = await page.goto(path)
            assert answer is not None
            assert answer.status == 200, path
            await ensure_accessible(page)
            await ensure_no_sideways(page)
