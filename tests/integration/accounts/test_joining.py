"""The PIN, and claims of imported accounts (O3, O7, O15, O17, decision 9)."""

from __future__ import annotations

import asyncio
import random
import secrets as randoms
import time
from collections import Counter

import pytest

from services.accounts.commands import joining
from shared.contracts.secrets import LinkSecret, PinSecret
from shared.crypto import keyring
from tests.attacks import enumeration
from tests.chaos import scorecard
from tests.integration.accounts import firms
from tests.integration.accounts.conftest import JEAN
from tests.integration.accounts.firms import EVERYTHING, LMS_CORP

IMPORTED, CLAIMED = "accounts.account.imported.v1", "accounts.account.claimed.v1"
ANNOUNCED, ROTATED, ISSUED = (
    "accounts.claim.announced.v1",
    "accounts.account-pin.rotated.v1",
    "accounts.account-pin.issued.v1",
)


async def imported_pin(world) -> str:
    """Read the newest PIN of an imported account as notifications does."""
    said = await world.said(IMPORTED, ISSUED, "accounts.contest.upheld.v1")
    return world.opener.open(said[-1].data["sealed"], PinSecret).pin


@pytest.mark.item("O17")
@pytest.mark.parametrize("change", [str.lower, lambda pin: pin.replace("-", " "), lambda pin: f"  {pin} "])
async def test_pin_is_forgiven_case_spaces_and_dashes(world, change):
    vivian, jannee = await world.person(), await world.person()
    account = await firms.register(world, vivian)
    pin = change(await firms.pin_of(world, vivian, account["id"]))
    assert (await firms.join(world, jannee, pin)).json["role"] == "member"


@pytest.mark.item("O15", "decision 9")
async def test_rotated_pin_lets_nobody_in_and_the_new_one_does(world):
    account, vivian, _ = await firms.staffed(world, 0)
    former = await firms.pin_of(world, vivian, account["id"])
    reply = await world.as_(vivian).post(f"/v1/accounts/{account['id']}/pin")
    assert reply.json["pin"] not in (former, None)
    assert reply.json["pin"] == await firms.pin_of(world, vivian, account["id"])
    assert (await firms.join(world, await world.person(), former)).slug == "account-pin-not-accepted"
    assert (await firms.join(world, await world.person(), reply.json["pin"])).status == 200
    assert len(await world.said(ROTATED)) == 1


@pytest.mark.item("decision 9")
async def test_wrong_revoked_and_foreign_pins_are_answered_alike(world):
    """A PIN nobody has, one that was replaced, one of a licence, and one that cannot be: the same answer."""
    account, vivian, _ = await firms.staffed(world, 0)
    revoked = await firms.pin_of(world, vivian, account["id"])
    await world.as_(vivian).post(f"/v1/accounts/{account['id']}/pin")
    await world.load(JEAN)
    answers = []
    for pin in ("222-222-222", revoked, await world.pin(), "!", ""):
        reply = await firms.join(world, await world.person(), pin)
        told = {name: value for name, value in reply.json.items() if name != "instance"}
        answers.append((reply.status, told, sorted(set(reply.headers) - {"Date"})))
    assert all(answer == answers[0] for answer in answers), answers
    assert answers[0][0] == 422


async def test_pin_sealed_and_digested_under_a_former_key_still_opens_and_joins(world):
    account, vivian, _ = await firms.staffed(world, 0)
    pin = await firms.pin_of(world, vivian, account["id"])
    assert world.secrets.digests(pin)[0] == await world.pool.fetchval("select pin_digest from account")
    rotated = keyring.Keyring([randoms.token_bytes(32)])
    rotated._keys += world.secrets.pins._keys
    newer = type(world.secrets)(pins=rotated, sealer=world.secrets.sealer)
    assert pin == newer.show(await world.pool.fetchval("select pin_sealed from account"))
    joined = await joining.join(world.pool, newer, await world.person(), pin)
    assert (account["id"], False) == (str(joined.account), joined.manager)


@pytest.mark.item("O3", "O7")
async def test_first_with_the_pin_of_an_imported_account_is_its_manager_and_gets_its_applications(world):
    assert (await world.send(firms.roster(LMS_CORP))).json["created"] == 1
    madiee = await world.person()
    reply = await firms.join(world, madiee, await imported_pin(world))
    assert ("manager", EVERYTHING, "LMS Corp.") == (
        reply.json["role"],
        reply.json["account"]["rights"],
        reply.json["account"]["legal_name"],
    )
    account = (await world.as_(madiee).get(f"/v1/accounts/{reply.json['account']['id']}")).json
    assert ["A23-000123", "A24-000456"] == account["references"]
    (event,) = await world.said(CLAIMED)
    assert (["A23-000123", "A24-000456"], str(madiee)) == (event.data["references"], event.data["claimer"]["id"])


