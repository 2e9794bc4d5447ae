"""What must hold when everything happens at once (reliability §C6, I2, S9, S10)."""

from __future__ import annotations

import asyncio
from collections import Counter
from datetime import UTC, datetime

import pytest

from services.delegation import commands
from shared.contracts.events import identity
from tests.integration.delegation.conftest import Somebody

ADDED, REMOVED = "delegation.delegate.added.v1", "delegation.delegate.removed.v1"
STARTED = "delegation.acting.started.v1"
ACTIVE = "select count(*) from delegation where removed_at is null"


async def add(world, surveyor, delegate):
    reply = await world.as_(surveyor).post("/v1/delegates", {"delegate": str(delegate.id)})
    return reply.status if reply.status == 201 else reply.slug


async def test_same_delegate_added_from_20_connections_is_added_once(world, jean, edith):
    found = await asyncio.gather(*(add(world, jean, edith) for _ in range(20)))
    assert Counter({"already-a-delegate": 19, 201: 1}) == Counter(found)
    assert await world.pool.fetchval(ACTIVE) == 1
    assert len(await world.said(ADDED)) == 1


@pytest.mark.item("Q24")
async def test_first_ever_rule_holds_for_20_different_delegates_at_once(world, jean):
    """With an old password none of them may be the first."""
    people = [Somebody(f"u{number}", "Eve", f"Roy{number}") for number in range(20)]
    await world.know(*people)
    caller = world.with_old_password(jean)
    replies = await asyncio.gather(*(caller.post("/v1/delegates", {"delegate": str(one.id)}) for one in people))
    assert {"password-change-required"} == {reply.slug for reply in replies}


async def test_adding_and_removing_at_once_keeps_one_active_row_and_one_event_each(world, jean, edith):
    async def keep_adding():
        return [await add(world, jean, edith) for _ in range(15)]

    async def keep_removing():
        statuses = []
        for _ in range(15):
            rows = (await world.as_(jean).get("/v1/delegates")).json["delegates"]
            statuses += [(await world.as_(jean).delete(f"/v1/delegates/{row['id']}")).status for row in rows]
        return statuses

    results = await asyncio.gather(*(keep_adding() for _ in range(3)), *(keep_removing() for _ in range(3)))
    added = [status for one in results[:3] for status in one]
    removed = [status for one in results[3:] for status in one]

    assert set(added) <= {201, "already-a-delegate"}
    assert set(removed) <= {204, 404}
    rows = await world.pool.fetchval("select count(*) from delegation")
    assert rows == added.count(201) == len(await world.said(ADDED))
    assert removed.count(204) == len(await world.said(REMOVED)) > 0
    assert await world.pool.fetchval(ACTIVE) == rows - removed.count(204) <= 1


@pytest.mark.item("Q7")
async def test_nothing_is_allowed_by_a_question_asked_after_the_removal_was_answered(world, jean, edith):
    """S9 in the owning service: under load, decisions and tokens asked for after the answer are all refused."""
    for _ in range(10):
        await _revoke_under_load(world, jean, edith)


async def _revoke_under_load(world, jean, edith):
    delegation = await world.add(jean, edith)
    revoked, done = asyncio.Event(), asyncio.Event()
    before, after = Counter(), Counter()

    async def keep_asking(ask):
        while not done.is_set():
            counts = after if revoked.is_set() else before
            counts[await ask()] += 1

    async def decision():
        return (await world.decide(edith, jean))["decision"]

    async def token():
        return (await world.exchange(edith, jean)).status == 200

    async def revoke():
        await _until_told(before)
        await world.remove(jean, delegation)
        revoked.set()
        await _until_told(after)
        done.set()

    await asyncio.gather(*(keep_asking(decision) for _ in range(4)), *(keep_asking(token) for _ in range(3)), revoke())
    assert before[True] > 0
    assert after[False] > 0
    assert after[True] == 0


