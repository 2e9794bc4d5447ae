"""Claiming a licence with its PIN makes a surveyor (O3, O7, decision 11), and tells nothing else to anybody."""

from __future__ import annotations

import secrets

import pytest

from services.accounts import pins
from services.accounts.commands import licences as commands
from shared import ids
from shared.contracts.events import identity
from shared.crypto.keyring import Keyring
from tests.integration.accounts.conftest import CLAIRE, GRANTED, JEAN
from tests.support import web

WRONG = "222-222-222"


OF_EACH_REQUEST = ("date", "x-request-id", "x-correlation-id")


def told(reply: web.Reply) -> tuple:
    """What an answer tells, without what differs from request to request."""
    body = {name: value for name, value in reply.json.items() if name != "instance"}
    headers = {name: value for name, value in reply.headers.items() if name.lower() not in OF_EACH_REQUEST}
    return (reply.status, body, headers)


@pytest.fixture
async def jean(world):
    """A person whose licence is on the roster."""
    await world.load(JEAN)
    return await world.person()


@pytest.mark.item("O3", "O7")
async def test_claim_with_the_pin_of_the_notice_gives_the_licence(world, jean):
    reply = await world.claim(jean, await world.pin())
    assert (200, "5003", "active", str(jean)) == (
        reply.status, reply.json["matricule"], reply.json["status"], reply.json["holder"],
    )  # fmt: skip
    assert [reply.json] == (await world.as_(jean).get("/v1/licences/mine")).json["licences"]


async def test_claim_says_that_the_licence_was_granted_to_its_holder(world, jean):
    await world.claim(jean, await world.pin())
    (event,) = await world.said(GRANTED)
    assert (str(jean), "active", "5003") == (event.data["holder"], event.data["status"], event.data["matricule"])
    assert (2, f"user:{jean}") == (event.sequence, event.actor)


@pytest.mark.item("O17")
async def test_claim_forgives_case_spaces_and_dashes(world, jean):
    pin = await world.pin()
    assert (await world.claim(jean, f"  {pin.lower().replace('-', ' – ')} ")).status == 200


async def test_mine_of_a_person_without_a_licence_is_empty(world, jean):
    assert (await world.as_(jean).get("/v1/licences/mine")).json["licences"] == []


async def test_claim_with_wrong_used_replaced_suspended_and_malformed_pins_has_one_answer(world, jean):
    await world.load(CLAIRE, "5005;Alain;Proviste;aproviste@mandat.example.com;Québec;fr")
    used, replaced, suspended = await world.pin("5003"), await world.pin("5001"), await world.pin("5005")
    await world.claim(jean, used)
    await world.as_operator().post(f"/v1/licences/{(await world.licence('5001'))['id']}/pin")
    await world.change("suspend", (await world.licence("5005"))["id"])
    typed = [WRONG, used, replaced, suspended, "", "x", "x" * 200, "\x00" * 9, "é" * 9]
    replies = [await world.claim(await world.person(), pin) for pin in typed]
    assert (422, "pin-not-accepted") == (replies[0].status, replies[0].slug)
    assert [told(replies[0])] * len(typed) == [told(reply) for reply in replies]


@pytest.mark.parametrize("language", ["fr", "en"])
async def test_claim_with_a_wrong_pin_says_what_to_do_and_not_what_was_typed(world, jean, language):
    headers = {"Accept-Language": language}
    reply = await world.as_(jean).post("/v1/licences/claim", {"pin": WRONG}, headers=headers)
    assert WRONG not in reply.text
    assert {"fr": "NIP non accepté", "en": "PIN not accepted"}[language] == reply.json["title"]


async def test_claim_of_a_second_licence_is_refused_and_leaves_it_to_others(world, jean):
    await world.claim(jean, await world.pin())
    await world.load(CLAIRE)
    pin = await world.pin("5001")
    assert (await world.claim(jean, pin)).slug == "already-a-surveyor"
    assert (await world.claim(await world.person(), pin)).status == 200


async def test_claim_sent_twice_is_answered_as_done_and_gives_the_licence_once(world, jean):
    pin = await world.pin()
    first, second = await world.claim(jean, pin), await world.claim(jean, pin)
    assert (200, first.json) == (second.status, second.json)
    assert [2] == [event.sequence for event in await world.said(GRANTED)]
    assert (await world.claim(await world.person(), pin)).slug == "pin-not-accepted"


async def test_claim_by_a_surveyor_tells_nothing_of_the_pin(world, jean):
    await world.claim(jean, await world.pin())
    await world.load(CLAIRE)
    right, wrong = await world.claim(jean, await world.pin("5001")), await world.claim(jean, WRONG)
    assert told(right) == told(wrong)


async def test_claim_before_we_heard_of_the_person_is_to_be_tried_again_and_costs_nothing(world):
    await world.load(JEAN)
    stranger, pin = ids.uuid7(), await world.pin()
    replies = [await world.claim(stranger, pin) for _ in range(8)]
    assert {(503, "temporarily-unavailable")} == {(reply.status, reply.slug) for reply in replies}
    await world.says_identity(stranger)
    assert (await world.claim(stranger, pin)).status == 200


async def test_claim_before_the_address_is_verified_gives_nothing(world, jean):
    await world.says_identity(jean, identity.UserChanged, sequence=2, verified=False)
    assert (await world.claim(jean, await world.pin())).status == 503
    assert (await world.licence())["holder"] is None


async def test_claim_is_done_in_person_only(world, jean):
    acting = web.Api(world.base, world.issuer.acting(delegator=jean, delegate=ids.uuid7()))
    application = web.Api(world.base, world.issuer.application())
    body = {"pin": await world.pin()}
    slugs = [
        (await caller.post("/v1/licences/claim", body)).slug for caller in (acting, application, web.Api(world.base))
    ]
    assert ["in-person-only", "not-permitted", "sign-in-required"] == slugs


async def test_claim_by_one_person_shows_nothing_of_it_to_another(world, jean):
    await world.claim(jean, await world.pin())
    assert (await world.as_(await world.person()).get("/v1/licences/mine")).json["licences"] == []


async def test_claim_with_a_pin_from_before_the_keys_were_rotated_is_accepted(world, jean):
    old, new = secrets.token_bytes(32), secrets.token_bytes(32)
    digest, shown, _ = pins.Secrets(pins=Keyring([old]), sealer=world.secrets.sealer).new_pin()
    await world.pool.execute("update licence set pin_digest = $1, pin_sealed = $2", digest, shown)
    rotated = pins.Secrets(pins=Keyring([new, old]), sealer=world.secrets.sealer)
    pin = Keyring([old]).open(shown, pins.PURPOSE).decode()
    assert (await commands.claim(world.pool, rotated, jean, pin))["holder"] == jean


async def test_claim_ends_the_pin_itself(world, jean):
    await world.claim(jean, await world.pin())
    assert (await world.pool.fetchval("select num_nonnulls(pin_digest, pin_sealed) from licence")) == 0
