"""An identifier ends while its person still has a token, or something under way."""

from __future__ import annotations

import pytest

from shared.contracts.events import identity
from tests.integration.accounts import firms
from tests.integration.accounts.conftest import JEAN
from tests.integration.accounts.test_disputes import PASS, WHY, ask, decide, orphaned


async def gone(world, person):
    """Let identity say that a person was removed."""
    await world.says_identity(person, identity.UserRemoved, 9, verified=False)


async def test_person_who_was_removed_registers_no_account_with_a_token_that_still_lives(world):
    person = await world.person()
    await gone(world, person)
    reply = await world.as_(person).post("/v1/accounts", firms.FORM)
    assert (401, "sign-in-required") == (reply.status, reply.slug)
    assert await world.pool.fetchval("select count(*) from member") == 0


@pytest.mark.item("O14")
async def test_take_over_of_who_is_removed_meanwhile_is_withdrawn_and_makes_nobody_manager(world):
    account, _, pin = await orphaned(world)
    asker, odile, omer = await world.person(), await world.person(), await world.person()
    takeover = (await world.as_(asker).post("/v1/takeovers", {"pin": pin, **WHY})).json["id"]
    await world.pool.execute(PASS)
    assert (await decide(world, odile, takeover, "decision", "approve")).status == 204
    await gone(world, asker)
    assert (await decide(world, omer, takeover, "confirmation", "confirm")).slug == "takeover-ended"
    (listed,) = (await world.as_operator().get("/v1/takeovers")).json["takeovers"]
    assert ("withdrawn", takeover) == (listed["state"], listed["id"])
    (said,) = await world.said("accounts.takeover.withdrawn.v1")
    assert (account, "") == (said.data["id"], said.data["asked_by"]["email"])


@pytest.mark.item("O14")
async def test_member_who_asked_to_take_over_and_is_removed_leaves_both(world):
    account, jannee, _ = await orphaned(world)
    assert (await ask(world, jannee, account)).status == 201
    await gone(world, jannee)
    said = [one.type for one in await world.said("accounts.takeover.withdrawn.v1", "accounts.member.left.v1")]
    assert ["accounts.takeover.withdrawn.v1", "accounts.member.left.v1"] == said


@pytest.mark.item("decision 11")
async def test_licence_of_who_is_removed_waits_for_another_pin_and_another_holder(world):
    await world.load(JEAN)
    jean, other = await world.person(), await world.person()
    licence = (await world.claim(jean, await world.pin())).json["id"]
    await gone(world, jean)
    (said,) = await world.said("accounts.licence.released.v1")
    assert (None, "unclaimed", 3) == (said.data["holder"], said.data["status"], said.sequence)
    assert (await world.as_operator().post(f"/v1/licences/{licence}/pin")).status == 200
    reply = await world.claim(other, await world.pin())
    assert (200, str(other)) == (reply.status, reply.json["holder"])


async def test_licence_is_not_granted_to_who_was_removed(world):
    await world.load(JEAN)
    person = await world.person()
    await gone(world, person)
    assert (await world.claim(person, await world.pin())).status in (401, 503)
    assert (await world.licence())["holder"] is None
