"""The second story: a company, its application with files and a fee, a payment on the provider's page, bank details."""

from __future__ import annotations

import io
import re
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from services import client
from shared import ids
from tests.journeys.world import Somebody, World

ADDRESS = {"street": "110, avenue Laurier Ouest", "city": "Ottawa", "province": "ON", "postal_code": "K1P 1J1"}
FEE = {"label_fr": "Permis de piscine", "label_en": "Pool permit", "amount_cents": 12_500, "due_on": "2027-01-31"}
PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"
NUMBERS = {"institution": "815", "transit": "30123", "account_number": "0012345678", "holder": "LMS Architects inc."}
PAY = "/permits/provider/pay"


async def company(world: World, manager: Somebody) -> dict[str, Any]:
    """Register a business account as soon as accounts has heard of its manager."""
    name = f"LMS Architects {ids.uuid7().hex[-8:]}"
    contact = {"phone": "613 555-0123", "email": manager.email, "address": ADDRESS}
    body = {"kind": "professional", "legal_name": name, **contact}
    made: dict[str, Any] = await client.until(lambda: manager.caller.post("/accounts/v1/accounts", body), "the account")
    return made


async def join(manager: Somebody, account: str, person: Somebody, *rights: str) -> None:
    """Have a person join by the PIN and be given rights."""
    pin = (await manager.caller.get(f"/accounts/v1/accounts/{account}/pin"))["pin"]
    await client.until(lambda: person.caller.post("/accounts/v1/accounts/join", {"pin": pin}), "the membership")
    if rights:
        body = {"members": [person.id], "grant": list(rights)}
        await manager.caller.post(f"/accounts/v1/accounts/{account}/members/rights", body)


async def submit(person: Somebody, account: str) -> dict[str, Any]:
    """Submit an application in the name of a company."""
    body = {"kind": "pool", "title": "Piscine creusée", "address": "110, avenue Laurier Ouest, Ottawa"}
    made: dict[str, Any] = await person.caller.post(
        "/permits/v1/applications", body | {"as_account": account, "client_name": "Ann Client"}, expect=201
    )
    return made


async def owed(person: Somebody, count: int = 1) -> list[dict[str, Any]]:
    """Wait until a person sees so many unpaid fees."""

    async def look() -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = (await person.caller.get("/accounts/v1/fees"))["fees"]
        return found

    return await client.until(look, "the unpaid fees", fits=lambda found: len(found) == count)


async def at_provider(world: World, redirect_url: str, choice: str) -> str:
    """Do what a browser does: open the provider's page, choose, and give where it is sent back to."""
    order = dict(parse_qsl(urlsplit(redirect_url).query))
    page = await world.anonymous.call("GET", PAY, params=order, headers={"Accept": "text/html"})
    assert (200, True) == (page.status, "125,00" in page.body or "$125.00" in page.body)
    sent = await world.anonymous.call("POST", PAY, data=order | {"choice": choice}, allow_redirects=False)
    assert sent.status == 303, sent
    return str(sent.headers["Location"])


async def ends(person: Somebody, payment: str, state: str) -> None:
    """Wait until a payment has come to an end."""

    async def look() -> str:
        return str((await person.caller.get(f"/accounts/v1/payments/{payment}"))["state"])

    await client.until(look, f"the payment {state}", fits=lambda found: found == state)


@pytest.mark.item("O2", "O4", "O13", "O16")
async def test_company_submits_uploads_is_asked_for_a_fee_and_pays_it(world: World) -> None:
    vivian, jannee = [await world.newcomer(*name) for name in (("Vivian", "Trainer"), ("Jannee", "Training"))]
    account = await company(world, vivian)
    await join(vivian, account["id"], jannee, "pay")
    operator = (await world.operator()).caller
    made = await submit(vivian, account["id"])
    one, reviewed = f"/permits/v1/applications/{made['id']}", f"/permits/v1/review/applications/{made['id']}"

    await operator.post(f"{reviewed}/actions", {"kind": "upload", "detail": "Il manque le plan."})
    await world.mail(vivian, f"demande {made['number']}")
    file = await vivian.caller.call("POST", f"{one}/files", params={"name": "plan.pdf"}, data=io.BytesIO(PDF))
    assert (201, "plan.pdf") == (file.status, file.body["name"])
    back = await vivian.caller.call("GET", f"{one}/files/{file.body['id']}")
    assert (PDF.decode(), True) == (back.body, back.headers["Content-Disposition"].startswith("attachment"))

    await operator.post(f"{reviewed}/fees", FEE)
    await world.mail(jannee, "frais à payer")
    (fee,) = await owed(jannee)
    assert (12_500, made["number"]) == (fee["amount_cents"], fee["reference"])
    assert ["pay"] == [action["kind"] for action in (await jannee.caller.get("/permits/v1/actions"))["actions"]]

    started = await jannee.caller.post("/accounts/v1/payments", {"fees": [fee["id"]]}, expect=201)
    assert (await at_provider(world, started["redirect_url"], "pay")).endswith(f"/payments/{started['id']}")
    await ends(jannee, started["id"], "paid")
    await world.mail(jannee, "paiement reçu")
    await client.until(lambda: _no_actions(jannee), "the end of what is required", fits=lambda left: left == 0)
    shown = await vivian.caller.get(one)
    assert ["paid"] == [each["state"] for each in shown["fees"]]
    wanted = ("permit-application.submitted", vivian.name, account["legal_name"])
    await client.until(lambda: world.activities(vivian), "the application", fits=lambda rows: wanted in rows)
    paid = ("fee.paid", jannee.name, account["legal_name"])
    await client.until(lambda: world.activities(vivian), "the fee, for its manager", fits=lambda rows: paid in rows)
    await world.activity(jannee, "payment.received", jannee, jannee)

    await operator.post("/permits/provider/refunds", {"payment": started["id"]}, expect=204)
    await ends(jannee, started["id"], "refunded")
    await world.mail(jannee, "remboursé")


