"""The second story, in the guide's people: Vivian, Jannee and Madiee; LMS Architects and LMS Corp (O1–O19)."""

from __future__ import annotations

from typing import Any

import pytest

from services import client
from shared import ids
from tests.journeys.world import Somebody, World

ADDRESS = {"street": "110, avenue Laurier Ouest", "city": "Ottawa", "province": "Ontario", "postal_code": "k1p1j1"}
HEADER = "numero;genre;denomination_sociale;telephone;courriel;rue;ville;province;code_postal;contacts;demandes"


async def register(world: World, person: Somebody, name: str) -> dict[str, Any]:
    """Have a person register a business account, once accounts has heard of him (O8, O9)."""
    contact = {"phone": "(613) 555-0123", "email": person.email, "address": ADDRESS}
    form = {"kind": "professional", "legal_name": name, **contact}
    made: dict[str, Any] = await client.until(lambda: person.caller.post("/accounts/v1/accounts", form), "the account")
    return made


async def join(person: Somebody, pin: str) -> dict[str, Any]:
    """Have a person enter a PIN and choose [Associé] (O17)."""
    body = {"pin": pin}
    joined: dict[str, Any] = await client.until(
        lambda: person.caller.post("/accounts/v1/accounts/join", body), f"{person.username} as member"
    )
    return joined


async def application(world: World) -> client.Caller:
    """Introduce a connected application."""
    body = {"client_id": f"permis-{ids.uuid7().hex[-8:]}", "name": "Permis"}
    made = await (await world.operator()).caller.post("/identity/v1/applications", body, expect=201)
    form = {"grant_type": "client_credentials", **made}
    answer = await world.anonymous.call("POST", "/identity/v1/token", data=form)
    return world.anonymous.with_token(answer.body["access_token"])


async def may(asking: client.Caller, person: Somebody, account: str, right: str) -> tuple[bool, str | None]:
    """Ask for a decision; give it with the slug of its reason."""
    question = {
        "subject": {"type": "user", "id": person.id},
        "action": {"name": right},
        "resource": {"type": "account", "id": account},
    }
    answer = await asking.post("/accounts/access/v1/evaluation", question)
    return answer["decision"], answer["context"]["slug"]


@pytest.mark.item("O8", "O11", "O15", "O17", "O18", "O19")
async def test_colleague_joins_by_pin_is_given_a_right_and_loses_it(world: World) -> None:
    """Vivian registers LMS Architects; Jannee joins, may nothing, may pay, may nothing."""
    vivian = await world.newcomer("Vivian", "Trainer")
    jannee = await world.newcomer("Jannee", "Training", "en")
    account = await register(world, vivian, "LMS Architects inc.")
    pin = (await vivian.caller.get(f"/accounts/v1/accounts/{account['id']}/pin"))["pin"]
    assert (await join(jannee, pin.lower().replace("-", " ")))["role"] == "member"
    told = await world.mail(vivian, "s’est associé")
    assert jannee.name in told["text"]

    asking = await application(world)
    assert (False, "right-missing") == await may(asking, jannee, account["id"], "pay")
    rights = f"/accounts/v1/accounts/{account['id']}/members/rights"
    await vivian.caller.post(rights, {"members": [jannee.id], "grant": ["pay"]}, expect=200)
    assert (True, None) == await may(asking, jannee, account["id"], "pay")
    assert "Granted: Pay" in " ".join((await world.mail(jannee, "permissions"))["text"].split())

    await vivian.caller.post(rights, {"members": [jannee.id], "withdraw": ["pay"]}, expect=200)
    assert (False, "right-missing") == await may(asking, jannee, account["id"], "pay")
    await world.activity(vivian, "member.joined", jannee, jannee)
    await world.activity(jannee, "member.changed", vivian, jannee)


