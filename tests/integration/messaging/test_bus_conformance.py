"""What every bus must keep: run on the bus inside one process and on RabbitMQ, from outbox to effect."""

from __future__ import annotations

import asyncio
import random
import sys
from contextlib import asynccontextmanager
from uuid import uuid4

import asyncpg
import pytest

from shared import requests
from shared.messaging import retry
from shared.messaging.bus import Undelivered
from shared.messaging.relay import Relay
from shared.messaging.retry import Retrier
from tests.support import messaging as support
from tests.support.processes import ROOT


async def say(pool, counters, times: int = 1, *, pause: float = 0) -> list:
    return [
        await support.raise_counter(pool, counter, pause=random.random() * pause)
        for _ in range(times)
        for counter in counters
    ]


async def heard_count(pool, consumer) -> int:
    return await pool.fetchval("select count(*) from heard where consumer = $1", consumer)


@asynccontextmanager
async def listening(kind, pool, **spoils):
    """Run a bus with consumers that write down what they hear, each with a way to spoil it or None."""
    consumers = {
        getattr(kind, name): support.hearing(getattr(kind, name), pool, spoil) for name, spoil in spoils.items()
    }
    async with kind.bus(*consumers) as bus:
        for name, consumer in consumers.items():
            await bus.subscribe(name, consumer.receive)
        yield bus, consumers


async def test_bus_gives_every_wired_consumer_each_event_once(kind, source, sink):
    async with (
        listening(kind, sink, first=None, second=None, deaf=None) as (bus, _),
        support.running(Relay(source, bus).run),
    ):
        said = await say(source, [uuid4() for _ in range(30)], 5)
        for consumer in (kind.first, kind.second):
            await support.eventually(lambda consumer=consumer: heard_count(sink, consumer), 150)
            assert set(await support.heard(sink, consumer)) == set(said)
    assert await support.heard(sink, kind.deaf) == []


async def test_bus_that_carries_copies_in_any_order_has_one_effect_each(kind, sink):
    sent = [support.envelope() for _ in range(40)]
    async with listening(kind, sink, first=None) as (bus, _):
        await support.eventually(lambda: connected(bus))
        copies = [one for one in sent for _ in range(3)]
        random.shuffle(copies)
        await asyncio.gather(*map(bus.publish, copies))
        await support.eventually(lambda: heard_count(sink, kind.first), 40)
        await asyncio.sleep(0.3)  # a second effect would come now
    assert sorted(await support.heard(sink, kind.first)) == sorted(one.id for one in sent)


async def connected(bus) -> bool:
    return bus.connected()


async def test_bus_with_three_relays_that_lose_their_sessions_keeps_the_order_of_each_aggregate(kind, source, sink):
    counters = [uuid4() for _ in range(20)]
    async with (
        listening(kind, sink, first=None) as (bus, _),
        support.running(*(Relay(source, bus, poll=0.1).run for _ in range(3))),
    ):
        saying = asyncio.gather(*(say(source, [counter], 25, pause=0.01) for counter in counters))
        while not saying.done():
            await asyncio.sleep(0.2)
            await source.execute(
                "select pg_terminate_backend(pid) from pg_locks where locktype = 'advisory' and pid <> pg_backend_pid()"
                " and database = (select oid from pg_database where datname = current_database()) limit 1"
            )
        await saying
        await support.eventually(lambda: heard_count(sink, kind.first), 500, seconds=20)
    assert await support.in_order(sink, kind.first) == {counter: list(range(1, 26)) for counter in counters}


async def test_bus_with_a_failing_subscriber_feeds_the_others_and_parks_after_five_attempts(kind, source, sink):
    def spoil(data):
        if data.value == 2:
            raise ValueError

    async with (
        listening(kind, sink, first=spoil, second=None) as (bus, consumers),
        support.running(Relay(source, bus).run),
    ):
        counter = uuid4()
        said = await say(source, [counter], 5)
        await support.eventually(lambda: heard_count(sink, kind.second), 5)
        await support.eventually(lambda: heard_count(sink, kind.first), 4)
        for _ in range(5):
            assert await retry.list_parked(sink) == []
            await sink.execute("update retry set next_at = now()")
            assert await Retrier(consumers[kind.first], sink).run_due() == 1
    assert [one.event_ids for one in await retry.list_parked(sink)] == [[said[1]]]


async def test_bus_with_a_batch_that_holds_what_cannot_be_read_takes_the_others(kind, sink):
    sent = [support.envelope() for _ in range(20)]
    sent[7] = sent[7].model_copy(update={"data": {"value": "no number"}})
    async with listening(kind, sink, first=None) as (bus, _):
        await support.eventually(lambda: connected(bus))
        await asyncio.gather(*map(bus.publish, sent))
        await support.eventually(lambda: heard_count(sink, kind.first), 19)
    assert [one.event_ids for one in await retry.list_parked(sink)] == [[sent[7].id]]


async def test_bus_carries_the_correlation_id_to_the_effect(kind, source, sink):
    async with listening(kind, sink, first=None) as (bus, _), support.running(Relay(source, bus).run):
        with requests.working_for(requests.Origin(correlation_id="c-42")):
            await support.raise_counter(source, uuid4())
        await support.eventually(lambda: sink.fetchval("select correlation from heard"), "c-42")


