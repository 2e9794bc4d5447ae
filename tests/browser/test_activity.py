"""Activity tracking (Q30–Q36): who sees what, sorting, filters, chips, pages, files."""

from __future__ import annotations

from uuid import UUID

import asyncpg
import pytest
from playwright.async_api import Page

from services import client
from shared import ids
from tests.browser.conftest import Cast
from tests.browser.windows import DESKTOP, PHONE, Windows, ensure_accessible, ensure_no_sideways, words
from tests.journeys.world import Somebody, World

pytestmark = pytest.mark.browser

ORDERS = 14
LOT = "Réservation de lots et plans complémentaires en TR"
ORDER = "Commande de produits cadastraux"


@pytest.fixture(scope="module")
async def jean(world: World) -> Somebody:
    """A surveyor with a delegate and more than two pages of activities."""
    jean, luc = await world.surveyor("Jean", "Piette"), await world.newcomer("Luc", "Tremblay")
    await world.designate(jean, luc)
    acting = await luc.caller.act_for(jean.id)
    for number in range(ORDERS):
        await jean.caller.post("/cadastre/v1/product-orders", {"product": f"Plan {number}"})
    await acting.post("/cadastre/v1/lot-reservations", {"lots": 1})
    await world.activity(jean, "lot.reserved", luc, jean)

    async def all_orders() -> bool:
        return (await jean.caller.get("/audit/v1/activities", kind="product.ordered"))["total"] == ORDERS

    await client.until(all_orders, "the orders")
    return jean


def here(person: Somebody, query: str = "") -> str:
    return f"/fr/pour/{person.matricule}/delegation/activites{query}"


async def column(page: Page, number: int) -> list[str]:
    cells = await page.locator(f"tbody tr > :nth-child({number})").all_inner_texts()
    return [cell.strip() for cell in cells]


@pytest.mark.item("Q30", "Q32", "Q36")
async def test_list_has_the_guides_columns_and_words(windows: Windows, jean: Somebody) -> None:
    async with windows.open(here(jean), jean) as page:
        heads = [text.strip("↕↑↓ \n") for text in await page.locator("thead th").all_inner_texts()]
        assert heads == ["Date activité", "No Dossier", "Activité", "Réalisée par", "Réalisée pour"]
        await page.goto(here(jean, "?kind=lot.reserved"))
        row = await page.locator("tbody tr").first.locator("td, th").all_inner_texts()
        assert [cell.strip() for cell in row[1:]] == ["", LOT, "Luc Tremblay", "Jean Piette"]
        assert len(row[0].strip()) == len("2020-10-14")
        await page.goto(here(jean, "?kind=delegate.added"))
        assert await column(page, 3) == ["Ajout d’un délégataire"]


@pytest.mark.item("Q33")
async def test_filters_are_a_press_away_on_a_phone(
    windows: Windows, jean: Somebody, scripting: dict[str, bool]
) -> None:
    async with windows.open(here(jean), jean, viewport=PHONE, **scripting) as page:
        kinds = page.get_by_role("combobox", name="Activité")
        assert not await kinds.is_visible()
        await page.get_by_role("link", name="Filtrer").click()
        await kinds.select_option(label=LOT)
        if not scripting["java_script_enabled"]:
            await page.get_by_role("button", name="Filtrer").click()
        await page.wait_for_url("**kind=lot.reserved**")
        assert await kinds.is_visible()
        assert len(await column(page, 3)) == 1


async def test_list_is_printed_in_black_on_white_from_a_dark_screen_too(windows: Windows, jean: Somebody) -> None:
    async with windows.open(here(jean), jean, color_scheme="dark") as page:
        await page.emulate_media(media="print")
        colours = "one => [getComputedStyle(one).color, getComputedStyle(one).backgroundColor]"
        assert await page.locator(".table-wrap").evaluate(colours) == ["rgb(0, 0, 0)", "rgb(255, 255, 255)"]
        for hidden in (".tabs", ".subtabs", ".filters", ".picture", "footer"):
            assert not await page.locator(hidden).is_visible()