@pytest.mark.item("O14", "decision 10")
async def test_last_manager_stays_until_another_manages_then_may_leave(world: World) -> None:
    """Vivian cannot leave; she makes Jannee a manager, leaves, and cannot see the account any more."""
    vivian = await world.newcomer("Vivian", "Trainer")
    jannee = await world.newcomer("Jannee", "Training")
    account = (await register(world, vivian, "LMS Architects inc."))["id"]
    await join(jannee, (await vivian.caller.get(f"/accounts/v1/accounts/{account}/pin"))["pin"])
    leave = f"/accounts/v1/accounts/{account}/members/me"
    assert (await vivian.caller.call("DELETE", leave)).slug == "last-manager"
    body = {"members": [jannee.id], "grant": ["manage"]}
    await vivian.caller.post(f"/accounts/v1/accounts/{account}/members/rights", body, expect=200)
    assert (await vivian.caller.call("DELETE", leave)).status == 204
    assert (await vivian.caller.call("GET", f"/accounts/v1/accounts/{account}")).slug == "not-found"
    page = await jannee.caller.get(f"/accounts/v1/accounts/{account}/members")
    assert [(jannee.id, True)] == [(one["id"], "manage" in one["rights"]) for one in page["members"]]


async def import_company(world: World, claimer: Somebody, contact: Somebody) -> None:
    """Have the operator import LMS Corp., known by two addresses, with two previous applications."""
    number = f"E-{ids.uuid7().hex[-9:]}".upper()
    cells = (
        number,
        "entrepreneur",
        "LMS Corp.",
        "613 555-0177",
        claimer.email,
        "1, rue Elgin",
        "Ottawa",
        "ON",
        "K1N 5Y6",
    )
    row = ";".join((*cells, contact.email, "A23-000123|A24-000456"))
    answer = await (await world.operator()).caller.call(
        "PUT",
        f"/accounts/v1/imports/{ids.uuid7()}",
        headers={"Content-Type": "text/csv"},
        data=f"{HEADER}\r\n{row}\r\n".encode(),
    )
    assert (answer.status, answer.body["created"], answer.body["bad"]) == (200, 1, 0), answer


@pytest.mark.item("O3", "O7")
async def test_imported_account_is_claimed_contested_and_given_back(world: World) -> None:
    """Madiee claims LMS Corp. with the PIN of the notice; Vivian, a contact, contests; the operator finds for her."""
    madiee = await world.newcomer("Madiee", "Training")
    vivian = await world.newcomer("Vivian", "Trainer")
    await import_company(world, madiee, vivian)
    pin = client.PIN.search((await world.mail(madiee, "NIP"))["text"])
    assert pin is not None
    joined = await join(madiee, pin.group())
    assert ("manager", "LMS Corp.") == (joined["role"], joined["account"]["legal_name"])
    account = joined["account"]["id"]
    shown = await madiee.caller.get(f"/accounts/v1/accounts/{account}")
    assert ["A23-000123", "A24-000456"] == shown["references"]

    token = client.token_in((await world.mail(vivian, "associée au compte"))["text"])
    await world.anonymous.post("/accounts/v1/contests", {"token": token, "reason": "À vérifier"}, expect=204)
    asking = await application(world)
    assert (False, "claim-contested") == await may(asking, madiee, account, "submit")
    assert (await madiee.caller.call("GET", f"/accounts/v1/accounts/{account}")).slug == "claim-contested"
    await world.mail(madiee, "contestée")

    operator = (await world.operator()).caller
    claims = (await operator.get("/accounts/v1/claims", state="contested"))["claims"]
    claim = next(one["id"] for one in claims if one["account"] == account)
    body = {"decision": "dismiss", "reason": "Vérifié auprès de l’entreprise"}
    await operator.post(f"/accounts/v1/claims/{claim}/decision", body, expect=204)
    assert (True, None) == await may(asking, madiee, account, "submit")
    await world.mail(madiee, "maintenue")
    await world.activity(madiee, "account.claimed", madiee, madiee)


@pytest.mark.item("O16")
async def test_client_finds_the_contact_company_by_name_and_sees_what_it_shows(world: World) -> None:
    """Anybody finds LMS Architects once it exists, and its telephone number once it shows it."""
    vivian = await world.newcomer("Vivian", "Trainer")
    name = f"LMS Architects {ids.uuid7().hex[-8:]}"
    account = (await register(world, vivian, name))["id"]
    found = await vivian.caller.get("/accounts/v1/companies", name=name.lower())
    assert [(account, None)] == [(one["id"], one["phone"]) for one in found["companies"]]
    body = {"listing": {"listed": True, "shows": ["phone"]}}
    assert (await vivian.caller.call("PATCH", f"/accounts/v1/accounts/{account}", json=body)).status == 200
    assert "+16135550123" == (await vivian.caller.get(f"/accounts/v1/companies/{account}"))["phone"]