async def _no_actions(person: Somebody) -> int:
    return len((await person.caller.get("/permits/v1/actions"))["actions"])


@pytest.mark.item("O13")
async def test_payment_that_is_declined_can_be_tried_again(world: World) -> None:
    vivian = await world.newcomer("Vivian", "Trainer", "en")
    account = await company(world, vivian)
    made = await submit(vivian, account["id"])
    operator = (await world.operator()).caller
    await operator.post(f"/permits/v1/review/applications/{made['id']}/fees", FEE)
    (fee,) = await owed(vivian)
    body = {"fees": [fee["id"]]}
    declined = await vivian.caller.post("/accounts/v1/payments", body, expect=201)
    await at_provider(world, declined["redirect_url"], "decline")
    await ends(vivian, declined["id"], "failed")
    await world.mail(vivian, "payment not made")
    again = await vivian.caller.post("/accounts/v1/payments", body, expect=201)
    await at_provider(world, again["redirect_url"], "pay")
    await ends(vivian, again["id"], "paid")
    assert [] == await owed(vivian, 0)


@pytest.mark.item("O19")
async def test_member_who_is_removed_sees_and_does_nothing_more_at_once(world: World) -> None:
    vivian, madiee = [await world.newcomer(*name) for name in (("Vivian", "Trainer"), ("Madiee", "Training"))]
    account = await company(world, vivian)
    await join(vivian, account["id"], madiee, "submit", "upload")
    made = await submit(madiee, account["id"])
    path = f"/permits/v1/applications/{made['id']}"
    await madiee.caller.post(f"{path}/messages", {"body": "Bonjour."}, expect=201)
    refused = await madiee.caller.call("POST", f"{path}/inspections", json={"kind": "final", "wanted_on": "2027-01-31"})
    assert "refused" == refused.slug
    await vivian.caller.post(f"/accounts/v1/accounts/{account['id']}/members/removals", {"members": [madiee.id]})
    answers = [
        await madiee.caller.call("POST", f"{path}/messages", json={"body": "Bonjour."}),
        await madiee.caller.call("GET", path),
        await madiee.caller.call("POST", f"{path}/files", params={"name": "p.pdf"}, data=io.BytesIO(PDF)),
    ]
    assert ["not-found"] * 3 == [one.slug for one in answers]
    assert 200 == (await vivian.caller.call("GET", path)).status


@pytest.mark.item("O10")
async def test_bank_details_are_changed_with_the_password_typed_again_and_every_manager_is_told(world: World) -> None:
    vivian, jannee = [await world.newcomer(*name) for name in (("Vivian", "Trainer"), ("Jannee", "Training"))]
    account = await company(world, vivian)
    await join(vivian, account["id"], jannee, "manage")
    path = f"/accounts/v1/accounts/{account['id']}/bank-details"
    wrong = {"password": "pas celle-ci du tout", "purpose": "bank-details"}
    assert "wrong-password" == (await vivian.caller.call("POST", "/identity/v1/reauthentications", json=wrong)).slug
    right = wrong | {"password": vivian.passphrase}
    proof = (await vivian.caller.post("/identity/v1/reauthentications", right, expect=201))["token"]
    done = await vivian.caller.call("PUT", path, json=NUMBERS | {"proof": proof})
    assert (200, "•••••••678") == (done.status, done.body["account_number"])
    again = await vivian.caller.call("PUT", path, json=NUMBERS | {"proof": proof})
    assert "reauthentication-required" == again.slug
    mails = [await world.mail(person, "informations bancaires modifiées") for person in (vivian, jannee)]
    for mail in mails:
        # As words: an id in a link may hold any three digits.
        assert not re.search(r"(?<!\w)(0012345678|30123|678)\b", mail["text"])
    assert "0012345678" not in world.logs()