@pytest.mark.item("Q35")
async def test_pages_hold_ten_rows_newest_first_and_all_can_be_shown(windows: Windows, jean: Somebody) -> None:
    async with windows.open(here(jean), jean) as page:
        total = (await jean.caller.get("/audit/v1/activities"))["total"]
        pages = -(-total // 10)
        assert f"Page 1 de {pages} ({total} activités)" in await words(page, ".pages")
        times = await page.locator("tbody time").evaluate_all("all => all.map(one => one.dateTime)")
        assert len(times) == 10
        assert times == sorted(times, reverse=True)
        await page.get_by_role("link", name="Page suivante").click()
        assert f"Page 2 de {pages}" in await words(page, ".pages")
        await page.get_by_role("link", name="Dernière page").click()
        assert f"Page {pages} de {pages}" in await words(page, ".pages")
        await page.get_by_role("link", name="Afficher toutes les activités").click()
        assert await page.locator("tbody tr").count() == total


@pytest.mark.item("Q33")
async def test_headers_sort_and_say_so(windows: Windows, jean: Somebody) -> None:
    async with windows.open(here(jean, "?all=1"), jean) as page:
        await page.get_by_role("link", name="Réalisée par").click()
        assert "Réalisée par" in await words(page, "th[aria-sort=ascending]")
        names = await column(page, 4)
        assert names == sorted(names)
        await page.get_by_role("link", name="Réalisée par").click()
        assert await column(page, 4) == sorted(names, reverse=True)
        assert await page.locator("th[aria-sort=descending]").count() == 1


@pytest.mark.item("Q33")
async def test_filters_and_chips_narrow_the_list(windows: Windows, jean: Somebody, scripting: dict[str, bool]) -> None:
    async with windows.open(here(jean), jean, **scripting) as page:
        await page.get_by_role("link", name="Par Luc Tremblay").click()
        assert set(await column(page, 4)) == {"Luc Tremblay"}
        await page.get_by_role("link", name="Seulement les miennes").click()
        assert set(await column(page, 4)) == {"Jean Piette"}
        await page.get_by_role("link", name="Toutes", exact=True).click()
        await page.locator("[name=kind]").select_option(label=ORDER)
        if not scripting["java_script_enabled"]:
            await page.get_by_role("button", name="Filtrer").click()
        await page.wait_for_url("**kind=product.ordered**")
        assert set(await column(page, 3)) == {ORDER}
        await page.locator("[name=file]").fill("999")
        await page.get_by_role("button", name="Filtrer").click()
        assert "Aucune activité à afficher" in await words(page)
        await page.get_by_role("link", name="Retirer tous les filtres").click()
        assert "Aucune activité à afficher" not in await words(page)


@pytest.mark.item("Q31")
async def test_delegate_sees_what_he_did_for_others(windows: Windows, world: World, cast: Cast) -> None:
    acting = await cast.pierre.caller.act_for(cast.jean.id)
    await acting.post("/cadastre/v1/lot-reservations", {"lots": 1})
    await world.activity(cast.pierre, "lot.reserved", cast.pierre, cast.jean)
    async with windows.open("/fr/delegation/activites?kind=lot.reserved", cast.pierre) as page:
        assert (await column(page, 4))[0] == "Pierre Quiroule"
        assert (await column(page, 5))[0] == "Jean Piette"


async def test_filter_that_is_none_is_taken_away_and_said(windows: Windows, jean: Somebody) -> None:
    async with windows.open(here(jean, "?from=hier&by=moi"), jean) as page:
        assert "Un filtre ne convenait pas" in await words(page, ".said")
        assert page.url.endswith("/activites")


@pytest.mark.item("Q34")
@pytest.mark.parametrize(("name", "starts"), [("Excel", b"PK"), ("PDF", b"%PDF"), ("CSV", b"\xef\xbb\xbf")])
async def test_table_is_downloaded_as_it_is_filtered(
    windows: Windows, jean: Somebody, name: str, starts: bytes
) -> None:
    async with windows.open(here(jean, "?kind=product.ordered"), jean) as page:
        async with page.expect_download() as waiting:
            await page.get_by_role("link", name=name, exact=True).click()
        download = await waiting.value
        content = (await download.path()).read_bytes()
        assert content.startswith(starts)
        assert download.suggested_filename.rpartition(".")[2] in ("xlsx", "pdf", "csv")
        if name == "CSV":
            assert len(content.decode("utf-8-sig").strip().splitlines()) == 1 + ORDERS


async def test_file_written_in_the_background_is_downloaded_by_who_asked(
    windows: Windows, world: World, cast: Cast, jean: Somebody
) -> None:
    made = await jean.caller.post("/audit/v1/exports", {"format": "csv", "kind": "product.ordered", "lang": "fr"})

    async def ready() -> bool:
        return (await jean.caller.get(f"/audit/v1/exports/{made['id']}"))["state"] == "ready"

    await client.until(ready, "the file")
    async with windows.open(f"/fr/exports/{made['id']}", jean) as page:
        async with page.expect_download() as waiting:
            await page.get_by_role("link", name="Télécharger").click()
        assert ORDER in (await (await waiting.value).path()).read_text("utf-8-sig")
    async with windows.open("", cast.claire) as page:
        answer = await page.goto(f"/fr/exports/{made['id']}")
        assert answer is not None
        assert answer.status == 404


@pytest.mark.parametrize("state", ["running", "ready", "failed"])
async def test_page_of_a_file_is_accessible_however_far_it_is(
    windows: Windows, world: World, jean: Somebody, state: str
) -> None:
    insert = """insert into export (id, owner, owner_name, everything, format, language, query, state, total, done,
        lease_until, expires_at) values ($1, $2, 'Jean', false, 'xlsx', 'fr', '{}', $3, 120, 40,
        now() + interval '1 hour', now() + interval '3 days')"""
    export = ids.uuid7()
    connection = await asyncpg.connect(world.dsn("audit"))
    try:
        await connection.execute(insert, export, UUID(jean.id), state)
        async with windows.open("", jean) as page:
            for language in ("fr", "en"):
                await page.goto(f"/{language}/exports/{export}")
                await ensure_accessible(page)
                await page.set_viewport_size(PHONE)
                await ensure_no_sideways(page)
                await page.set_viewport_size(DESKTOP)
    finally:
        await connection.execute("delete from export where id = $1", export)
        await connection.close()


async def test_bar_of_the_picture_filters_the_list(windows: Windows, jean: Somebody) -> None:
    async with windows.open(here(jean), jean) as page:
        bars = page.locator(".picture a")
        assert "activités" in (await bars.last.get_attribute("aria-label") or "")
        await bars.last.focus()
        await page.keyboard.press("Enter")
        await page.wait_for_url("**from=**")
        assert await page.locator("[name=from]").input_value() != ""
        assert await page.locator("tbody time").count() == 10