async def test_bus_whose_consumer_cannot_reach_its_database_loses_nothing(kind, source, sink, postgres):
    async with (
        listening(kind, sink, first=None) as (bus, consumers),
        support.running(Relay(source, bus, poll=0.1).run, Retrier(consumers[kind.first], sink).run),
    ):
        await say(source, [uuid4()], 3)
        await support.eventually(lambda: heard_count(sink, kind.first), 3)
        async with away(postgres, sink):
            await say(source, [uuid4(), uuid4()], 5)
            await asyncio.sleep(1)
        await support.eventually(lambda: heard_count(sink, kind.first), 13, seconds=20)
        await support.eventually(lambda: support.unsent(source), 0)
    assert await sink.fetchval("select count(distinct event_id) from heard") == 13


@asynccontextmanager
async def away(postgres, pool):
    """Shut a database to everybody for a while."""
    name = await pool.fetchval("select current_database()")
    admin = await asyncpg.connect(postgres.dsn())
    try:
        await admin.execute(f"alter database {name} allow_connections false")
        await admin.fetch("select pg_terminate_backend(pid) from pg_stat_activity where datname = $1", name)
        yield
        await admin.execute(f"alter database {name} allow_connections true")
    finally:
        await admin.close()


async def test_bus_whose_consumer_fails_altogether_now_and_then_has_every_effect_once(kind, source, sink):
    good = support.hearing(kind.first, sink)
    calls = []

    async def receive(deliveries):
        calls.append(len(deliveries))
        if deliveries and len(calls) % 3 == 0:
            raise OSError
        await good.receive(deliveries)

    async with kind.bus(kind.first) as bus, support.running(Relay(source, bus, poll=0.1).run):
        await bus.subscribe(kind.first, receive)
        said = await say(source, [uuid4() for _ in range(10)], 4)
        await support.eventually(lambda: heard_count(sink, kind.first), 40, seconds=30)
    assert sorted(await support.heard(sink, kind.first)) == sorted(said)


async def test_bus_whose_confirmations_are_lost_carries_again_without_a_second_effect(kind, source, sink):
    class Forgetful(support.FlakyBus):
        def __init__(self, bus) -> None:
            super().__init__()
            self.bus = bus

        async def publish(self, envelope):
            await self.bus.publish(envelope)
            self.published.append(envelope)
            if len(self.published) % 2:
                raise Undelivered("the answer was lost")

    async with listening(kind, sink, first=None) as (bus, _):
        forgetful = Forgetful(bus)
        async with support.running(Relay(source, forgetful, poll=0.1).run):
            said = await say(source, [uuid4() for _ in range(5)], 4)
            await support.eventually(lambda: support.unsent(source), 0, seconds=20)
            await support.eventually(lambda: heard_count(sink, kind.first), 20)
    assert len(forgetful.published) > 20
    assert sorted(await support.heard(sink, kind.first)) == sorted(said)


async def test_bus_with_eight_writers_of_random_transaction_lengths_leaves_nothing_unseen(kind, source, sink):
    async with (
        listening(kind, sink, first=None) as (bus, _),
        support.running(Relay(source, bus).run, Relay(source, bus).run),
    ):
        said = await asyncio.gather(*(say(source, [uuid4(), uuid4()], 30, pause=0.01) for _ in range(8)))
        await support.eventually(lambda: heard_count(sink, kind.first), 480, seconds=20)
    assert set(await support.heard(sink, kind.first)) == {event_id for each in said for event_id in each}


async def test_bus_whose_consumer_comes_late_keeps_what_was_said_before(kind, source, sink):
    async with listening(kind, sink, first=None) as (bus, consumers), support.running(Relay(source, bus, poll=0.1).run):
        await support.eventually(lambda: connected(bus))
        await bus.unsubscribe(kind.first)
        await say(source, [uuid4()], 5)
        await asyncio.sleep(0.3)
        assert await support.heard(sink, kind.first) == []
        await bus.subscribe(kind.first, consumers[kind.first].receive)
        await support.eventually(lambda: heard_count(sink, kind.first), 5)


async def test_bus_closed_and_opened_again_under_load_has_every_effect_once(kind, source, sink):
    counters = [uuid4() for _ in range(10)]
    saying = asyncio.gather(*(say(source, [counter], 30, pause=0.02) for counter in counters))
    while not saying.done():
        async with listening(kind, sink, first=None) as (bus, _), support.running(Relay(source, bus, poll=0.1).run):
            await asyncio.sleep(0.4)
    said = await saying
    async with listening(kind, sink, first=None) as (bus, _), support.running(Relay(source, bus, poll=0.1).run):
        await support.eventually(lambda: heard_count(sink, kind.first), 300, seconds=20)
    assert sorted(await support.heard(sink, kind.first)) == sorted(event_id for each in said for event_id in each)


@pytest.mark.slow
async def test_bus_with_an_event_that_kills_its_process_parks_that_one_after_three_deaths(kind, source, sink):
    said = [await support.raise_counter(source, uuid4()) for _ in range(12)]
    deadly = said[4]
    arguments = [kind.amqp_url or "memory", source.dsn, sink.dsn, kind.first, str(deadly)]
    deaths = 0
    while await run_victim(arguments) != 0:
        deaths += 1
        assert deaths <= 3
    # The bus inside one process takes what was said before it began with care from the first time.
    assert deaths == (3 if kind.amqp_url else 2)
    assert sorted(await support.heard(sink, kind.first)) == sorted(set(said) - {deadly})
    assert [one.event_ids for one in await retry.list_parked(sink)] == [[deadly]]


async def run_victim(arguments) -> int:
    victim = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.support.victim", *arguments, cwd=ROOT, stdout=asyncio.subprocess.DEVNULL
    )
    try:
        async with asyncio.timeout(30):
            return await victim.wait()
    finally:
        if victim.returncode is None:
            victim.kill()
            await victim.wait()
