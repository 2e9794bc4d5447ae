"""[Actions requises] and [Demandes]: applications, messages, files, inspections, templates (O2, O4, O13, O16)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import pytest

from services import client
from tests.browser.test_companies import LMS
from tests.browser.windows import PHONE, Windows, ensure_accessible, ensure_no_sideways, heading, words
from tests.journeys.world import Somebody, World

pytestmark = pytest.mark.browser

PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Count 0/Kids[]>>endobj\n%%EOF\n"
REVIEW = "/permits/v1/review/applications"


@dataclass
class Site:
    """Vivian’s company, and an application that Vivian made for its client."""

    vivian: Somebody
    operator: Somebody
    company: str
    application: str

    @property
    def page(self) -> str:
        """The page of the application."""
        return f"/fr/demandes/{self.application}"


@pytest.fixture(scope="module")
async def site(world: World) -> Site:
    """Through the public calls."""
    vivian = await world.newcomer("Vivian", "Chantier")
    company = await client.until(lambda: vivian.caller.post("/accounts/v1/accounts", LMS, expect=201), "the company")
    body = {"kind": "building", "title": "Garage double", "address": "12, rue Bank", "description": "Deux places"}
    body |= {"as_account": company["id"], "client_name": "Madiee Training"}
    made = await client.until(lambda: vivian.caller.post("/permits/v1/applications", body, expect=201), "the request")
    return Site(vivian, await world.operator(), company["id"], made["id"])


@pytest.mark.item("O2", "O4", "O16")
async def test_client_submits_an_application_with_a_contact_company(windows: Windows, site: Site, world: World) -> None:
    client_ = await world.newcomer("Jannee", "Cliente")
    async with windows.open("/fr/demandes", client_) as page:
        assert "Aucune demande à afficher" in await words(page)
        await page.get_by_role("link", name="Nouvelle demande").click()
        await page.get_by_role("button", name="Présenter la demande").click()
        assert "Donnez un titre à la demande." in await words(page, ".summary")
        await page.get_by_label("Titre").fill("Terrasse")
        await page.get_by_label("Adresse des travaux").fill("3, rue Elgin")
        await page.get_by_label("Nom de l’entreprise").fill("LMS Arch")
        await page.get_by_role("button", name="Rechercher").click()
        assert await page.get_by_label("Titre").input_value() == "Terrasse"
        await page.get_by_label("LMS Architects").first.check()
        await page.get_by_role("button", name="Présenter la demande").click()
        assert (await heading(page)).endswith("Terrasse")
        assert "Personne-ressource LMS Architects" in await words(page, ".facts")
        await page.get_by_role("button", name="Retirer la personne-ressource").click()
        assert "Personne-ressource –" in await words(page, ".facts")


@pytest.mark.item("O4", "O13")
async def test_what_the_city_asks_is_an_action_until_it_is_answered(windows: Windows, site: Site) -> None:
    detail = {"kind": "answer", "detail": "Précisez la hauteur du garage."}
    await site.operator.caller.post(f"{REVIEW}/{site.application}/actions", detail, expect=201)
    async with windows.open("/fr/actions", site.vivian) as page:
        assert "Précisez la hauteur du garage." in await words(page)
        await ensure_accessible(page)
        await page.get_by_role("link", name="Garage double").first.click()
        assert "Précisez la hauteur du garage." in await words(page, ".notice")
        await page.get_by_label("Votre message").fill("Quatre mètres <b>au faîte</b>.")
        await page.get_by_role("button", name="Envoyer").click()
        assert "Quatre mètres <b>au faîte</b>." in await words(page)
        assert await page.locator(".notice").count() == 0
        await page.goto("/fr/actions")
        assert "Précisez la hauteur" not in await words(page)


@pytest.mark.item("O13")
@pytest.mark.parametrize("scripts", ["with scripts", "without"])
async def test_file_is_uploaded_downloaded_and_removed(windows: Windows, site: Site, scripts: str) -> None:
    async with windows.open(site.page, site.vivian, java_script_enabled=scripts == "with scripts") as page:
        wrong = {"name": "plan.exe", "mimeType": "application/octet-stream", "buffer": b"MZ no plan at all"}
        await page.get_by_label("Ajouter un fichier").set_input_files(wrong)
        await page.get_by_role("button", name="Téléverser").click()
        await page.locator("#f-file-fault").wait_for()
        content = PDF + f"% {scripts}".encode()
        await page.get_by_label("Ajouter un fichier").set_input_files(
            {"name": "plan du garage.pdf", "mimeType": "application/pdf", "buffer": content}
        )
        await page.get_by_role("button", name="Téléverser").click()
        await page.get_by_text("Le fichier est téléversé.").wait_for()
        async with page.expect_download() as begun:
            await page.locator(".file-row a").click()
        download = await begun.value
        assert (await download.path()).read_bytes() == content
        await page.locator(".file-row button").click()
        assert "Aucun fichier à afficher" in await words(page)


@pytest.mark.item("O4", "O13")
async def test_alerts_link_opens_the_application_or_says_that_it_is_not_ones_own(
    windows: Windows, site: Site, world: World
) -> None:
    number = (await site.vivian.caller.get(f"/permits/v1/applications/{site.application}"))["number"]
    await site.operator.caller.post(f"{REVIEW}/{site.application}/messages", {"body": "Plan reçu."}, expect=201)
    mail = await world.mail(site.vivian, number)
    link = next(one for one in mail["links"] if number in one)
    stranger = await world.newcomer("Jannee", "Passante")
    async with windows.open("", site.vivian) as own, windows.open("", stranger) as other:
        await own.goto(link)
        assert own.url.endswith(site.page)
        assert "Plan reçu." in await words(own)
        await other.goto(link)
        assert await heading(other) == "Demandes"
        assert "La demande de ce courriel n’est pas parmi celles que vous voyez." in await words(other, ".said")


@pytest.mark.item("O13")
async def test_inspection_is_asked_for_once_the_permit_is_approved(windows: Windows, site: Site) -> None:
    async with windows.open(site.page, site.vivian) as page:
        assert "Les inspections se demandent une fois le permis approuvé." in await words(page)
        for state in ("in-review", "approved"):
            body = {"state": state, "message": "Votre demande avance."}
            await site.operator.caller.post(f"{REVIEW}/{site.application}/state", body)
        await page.reload()
        await page.get_by_label("Jour souhaité").fill("2020-01-01")
        await page.get_by_role("button", name="Demander l’inspection").click()
        assert await page.locator("#f-wanted_on-fault").count() == 1
        await page.get_by_label("Jour souhaité").fill((date.today() + timedelta(days=7)).isoformat())  # noqa: DTZ011 - a week's margin
        await page.get_by_role("button", name="Demander l’inspection").click()
        assert "demandée par Vivian Chantier" in await words(page)


@pytest.mark.item("O13")
async def test_template_fills_in_an_application(windows: Windows, site: Site) -> None:
    async with windows.open(f"/fr/professionnels/{site.company}/modeles", site.vivian) as page:
        await page.get_by_label("Nom du modèle").fill("Garage type")
        await page.get_by_label("Titre").fill("Garage")
        await page.get_by_label("Adresse des travaux").fill("à préciser")
        await page.get_by_role("button", name="Enregistrer").click()
        assert "Garage type" in await words(page)
        await ensure_accessible(page)
        await page.goto(f"/fr/demandes/nouvelle?entreprise={site.company}")
        await page.get_by_label("Modèle").select_option("Garage type")
        await page.wait_for_url("**modele=*")
        assert await page.get_by_label("Titre").input_value() == "Garage"
        await page.goto(f"/fr/professionnels/{site.company}/modeles")
        await page.get_by_role("button", name="Supprimer Garage type").click()
        assert "Aucun modèle à afficher" in await words(page)


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.item("O4")
async def test_pages_of_applications_are_accessible_and_fit_a_phone(
    windows: Windows, site: Site, language: str
) -> None:
    async with windows.open("/fr/actions", site.vivian, viewport=PHONE, color_scheme="dark") as page:
        for path in ("actions", "demandes", "demandes/nouvelle", f"demandes/{site.application}"):
            await page.goto(f"/fr/{path}")
            if language == "en":
                await page.get_by_role("link", name="English").click()
            await ensure_accessible(page)
            await ensure_no_sideways(page)
