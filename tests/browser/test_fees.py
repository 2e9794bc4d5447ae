"""[Frais impayés], [Droits et paiements], [Informations bancaires]: fees are paid, bank details are changed."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from services import client
from tests.browser.test_companies import LMS
from tests.browser.windows import Windows, ensure_accessible, heading, words
from tests.journeys.world import Somebody, World

pytestmark = pytest.mark.browser

REVIEW = "/permits/v1/review/applications"


@dataclass
class Debtor:
    """Vivian’s company, with an application on which the city collects."""

    vivian: Somebody
    operator: Somebody
    company: str
    application: str

    async def owe(self, label: str, cents: int) -> None:
        """Let the city post a fee, and wait until Vivian can see it."""
        body = {"label_fr": label, "label_en": label, "amount_cents": cents, "due_on": "2026-01-31"}
        await self.operator.caller.post(f"{REVIEW}/{self.application}/fees", body, expect=201)

        async def seen() -> bool:
            return label in [one["label_fr"] for one in (await self.vivian.caller.get("/accounts/v1/fees"))["fees"]]

        await client.until(seen, f"the fee {label}")


@pytest.fixture(scope="module")
async def debtor(world: World) -> Debtor:
    """Through the public calls."""
    vivian, operator = await world.newcomer("Vivian", "Payeuse"), await world.operator()
    company = await client.until(lambda: vivian.caller.post("/accounts/v1/accounts", LMS, expect=201), "the company")
    body = {"kind": "sign", "title": "Enseigne", "address": "1, rue Bank", "as_account": company["id"]}
    body |= {"client_name": "Madiee Training"}
    made = await client.until(lambda: vivian.caller.post("/permits/v1/applications", body, expect=201), "the request")
    return Debtor(vivian, operator, company["id"], made["id"])


@pytest.mark.item("O4", "O10", "O13")
@pytest.mark.parametrize("scripts", ["with scripts", "without"])
async def test_fee_is_paid_on_the_providers_page(windows: Windows, debtor: Debtor, world: World, scripts: str) -> None:
    label = f"Permis d’enseigne {scripts}"
    await debtor.owe(label, 12_345)
    async with windows.open("/fr/frais", debtor.vivian, java_script_enabled=scripts == "with scripts") as page:
        await ensure_accessible_if(page, scripts)
        assert "en retard" in await words(page, "tbody")
        assert "123,45 $" in await words(page, "tbody")
        await page.get_by_role("button", name="Payer les frais cochés").click()
        assert "Cochez au moins un montant à payer." in await words(page, ".summary")
        await ensure_accessible_if(page, scripts)
        await page.get_by_label(f"Choisir {label}").check()
        await page.get_by_role("button", name="Payer les frais cochés").click()
        assert await heading(page) == "Payer 123,45 $"
        await page.get_by_role("link", name="Continuer vers le paiement").click()
        await page.get_by_role("button").first.click()
        await page.wait_for_url("**/payments/*")

        async def paid() -> bool:
            await page.reload()
            return await heading(page) == "Paiement reçu"

        await client.until(paid, "the payment’s confirmation")
        number = (await words(page)).partition("Numéro du paiement : ")[2][:14]
        assert number

        async def written() -> bool:
            return any(number in mail["text"] for mail in await world.mails(debtor.vivian))

        await client.until(written, f"the receipt of {number}")
        await page.goto(f"/fr/professionnels/{debtor.company}/droits?etat=paid")
        assert label in await words(page, "tbody")
        assert "payé par Vivian Payeuse" in await words(page, "tbody")
        await page.get_by_role("link", name="Mes paiements").click()
        assert label in await words(page, "tbody")


async def ensure_accessible_if(page: object, scripts: str) -> None:
    """axe needs scripts."""
    if scripts == "with scripts":
        await ensure_accessible(page)  # type: ignore[arg-type]


@pytest.mark.item("O10")
async def test_bank_details_ask_for_the_password_and_are_shown_masked(windows: Windows, debtor: Debtor) -> None:
    async with windows.open(f"/fr/professionnels/{debtor.company}/banque", debtor.vivian) as page:
        assert "Aucun compte bancaire n’est inscrit." in await words(page)
        await page.get_by_label("Numéro de l’institution").fill("06")
        await page.get_by_label("Numéro de transit").fill("12345")
        await page.get_by_label("Numéro du compte").fill("1234567890")
        await page.get_by_label("Votre mot de passe").fill("not the password at all")
        await page.get_by_role("button", name="Enregistrer").click()
        assert await page.locator("#f-password-fault").count() == 1
        assert await page.get_by_label("Votre mot de passe").input_value() == ""
        await page.get_by_label("Votre mot de passe").fill(debtor.vivian.passphrase)
        await page.get_by_role("button", name="Enregistrer").click()
        assert "Entrez les trois chiffres du numéro de l’institution." in await words(page, ".summary")
        await page.get_by_label("Numéro de l’institution").fill("006")
        await page.get_by_label("Votre mot de passe").fill(debtor.vivian.passphrase)
        await page.get_by_role("button", name="Enregistrer").click()
        facts = await words(page, ".facts:not(.facts-line)")
        assert "Institution 006" in facts
        assert "1234567890" not in await page.content()
        await ensure_accessible(page)
        await page.get_by_label("Votre mot de passe").fill(debtor.vivian.passphrase)
        await page.get_by_role("button", name="Supprimer les informations bancaires").click()
        assert "Aucun compte bancaire n’est inscrit." in await words(page)


@pytest.mark.item("O13", "O18")
async def test_member_without_the_permission_sees_what_it_takes(windows: Windows, debtor: Debtor, world: World) -> None:
    helper = await world.newcomer("Jannee", "Aide")
    pin = (await debtor.vivian.caller.get(f"/accounts/v1/accounts/{debtor.company}/pin"))["pin"]
    await client.until(lambda: helper.caller.post("/accounts/v1/accounts/join", {"pin": pin}), "joining")
    change = {"members": [helper.id], "grant": ["upload"]}
    await debtor.vivian.caller.post(f"/accounts/v1/accounts/{debtor.company}/members/rights", change)
    async with windows.open(f"/fr/professionnels/{debtor.company}/droits", helper) as page:
        assert "Il faut la permission Payer" in await words(page)
        await page.goto(f"/fr/professionnels/{debtor.company}/banque")
        assert "Il faut la permission Payer" in await words(page)
        await page.goto(f"/fr/professionnels/{debtor.company}/comptes")
        assert "Vos permissions Téléverser des fichiers" in await words(page)