@pytest.mark.item("O7")
async def test_every_known_contact_is_told_of_a_claim_with_a_link_of_his_own(world):
    await world.send(firms.roster(LMS_CORP))
    await firms.join(world, await world.person(), await imported_pin(world))
    told = await world.said(ANNOUNCED)
    assert {"info@lmscorp.example.com", "vivian@lmscorp.example.com"} == {one.data["sent_to"] for one in told}
    tokens = {world.opener.open(one.data["sealed"], LinkSecret).token for one in told}
    assert len(tokens) == 2
    kept = {bytes(row["digest"]) for row in await world.pool.fetch("select digest from account_link")}
    assert all(token.encode() not in kept for token in tokens)
    dump = str(await world.pool.fetch("select l::text from account_link as l"))
    assert not [token for token in tokens if token in dump]


@pytest.mark.item("O7")
async def test_claim_by_twenty_persons_at_once_has_one_manager_and_the_others_have_no_right(world):
    await world.send(firms.roster(LMS_CORP))
    pin = await imported_pin(world)
    people = [await world.person() for _ in range(20)]
    found = await asyncio.gather(*(firms.join(world, person, pin) for person in people))
    assert Counter({"manager": 1, "member": 19}) == Counter(one.json["role"] for one in found)
    (event,) = await world.said(CLAIMED)
    winner = people[[one.json["role"] for one in found].index("manager")]
    assert (str(winner), [str(winner)]) == (event.data["claimer"]["id"], event.data["managers"])
    with_rights = await world.pool.fetchval("select count(*) from member where submit or pay or inspect or manage")
    assert with_rights == 1


@pytest.mark.item("O3")
async def test_operator_sends_another_pin_and_the_former_one_is_dead(world):
    await world.send(firms.roster(LMS_CORP))
    former = await imported_pin(world)
    (listed,) = (await world.as_operator().get("/v1/directory?state=unclaimed&name=lms")).json["accounts"]
    path = f"/v1/accounts/{listed['id']}/notice"
    assert (await world.as_operator().post(path)).status == 204
    assert (await firms.join(world, await world.person(), former)).slug == "account-pin-not-accepted"
    assert (await firms.join(world, await world.person(), await imported_pin(world))).json["role"] == "manager"
    assert (await world.as_operator().post(path)).slug == "account-already-claimed"


async def test_pin_of_an_account_is_shown_in_no_answer_but_the_managers(world):
    account, vivian, (jannee,) = await firms.staffed(world)
    pin = await firms.pin_of(world, vivian, account["id"])
    await firms.rights(world, vivian, account["id"], jannee, grant=["submit", "pay", "inspect", "upload", "templates"])
    for caller in (world.as_(jannee), world.as_operator(), world.as_(await world.person())):
        for path in ("", "/pin", "/members"):
            assert pin not in (await caller.get(f"/v1/accounts/{account['id']}{path}")).text
    assert all(pin not in one.model_dump_json() for one in await world.said())


@pytest.mark.item("decision 9")
@pytest.mark.timeout(900)
async def test_time_of_the_answer_tells_a_revoked_pin_not_from_one_that_never_was(world):
    """S4. By ranks of the times: 0.5 tells nothing. Judged where there are enough of them."""
    account, vivian, _ = await firms.staffed(world, 0)
    revoked = await firms.pin_of(world, vivian, account["id"])
    await world.as_(vivian).post(f"/v1/accounts/{account['id']}/pin")
    guesser, number = await world.person(), scorecard.count(20, 500)
    order, took = [True, False] * number, {True: [], False: []}
    random.shuffle(order)
    for is_revoked in order:
        await world.pool.execute("truncate throttle")
        pin, began = revoked if is_revoked else enumeration.no_pin(0), time.perf_counter()
        assert (await firms.join(world, guesser, pin)).slug == "account-pin-not-accepted"
        took[is_revoked].append(time.perf_counter() - began)
    found = enumeration.auc(took[True], took[False])
    scorecard.note("S4", "revoked PINs of accounts", 2 * number, auc=round(found, 3))
    assert not scorecard.FULL or 0.45 <= found <= 0.55
