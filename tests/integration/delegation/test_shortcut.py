"""Designations that wait are written in one statement, and what is in the way of one is decided the ordinary way."""

from __future__ import annotations

import asyncio
from collections import Counter

import pytest

from services.delegation import commands, store
from shared.db.pool import Unavailable
from shared.messaging import outbox
from shared.web import idempotency
from tests.integration.delegation.conftest import Somebody

ADDED = "delegation.delegate.added.v1"
COUNT = "select (select count(*) from delegation), (select count(*) from outbox), (select count(*) from idempotency)"


@pytest.fixture
def ordinary(monkeypatch):
    """The designations that went the ordinary way, by surveyor."""
    seen = []
    add = commands.add_delegate

    async def counted(connection, delegator, *more):
        seen.append(delegator)
        return await add(connection, delegator, *more)

    monkeypatch.setattr(commands, "add_delegate", counted)
    return seen


@pytest.fixture
async def people(world):
    """Ten who may be designated."""
    found = [Somebody(f"u{number}", "Eve", f"Roy{number}") for number in range(10)]
    await world.know(*found)
    return found


@pytest.fixture
async def jean_again(world, jean, people, ordinary):
    """Jean, who has had a delegate before."""
    await world.add(jean, people[9])
    ordinary.clear()
    return jean


def designate(world, surveyor, person, key=None):
    headers = {"Idempotency-Key": key} if key else {}
    return world.as_(surveyor).post("/v1/delegates", {"delegate": str(person.id)}, headers=headers)


async def counts(world):
    return list(await world.pool.fetchrow(COUNT))


async def test_first_designation_ever_goes_the_ordinary_way_and_the_next_ones_together(world, jean, people, ordinary):
    await world.add(jean, people[0])
    assert ordinary == [jean.id]
    replies = await asyncio.gather(*(designate(world, jean, one) for one in people[1:]))
    assert [201] * 9 == [reply.status for reply in replies]
    assert ordinary == [jean.id]
    assert [10, 10, 0] == await counts(world)


async def test_answer_and_event_are_those_of_the_ordinary_way(world, jean_again, people):
    reply = await designate(world, jean_again, people[0])
    before, after = await world.said(ADDED)
    assert after.sequence == 1
    assert before.data | {name: after.data[name] for name in ("id", "delegate", "added_at")} == after.data
    listed = (await world.as_(jean_again).get("/v1/delegates")).json["delegates"]
    assert reply.json in listed
    assert (before.actor, before.source) == (after.actor, after.source)


async def test_designation_repeated_with_its_key_gets_the_same_answer_once(world, jean_again, people):
    replies = [await designate(world, jean_again, people[0], "k") for _ in range(3)]
    assert [replies[0].text] * 3 == [reply.text for reply in replies]
    assert [None, "true", "true"] == [reply.headers.get("Idempotency-Replayed") for reply in replies]
    assert [2, 2, 1] == await counts(world)


async def test_twins_with_one_key_at_once_are_one_designation_with_one_answer(world, jean_again, people):
    replies = await asyncio.gather(*(designate(world, jean_again, people[0], "k") for _ in range(8)))
    assert {(201, replies[0].text)} == {(reply.status, reply.text) for reply in replies}
    assert [2, 2, 1] == await counts(world)


async def test_key_used_for_another_request_is_refused(world, jean_again, people):
    await designate(world, jean_again, people[0], "k")
    reply = await designate(world, jean_again, people[1], "k")
    assert reply.slug == "idempotency-key-reused"
    assert [2, 2, 1] == await counts(world)


async def test_key_taken_in_the_same_moment_fails_its_own_request_alone(world, jean_again, people):
    caller, route = f"user:{jean_again.id}", "POST delegation/v1/delegates"
    async with world.pool.transaction() as other:
        await idempotency.begin(other, idempotency.Key(caller, route, "k", b"another request"))
        asked = [asyncio.create_task(designate(world, jean_again, one, "k")) for one in people[:1]]
        asked += [asyncio.create_task(designate(world, jean_again, one, one.username)) for one in people[1:5]]
        await asyncio.sleep(0.3)
    replies = await asyncio.gather(*asked)
    assert ["idempotency-key-reused"] + [201] * 4 == [one.slug or one.status for one in replies]
    assert [5, 5, 5] == await counts(world)


async def test_surveyor_whose_row_is_held_holds_up_nobody_else(world, jean_again, claire, people, ordinary):
    await world.add(claire, people[9])
    async with world.pool.transaction() as other:
        await store.lock_delegator(other, jean_again.id)
        held = asyncio.create_task(designate(world, jean_again, people[0]))
        assert [201] * 5 == [(await designate(world, claire, one)).status for one in people[:5]]
        assert not held.done()
    assert (await held).status == 201
    assert Counter(ordinary)[jean_again.id] == 1


async def test_licence_suspended_after_it_was_read_lets_nothing_be_written(world, jean_again, people):
    (standing,) = await store.list_standings(world.pool, [(jean_again.id, people[0].id)])
    added = commands.delegation_of(standing, jean_again.id, people[0].id)
    asked = store.Designation(added, standing.facts.licence, outbox.row(added, sequence=1), idempotency.Row())
    await world.suspend(jean_again)
    assert [False] == await store.insert_designations(world.pool, [asked])
    assert [1, 1, 0] == await counts(world)
    await world.reinstate(jean_again)
    assert [True, False] == await store.insert_designations(world.pool, [asked, asked._replace(added=_again(added))])
    assert [2, 2, 0] == await counts(world)


def _again(added):
    return added.model_copy(update={"id": added.delegate.id})


@pytest.mark.parametrize(("key", "status"), [("k", 201), (None, 503)])
async def test_designation_whose_answer_is_lost_is_written_once(world, jean_again, people, monkeypatch, key, status):
    fetch = world.pool.fetch

    async def lost(sql, *args):
        found = await fetch(sql, *args)
        if sql == store.SQL["insert_designations"]:
            raise Unavailable("lost while committing")
        return found

    monkeypatch.setattr(world.pool, "fetch", lost)
    assert status == (await designate(world, jean_again, people[0], key)).status
    assert [2, 2, 1 if key else 0] == await counts(world)


@pytest.mark.parametrize("problem", ["already-a-delegate", "cannot-delegate-to-oneself", "candidate-not-found"])
async def test_what_is_in_the_way_is_told_as_ever(world, jean_again, people, problem):
    nobody = Somebody("nobody", "Per", "Sonne")
    asked = {"already-a-delegate": people[9], "cannot-delegate-to-oneself": jean_again, "candidate-not-found": nobody}
    assert problem == (await designate(world, jean_again, asked[problem], "k")).slug
    assert [1, 1, 0] == await counts(world)
