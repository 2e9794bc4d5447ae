"""R8, I2: copies in any order leave the state that one of each in order leaves, and only one of twenty designates."""

from __future__ import annotations

import asyncio
import random
from uuid import UUID

import asyncpg
import pytest

from services.delegation import commands, subscribers
from services.delegation.app import AREA
from shared import ids, substrate
from shared.contracts.envelope import Envelope
from shared.contracts.events import accounts, identity
from shared.contracts.problems import delegation as problems
from shared.crypto import signing
from shared.db.pool import Pool
from shared.messaging.bus import Delivery
from shared.messaging.consumer import Consumer
from tests.chaos import scorecard

WINDOW = 50
COPIES = 3
PEOPLE = 6
STATE = """
select 'person', id::text, username, version from person union all
select 'licence', id::text, status, version from licence order by 1, 2
"""
EMPTY = "truncate person, licence, delegator, delegation, inbox, retry, crash_guard, outbox cascade"


@pytest.fixture
async def pool(database):
    made = await Pool.open(await database(*substrate.AREAS, AREA, signing.AREA), name="test", size=24)
    yield made
    await made.close()


def said(event, sequence: int) -> Delivery:
    envelope = Envelope.model_validate(
        {
            "id": ids.uuid7(),
            "source": "/" + event.type.split(".", maxsplit=1)[0],
            "type": event.type,
            "subject": event.subject(),
            "time": "2026-11-24T12:00:00Z",
            "data": event.model_dump(mode="json"),
            "sequence": sequence,
        }
    )
    return Delivery(envelope.to_json(), str(envelope.id), 0)


def a_person(number: int, sequence: int, person: UUID, kind=identity.UserChanged):
    """Give what identity says of a person at one version."""
    facts = {
        "username": f"user{number}v{sequence}",
        "email": f"user{number}@example.com",
        "verified": sequence > 1,
        "operator": False,
    }
    return kind(id=person, first_name="Ada", last_name=f"Roy{number}", language="fr", **facts)


def a_licence(number: int, sequence: int, licence: UUID, holder: UUID):
    """Give what accounts says of a licence at one version: suspended and reinstated in turn."""
    facts = {"matricule": str(1000 + number), "first_name": "Ada", "last_name": "Roy", "email": "ada@example.com"}
    kind, status = (accounts.LicenceSuspended, "suspended") if sequence % 2 else (accounts.LicenceReinstated, "active")
    return kind(id=licence, holder=holder, status=status, office="Québec", language="fr", reason="", **facts)


def history() -> list[Delivery]:
    """Make what identity and accounts say of some people, in order."""
    people = [(number, ids.uuid7(), ids.uuid7()) for number in range(PEOPLE)]
    return [
        said(event, sequence)
        for sequence in range(1, 6)
        for number, person, licence in people
        for event in (a_person(number, sequence, person), a_licence(number, sequence, licence, person))
    ]


def shuffled(history: list[Delivery], seed: int) -> list[Delivery]:
    """Give each delivery three times, each copy up to 50 places from where it was."""
    chance = random.Random(seed)
    copies = [(place + chance.uniform(0, WINDOW), one) for place, one in enumerate(history) for _ in range(COPIES)]
    return [one for _, one in sorted(copies, key=lambda pair: pair[0])]


async def state_after(pool: Pool, deliveries: list[Delivery], batch: int = 20) -> list[tuple]:
    consumer = Consumer("delegation", pool, subscribers.SUBSCRIPTIONS)
    async with pool.connection() as connection:
        await connection.execute(EMPTY)
    for start in range(0, len(deliveries), batch):
        await consumer.receive(deliveries[start : start + batch])
    assert await pool.fetchval("select count(*) from retry") == 0
    return [tuple(row) for row in await pool.fetch(STATE)]


@pytest.mark.slow
@pytest.mark.timeout(900)
async def test_delegation_that_hears_copies_in_any_order_knows_what_it_would_know_in_order(pool):
    one = history()
    wanted = await state_after(pool, one)
    for seed in range(times := scorecard.count(100, 1000)):
        assert await state_after(pool, shuffled(one, seed)) == wanted, seed
    scorecard.note("R8", "three copies, shuffled within 50", times, other_states=0)


async def test_delegation_whose_projection_takes_the_last_to_come_ends_in_another_state(pool, monkeypatch):
    from services.delegation import store

    names = ("upsert_person", "upsert_licence")
    naive = {name: store.SQL[name].rpartition("where excluded.version")[0] for name in names}
    monkeypatch.setattr(store, "SQL", {**store.SQL, **naive})
    one = history()
    wanted = await state_after(pool, one)
    other = [seed for seed in range(3) if await state_after(pool, shuffled(one, seed)) != wanted]
    assert other != []
    scorecard.note("R8", "control: the last to come wins", 3, other_states=len(other))


async def twenty_at_once(pool: Pool, times: int) -> list[int]:
    """Designate the same delegate from twenty connections; give the numbers of those told that they did."""
    surveyor, delegate = ids.uuid7(), ids.uuid7()
    consumer = Consumer("delegation", pool, subscribers.SUBSCRIPTIONS)
    licence = a_licence(1, 2, ids.uuid7(), surveyor)
    await consumer.receive([said(a_person(1, 2, surveyor), 2), said(a_person(2, 2, delegate), 2), said(licence, 2)])

    async def designate() -> bool:
        try:
            async with pool.transaction() as connection:
                now = await connection.fetchval("select now()")
                await commands.add_delegate(connection, surveyor, delegate, now)
        except (problems.AlreadyADelegate, asyncpg.UniqueViolationError):
            return False
        return True

    told = []
    for _ in range(times):
        told.append(sum(await asyncio.gather(*(designate() for _ in range(20)))))
        await pool.execute("update delegation set removed_at = clock_timestamp() where removed_at is null")
    return told


@pytest.mark.slow
@pytest.mark.timeout(900)
async def test_add_delegate_from_twenty_connections_at_once_has_one_winner_and_one_event(pool):
    told = await twenty_at_once(pool, times := scorecard.count(50, 500))
    events = await pool.fetchval("select count(*) from outbox where type = 'delegation.delegate.added.v1'")
    assert (set(told), events) == ({1}, times)
    scorecard.note("I2", "same delegate from 20 connections", times * 20, active_rows=1, events_each=1)


async def test_add_delegate_without_the_lock_and_the_index_has_several_winners(pool, monkeypatch):
    from services.delegation import store

    await pool.execute("drop index delegation_active")
    insert = store.SQL["insert_delegation"]
    found = "on conflict (delegator_id, delegate_id) where removed_at is null do nothing"
    assert found in insert
    naive = {
        "lock_delegator": "insert into delegator (id) values ($1) on conflict (id) do nothing",
        "insert_delegation": insert.replace(found, ""),
    }
    monkeypatch.setattr(store, "SQL", {**store.SQL, **naive})
    told = await twenty_at_once(pool, 3)
    assert max(told) > 1
    scorecard.note("I2", "control: no lock, no index", 60, winners=max(told))
