"""The outbox, on PostgreSQL."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import asyncpg
import pytest

from shared import requests, substrate
from shared.contracts.envelope import Envelope
from shared.db import migrate
from shared.messaging import cleaning, outbox, relay
from shared.messaging.outbox import SQL
from tests.support import messaging as support


async def said(pool) -> Envelope:
    return Envelope.model_validate_json(await pool.fetchval("select envelope::text from outbox"))


async def test_emit_outside_a_transaction_is_refused(source):
    async with source.connection() as connection:
        with pytest.raises(RuntimeError, match="transaction"):
            await outbox.emit(connection, support.CounterRaised(id=uuid4(), value=1), sequence=1)


async def emit_in_one_transaction(pool, *events, then: Exception | None = None) -> None:
    async with pool.transaction() as connection:
        for event in events:
            await outbox.emit(connection, event, sequence=1)
        if then:
            raise then


async def test_emit_in_a_transaction_that_rolls_back_says_nothing(source):
    with pytest.raises(ZeroDivisionError):
        await emit_in_one_transaction(source, support.CounterRaised(id=uuid4(), value=1), then=ZeroDivisionError())
    assert await support.unsent(source) == 0


async def test_emit_carries_the_origin_of_the_work(source):
    origin = requests.Origin(
        correlation_id="c-1", causation_id="e-1", traceparent="00-1-2-01", actor="user:1", on_behalf_of="user:2"
    )
    with requests.working_for(origin):
        await support.raise_counter(source, uuid4())
    one = await said(source)
    assert (one.correlationid, one.causationid, one.traceparent, one.actor, one.onbehalfof) == (
        "c-1", "e-1", "00-1-2-01", "user:1", "user:2",
    )  # fmt: skip


async def test_emit_says_the_time_of_the_database(source):
    before = await source.fetchval("select clock_timestamp()")
    await support.raise_counter(source, uuid4())
    after = await source.fetchval("select clock_timestamp()")
    assert before <= (await said(source)).time <= after


async def test_emit_says_the_time_in_rfc_3339_and_utc(source):
    await support.raise_counter(source, uuid4())
    text = await source.fetchval("select envelope ->> 'time' from outbox")
    assert datetime.strptime(text, "%Y-%m-%dT%H:%M:%S.%fZ").replace(tzinfo=UTC) == (await said(source)).time


async def test_emit_names_the_aggregate_and_its_version(source):
    counter = uuid4()
    await support.raise_counter(source, counter)
    one = await said(source)
    assert (one.subject, one.sequence, one.source) == (f"counter/{counter}", 1, "/counting")


async def test_emit_the_same_version_of_an_aggregate_twice_is_refused(source):
    event = support.CounterRaised(id=uuid4(), value=1)
    with pytest.raises(asyncpg.UniqueViolationError):
        await emit_in_one_transaction(source, event, event)


async def test_emit_wakes_a_listener_when_the_transaction_commits(source):
    woken = asyncio.Event()
    listener = await source.connect()
    await listener.add_listener(outbox.CHANNEL, lambda *_: woken.set())
    await support.raise_counter(source, uuid4())
    async with asyncio.timeout(2):
        await woken.wait()
    await listener.close()


async def test_backlog_tells_how_many_wait_and_for_how_long(source):
    await support.raise_counter(source, uuid4())
    await support.raise_counter(source, uuid4())
    backlog = await relay.backlog(source)
    assert (backlog["unsent"], 0 <= backlog["oldest_seconds"] < 60, backlog["parked"]) == (2, True, 0)


async def test_clean_forgets_what_was_sent_over_a_week_ago_and_nothing_else(source):
    kept = [await support.raise_counter(source, uuid4()) for _ in range(3)]
    await source.execute("update outbox set sent_at = now() - interval '8 days' where event_id = $1", kept[0])
    await source.execute("update outbox set sent_at = now() - interval '6 days' where event_id = $1", kept[1])
    await cleaning.clean(source)
    rows = await source.fetch("select event_id from outbox order by id")
    assert [row["event_id"] for row in rows] == kept[1:]


async def test_clean_with_more_than_a_batch_to_forget_forgets_all(source, monkeypatch):
    monkeypatch.setattr(cleaning, "BATCH", 2)
    consumer = support.hearing("first", source)
    await consumer.receive([support.delivery(support.envelope()) for _ in range(5)])
    await source.execute("update inbox set taken_at = now() - $1::interval", timedelta(days=31))
    await cleaning.clean(source)
    assert await source.fetchval("select count(*) from inbox") == 0


async def test_every_query_of_messaging_is_understood_by_the_database(source):
    await migrate.migrate(source.dsn, substrate.AREAS)  # who is forgotten is forgotten in kept answers too
    async with source.connection() as connection:
        for name in SQL:
            await connection.prepare(SQL[name])


async def test_emit_many_says_all_in_their_order(source):
    counter, other = uuid4(), uuid4()
    async with source.transaction() as connection:
        said = [(support.CounterRaised(id=counter, value=version), version) for version in range(1, 4)]
        await outbox.emit_many(connection, [*said, (support.CounterRaised(id=other, value=1), 1)])
    rows = await source.fetch("select subject, sequence, envelope from outbox order by id")
    assert [(row["subject"], row["sequence"]) for row in rows] == [
        *((f"counter/{counter}", version) for version in range(1, 4)),
        (f"counter/{other}", 1),
    ]
    assert all(Envelope.model_validate(row["envelope"]).sequence == row["sequence"] for row in rows)


async def test_emit_many_outside_a_transaction_is_refused(source):
    async with source.connection() as connection:
        with pytest.raises(RuntimeError, match="transaction"):
            await outbox.emit_many(connection, [(support.CounterRaised(id=uuid4(), value=1), 1)])
