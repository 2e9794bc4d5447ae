"""People, companies, files and applications whose names are as long as they may be."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from services import client
from shared import ids
from tests.browser.test_companies import LMS
from tests.browser.windows import DESKTOP, PHONE, Windows, ensure_accessible, ensure_light, ensure_no_sideways, words
from tests.journeys.world import Somebody, World

pytestmark = pytest.mark.browser

FIRST, LAST = "Marie-Évangéline-Wilhelmine-Théodora", "de Saint-Exupéry-Montmorency-Laval-et-Beauharnois"
TITLE = "Anticonstitutionnellement" * 4 + " lotissement de la rivière aux Hirondelles"
REVIEW = "/permits/v1/review/applications"
PATHS = (
    "/fr/pour/{matricule}/delegation/delegataires",
    "/fr/delegation/selection",
    "/fr/delegation/activites",
    "/fr/pour/{matricule}/cadastre",
    "/fr/pour/{matricule}/cadastre/dossiers/{file}",
    "/fr/professionnels",
    "/fr/professionnels/{company}/comptes",
    "/fr/demandes",
    "/fr/demandes/{application}",
    "/fr/frais",
    "/fr/professionnels/{company}/droits",
)


@dataclass
class Long:
    """A surveyor who is his own delegate's delegator and manages a company, and where his pages are."""

    surveyor: Somebody
    places: dict[str, str]


@pytest.fixture(scope="module")
async def long(world: World) -> Long:
    """Everything through the public calls."""
    surveyor, delegate = await _named(world, "l"), await _named(world, "m")
    await world.claim(surveyor)
    other = await world.surveyor("Claire", "Lavoie")
    for one, to in ((surveyor, delegate), (other, surveyor)):
        await world.designate(one, to)
    operator = (await world.operator()).caller
    number = str(int(ids.uuid7().hex[-8:], 16))
    await operator.post("/cadastre/v1/files", {"number": number, "title": TITLE, "responsible": surveyor.id})
    caller = surveyor.caller
    firm = LMS | {"legal_name": f"{TITLE} inc.", "operating_name": TITLE}
    company = await client.until(lambda: caller.post("/accounts/v1/accounts", firm, expect=201), "the company")
    body = {"kind": "sign", "title": TITLE, "address": TITLE, "as_account": company["id"], "client_name": TITLE}
    made = await client.until(lambda: caller.post("/permits/v1/applications", body, expect=201), "the request")
    fee = {"label_fr": TITLE, "label_en": TITLE, "amount_cents": 99_999_999, "due_on": "2026-01-31"}
    await operator.post(f"{REVIEW}/{made['id']}/fees", fee, expect=201)

    async def owed() -> bool:
        return bool((await caller.get("/accounts/v1/fees"))["fees"])

    await client.until(owed, "the fee")
    places = {"matricule": surveyor.matricule or "", "file": number, "company": company["id"]}
    return Long(surveyor, places | {"application": made["id"]})


async def _named(world: World, letter: str) -> Somebody:
    """Register somebody with the long name, and a user name as long as may be."""
    person = world.stranger(FIRST, LAST)
    person.username = f"{letter}{ids.uuid7().hex}"[:30]
    await world.register(person)
    return await world.sign_in(person)


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("path", PATHS)
async def test_page_with_long_names_is_accessible_and_fits_a_phone(
    windows: Windows, long: Long, path: str, language: str
) -> None:
    async with windows.open("", long.surveyor) as page:
        answer = await page.goto(path.format(**long.places))
        if language == "en":
            await page.get_by_role("link", name="English").click()
            await page.locator("html[lang=en]").wait_for()
            answer = await page.reload()
        assert answer is not None
        await ensure_light(page, await answer.body())
        said = await words(page)
        assert TITLE in said or FIRST in said
        await ensure_accessible(page)
        for size in (DESKTOP, PHONE):
            await page.set_viewport_size(size)
            await ensure_no_sideways(page)
