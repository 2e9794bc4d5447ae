"""What is answered about rights in a business account at a moment of the past is what was answered at that moment."""

from __future__ import annotations

import random
import secrets
from datetime import timedelta
from itertools import product
from urllib.parse import urlsplit
from uuid import UUID

import asyncpg
import pytest

from shared.contracts.events import identity
from shared.contracts.events.companies import Right
from tests.integration.accounts import firms
from tests.integration.accounts.test_account_decisions import question

RIGHTS = [right.value for right in Right]


async def clock(world):
    return await world.pool.fetchval("select clock_timestamp()")


async def answers(world, people, account, **context):
    """Ask everybody's every right; the refusals too must be those of the moment."""
    found = [await firms.decide(world, *one, **context) for one in product(people, [account], RIGHTS)]
    return [(one["decision"], one["context"]["slug"]) for one in found]


async def accounts_of(world, person, **query):
    reply = await world.as_application().get(f"/v1/people/{person}/accounts", params=query)
    return [(one["id"], one["rights"]) for one in reply.json["accounts"]]


async def step(world, chance, account, manager, people):
    """Let the manager remove somebody, let somebody join, or change his rights."""
    person = chance.choice(people)
    if chance.random() < 0.3:
        await firms.remove(world, manager, account, person)
    elif chance.random() < 0.4:
        await firms.join(world, person, await firms.pin_of(world, manager, account))
    else:
        some = chance.sample(RIGHTS[1:], 2)
        await firms.rights(world, manager, account, person, grant=some[:1], withdraw=some[1:])


@pytest.mark.parametrize("seed", range(3))
async def test_decision_and_list_as_of_a_moment_are_those_given_at_that_moment(world, seed):
    account, manager, people = await firms.staffed(world, 2)
    chance, given = random.Random(seed), []
    for _ in range(8):
        await step(world, chance, account["id"], manager, people)
        lists = [await accounts_of(world, one) for one in people]
        given.append((await clock(world), await answers(world, people, account["id"]), lists))
    for moment, decided, lists in given:
        as_of = moment.isoformat()
        assert decided == await answers(world, people, account["id"], as_of=as_of)
        assert lists == [await accounts_of(world, one, as_of=as_of) for one in people]
    assert len({str(decided) for _, decided, _ in given}) > 2, "the history is one"


async def test_person_whose_identifier_ended_had_his_rights_until_then(world):
    account, manager, (jannee,) = await firms.staffed(world)
    await firms.rights(world, manager, account["id"], jannee, grant=["pay"])
    then = (await clock(world)).isoformat()
    for person in (jannee, manager):
        await world.says_identity(person, identity.UserRemoved, 2, verified=False)
        assert "not-a-member" == (await firms.decide(world, person, account["id"], "pay"))["context"]["slug"]
        assert (await firms.decide(world, person, account["id"], "pay", as_of=then))["decision"]
        assert [account["id"]] == [one for one, _ in await accounts_of(world, person, as_of=then)]


async def test_member_was_none_before_he_joined(world):
    before = (await clock(world)).isoformat()
    account, _, (jannee,) = await firms.staffed(world)
    answer = await firms.decide(world, jannee, account["id"], "pay", as_of=before)
    assert "not-a-member" == answer["context"]["slug"]


async def test_being_there_is_no_change_of_rights(world):
    account, manager, _ = await firms.staffed(world, 0)
    await world.pool.execute("update member set seen_at = seen_at - interval '2 days'")
    await firms.pin_of(world, manager, account["id"])
    assert 0 == await world.pool.fetchval("select count(*) from member_past")


async def test_running_service_keeps_what_was_and_cannot_change_it(world, postgres):
    account, _, _ = await firms.staffed(world)
    owner = await asyncpg.connect(postgres.dsn(urlsplit(world.pool.dsn).path[1:]))
    role, place = f"running_{secrets.token_hex(4)}", "member where account_id = $1"
    try:
        await owner.execute(f"create role {role}; grant select, update, delete on member to {role}; set role {role}")
        await owner.execute(f"delete from {place} and not manage", UUID(account["id"]))
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await owner.execute("update member_past set pay = true")
    finally:
        await owner.execute(f"reset role; drop owned by {role}; drop role {role}")
        await owner.close()
    assert 1 == await world.pool.fetchval("select count(*) from member_past")


async def test_what_is_not_past_or_is_no_time_is_refused(world):
    account, manager, _ = await firms.staffed(world, 0)
    future = (await clock(world) + timedelta(hours=1)).isoformat()
    for moment in (future, "yesterday", "2026-11-26T09:00:00", 17, "0001-01-01T00:00:00+14:00"):
        answer = await firms.decide(world, manager, account["id"], "pay", as_of=moment)
        assert (False, "account-moment-not-past") == (answer["decision"], answer["context"]["slug"])
    reply = await world.as_application().get(f"/v1/people/{manager}/accounts", params={"as_of": future})
    assert (422, "account-moment-not-past") == (reply.status, reply.slug)


async def test_batch_mixes_now_and_then(world):
    account, manager, (jannee,) = await firms.staffed(world)
    await firms.rights(world, manager, account["id"], jannee, grant=["pay"])
    moment = (await clock(world)).isoformat()
    await firms.remove(world, manager, account["id"], jannee)
    body = question(jannee, account["id"], evaluations=[{}, {"context": {"as_of": moment}}, {}])
    answer = await world.as_application().post("/access/v1/evaluations", body)
    assert [False, True, False] == [one["decision"] for one in answer.json["evaluations"]]


async def test_person_gets_the_rights_that_he_had_before(world):
    account, manager, (jannee,) = await firms.staffed(world)
    await firms.rights(world, manager, account["id"], jannee, grant=["pay"])
    await firms.remove(world, manager, account["id"], jannee)
    sections = (await world.as_(jannee).get("/v1/my-data")).json["sections"]
    (found,) = [one["entries"] for one in sections if one["name"] == "former_memberships"]
    assert [(account["id"], True), (account["id"], False)] == [(one["id"], one["pay"]) for one in found]