async def test_tokens_asked_for_at_once_say_once_that_acting_started_and_never_deadlock(world, jean, edith):
    await world.add(jean, edith)
    replies = await asyncio.gather(*(world.exchange(edith, jean) for _ in range(20)))
    assert {200} == {reply.status for reply in replies}
    assert len(await world.said(STARTED)) == 1


async def test_suspension_and_reinstatement_under_load_end_open(world, jean, edith):
    await world.add(jean, edith)

    async def keep_exchanging():
        return {(await world.exchange(edith, jean)).slug for _ in range(10)}

    async def flicker():
        for _ in range(5):
            await world.suspend(jean)
            await world.reinstate(jean)
        return {None}

    found = await asyncio.gather(*(keep_exchanging() for _ in range(4)), flicker())
    assert set().union(*found) <= {None, "licence-suspended"}
    assert (await world.decide(edith, jean))["decision"] is True


async def test_removal_waits_for_a_token_being_issued_and_ends_it(world, jean, edith):
    """A row shared by a token's transaction is not ended under it; the one after is refused."""
    delegation = await world.add(jean, edith)
    async with world.pool.transaction() as connection:
        await connection.fetchrow("select 1 from delegation for share")
        removal = asyncio.ensure_future(world.remove(jean, delegation))
        await asyncio.sleep(0.1)
        assert not removal.done()
    await removal
    assert (await world.exchange(edith, jean)).slug == "no-delegation"


@pytest.mark.parametrize("acted_before", [True, False])
async def test_token_waits_for_a_removal_under_way_and_is_refused(world, jean, edith, acted_before):
    await world.add(jean, edith)
    if acted_before:
        await world.exchange(edith, jean)
    async with world.pool.transaction() as connection:
        await connection.execute("update delegation set removed_at = now() + interval '1 s', version = version + 1")
        token = asyncio.ensure_future(world.exchange(edith, jean))
        await asyncio.sleep(0.1)
        assert not token.done()
    assert (await token).slug == "no-delegation"


async def test_token_waits_for_a_suspension_under_way_and_is_refused(world, jean, edith):
    await world.add(jean, edith)
    async with world.pool.transaction() as connection:
        await connection.execute("update licence set status = 'suspended', version = version + 1")
        token = asyncio.ensure_future(world.exchange(edith, jean))
        await asyncio.sleep(0.1)
        assert not token.done()
    assert (await token).slug == "licence-suspended"
    assert await world.said(STARTED) == []


async def _until_told(counts):
    async with asyncio.timeout(30):
        while sum(counts.values()) < 5:
            await asyncio.sleep(0.005)


def forgotten(person):
    return identity.UserRemoved.model_validate(person.user(verified=False))


@pytest.mark.parametrize("who", ["surveyor", "delegate"])
async def test_designation_made_while_one_of_both_is_forgotten_ends_with_him(world, jean, edith, who):
    async with world.pool.transaction() as connection:
        await commands.add_delegate(connection, jean.id, edith.id, datetime.now(UTC))
        hearing = asyncio.create_task(world.hear(forgotten(jean if who == "surveyor" else edith), 9))
        await asyncio.sleep(0.3)  # the removal is there, and waits
    await hearing
    assert await world.pool.fetchval(ACTIVE) == 0


@pytest.mark.parametrize(("who", "problem"), [("surveyor", "not-a-delegator"), ("delegate", "candidate-not-found")])
@pytest.mark.parametrize("before", [0, 1])
async def test_designation_asked_for_while_one_of_both_is_forgotten_is_refused(
    world, jean, edith, pierre, who, problem, before
):
    """Also where the surveyor had a delegate before, whose next ones are designated many at once."""
    for other in [pierre] * before:
        await world.add(jean, other)
    async with world.pool.transaction() as connection:
        await commands.forget_person(connection, forgotten(jean if who == "surveyor" else edith), 9)
        asking = asyncio.create_task(add(world, jean, edith))
        await asyncio.sleep(0.3)
    assert await asking == problem
    assert await world.pool.fetchval("select count(*) from delegation where delegate_id = $1", edith.id) == 0
