"""The relay, on PostgreSQL: nothing unseen, in order, at least once, whoever dies."""

from __future__ import annotations

import asyncio
import random
from uuid import uuid4

import pytest

from shared.messaging import relay as relays
from shared.messaging.bus import Undelivered
from shared.messaging.relay import Relay
from tests.support import messaging as support

LOCKS = """
select count(distinct pid) from pg_locks
where locktype = 'advisory' and database = (select oid from pg_database where datname = current_database())
"""
ENDING_RELAYS = LOCKS.replace("count(distinct pid)", "pg_terminate_backend(max(pid))::int")


async def raise_many(pool, counters, times: int, *, pause: float = 0) -> None:
    for _ in range(times):
        for counter in counters:
            await support.raise_counter(pool, counter, pause=random.random() * pause)


def ordered(versions: list[int]) -> bool:
    """Tell whether the first time of each version comes in order: copies may come later."""
    firsts = list(dict.fromkeys(versions))
    return firsts == sorted(firsts)


async def test_relay_sends_what_was_said_before_it_began(source):
    bus, counter = support.FlakyBus(), uuid4()
    await raise_many(source, [counter], 3)
    async with support.running(Relay(source, bus).run):
        await support.eventually(lambda: support.unsent(source), 0)
    assert support.versions_of(bus.published, counter) == [1, 2, 3]


async def test_relay_is_woken_by_a_commit_long_before_its_poll(source):
    bus = support.FlakyBus()
    async with support.running(Relay(source, bus, poll=60).run):
        await raise_many(source, [uuid4()], 1)
        await support.eventually(lambda: support.unsent(source), 0)
        await support.raise_counter(source, uuid4())
        await support.eventually(lambda: support.unsent(source), 0, seconds=2)


async def test_relay_without_notifications_sends_at_its_poll(source):
    bus = support.FlakyBus()
    async with support.running(Relay(source, bus, poll=0.2).run):
        await asyncio.sleep(0.3)
        await source.execute(
            "insert into outbox (event_id, part, subject, sequence, type, envelope) values ($1, 1, 's', 1, 't', $2)",
            uuid4(),
            support.envelope().model_dump(mode="json", exclude_none=True),
        )
        await support.eventually(lambda: support.unsent(source), 0, seconds=2)


async def test_relays_with_eight_writers_of_random_transaction_lengths_leave_nothing_unseen(source):
    bus = support.FlakyBus()
    counters = [uuid4() for _ in range(8)]
    async with support.running(*(Relay(source, bus, poll=0.1).run for _ in range(3))):
        await asyncio.gather(*(raise_many(source, [counter, uuid4()], 40, pause=0.01) for counter in counters))
        await support.eventually(lambda: support.unsent(source), 0)
    assert len({one.id for one in bus.published}) == await source.fetchval("select count(*) from outbox") == 640
    assert all(support.versions_of(bus.published, counter) == list(range(1, 41)) for counter in counters)


async def test_writers_of_random_transaction_lengths_hide_events_from_a_poll_by_the_last_id(source):
    """Prove that the test above can fail: the naive way loses events under the same load."""
    seen: set[int] = set()
    writing = asyncio.gather(*(raise_many(source, [uuid4(), uuid4()], 20, pause=0.01) for _ in range(8)))
    while not writing.done():
        rows = await source.fetch("select id from outbox where id > $1", max(seen, default=0))
        seen |= {row["id"] for row in rows}
    await writing
    assert len(seen) < await source.fetchval("select count(*) from outbox")


async def test_relays_share_the_partitions_and_none_has_two_owners(source):
    several = [Relay(source, support.FlakyBus(), poll=0.05) for _ in range(3)]
    async with support.running(*(one.run for one in several)):
        await asyncio.sleep(0.5)
        owned = [part for one in several for part in one.partitions]
    assert sorted(owned) == list(range(8))


async def test_relay_that_joins_gets_half_and_takes_all_when_the_other_ends(source):
    first, second = [Relay(source, support.FlakyBus(), poll=0.1) for _ in range(2)]

    async def shares() -> tuple[int, int]:
        return len(first.partitions), len(second.partitions)

    async with support.running(second.run):
        async with support.running(first.run):
            await support.eventually(shares, (4, 4))
        await support.eventually(shares, (0, 8))


async def test_relay_whose_connection_is_ended_loses_its_share_to_the_other_one(source):
    first, second = [Relay(source, support.FlakyBus(), poll=0.1) for _ in range(2)]

    async def shared() -> int:
        return len(first.partitions | second.partitions)

    async with support.running(first.run, second.run):
        await support.eventually(shared, 8)
        await source.execute(ENDING_RELAYS)
        await support.eventually(shared, 8)


async def test_relays_that_come_and_go_keep_the_order_of_each_aggregate(source):
    bus, counters = support.FlakyBus(), [uuid4() for _ in range(16)]

    async def coming_and_going() -> None:
        while True:
            async with support.running(Relay(source, bus, poll=0.05).run):
                await asyncio.sleep(0.15)

    async with support.running(Relay(source, bus, poll=0.05).run, coming_and_going, coming_and_going):
        await asyncio.gather(*(raise_many(source, [counter], 60, pause=0.01) for counter in counters))
        await support.eventually(lambda: support.unsent(source), 0)
    assert all(ordered(support.versions_of(bus.published, counter)) for counter in counters)


async def test_relay_after_its_connection_is_lost_comes_back_and_sends(source):
    bus = support.FlakyBus()
    async with support.running(Relay(source, bus).run) as tasks:
        await raise_many(source, [uuid4()], 1)
        await support.eventually(lambda: support.unsent(source), 0)
        assert await source.fetchval(ENDING_RELAYS) == 1
        await raise_many(source, [uuid4()], 1)
        await support.eventually(lambda: support.unsent(source), 0, seconds=5)
        assert not tasks[0].done()


async def test_relay_that_loses_its_locks_while_publishing_marks_nothing_and_the_event_is_sent_again(source):
    lost = []

    class Ending(support.FlakyBus):
        async def publish(self, envelope):
            await super().publish(envelope)
            if not lost:
                lost.append(await source.fetchval(ENDING_RELAYS))

    bus = Ending()
    event_id = await support.raise_counter(source, uuid4())
    async with support.running(Relay(source, bus).run):
        await support.eventually(lambda: support.unsent(source), 0)
    assert [one.id for one in bus.published] == [event_id, event_id]


async def test_relay_with_an_event_that_fails_sends_the_next_of_that_aggregate_after_it_only(source):
    stuck, free = uuid4(), uuid4()
    bus = support.FlakyBus(refuse=lambda one: one.subject == f"counter/{stuck}")
    await raise_many(source, [stuck, free], 3)
    async with support.running(Relay(source, bus, poll=0.05).run):
        await support.eventually(lambda: support.unsent(source), 3)
        assert set(support.versions_of(bus.published, stuck)) == {1}
        bus.refuse = lambda _: False
        await support.eventually(lambda: support.unsent(source), 0)
    assert (ordered(support.versions_of(bus.published, stuck)), support.versions_of(bus.published, free)) == (
        True,
        [1, 2, 3],
    )


async def test_relay_with_more_stuck_aggregates_than_a_batch_holds_still_sends_the_others(source, monkeypatch):
    monkeypatch.setattr(relays, "BATCH", 5)
    stuck = {f"counter/{uuid4()}" for _ in range(12)}
    bus = support.FlakyBus(refuse=lambda one: one.subject in stuck)
    for subject in stuck:
        await support.raise_counter(source, subject.removeprefix("counter/"))
    free = uuid4()
    await support.raise_counter(source, free)
    async with support.running(Relay(source, bus, poll=0.05).run):
        await support.eventually(lambda: support.unsent(source), 12)
    assert support.versions_of(bus.published, free) == [1]


@pytest.mark.parametrize("error", [ValueError("bug"), asyncio.CancelledError()], ids=["error", "stray"])
async def test_relay_whose_bus_raises_something_odd_goes_on_and_sends_again(source, error):
    class Odd(support.FlakyBus):
        async def publish(self, envelope):
            await super().publish(envelope)
            if len(self.published) == 1:
                raise error

    bus = Odd()
    await support.raise_counter(source, uuid4())
    async with support.running(Relay(source, bus, poll=0.05).run) as tasks:
        await support.eventually(lambda: support.unsent(source), 0)
        assert not tasks[0].done()
    assert len(bus.published) == 2


async def test_relay_while_the_bus_is_away_tries_ever_more_rarely(source):
    bus = support.FlakyBus(refuse=lambda _: True)
    bus.up = False
    await support.raise_counter(source, uuid4())
    async with support.running(Relay(source, bus, poll=0.01).run):
        await asyncio.sleep(1.5)
    assert 2 <= len(bus.published) <= 6


async def test_relay_with_more_than_a_hundred_aggregates_keeps_a_hundred_in_flight_at_most(source):
    class Counting(support.FlakyBus):
        most = flying = 0

        async def publish(self, envelope):
            self.flying += 1
            self.most = max(self.most, self.flying)
            await asyncio.sleep(0.005)
            self.flying -= 1

    bus = Counting()
    await raise_many(source, [uuid4() for _ in range(150)], 1)
    async with support.running(Relay(source, bus).run):
        await support.eventually(lambda: support.unsent(source), 0)
    assert bus.most == 100


async def test_relay_that_is_cancelled_frees_its_partitions_at_once(source):
    async with support.running(Relay(source, support.FlakyBus()).run):
        await asyncio.sleep(0.3)
    await support.eventually(lambda: source.fetchval(LOCKS), 0, seconds=2)


async def test_relay_whose_session_stops_turning_is_ended_by_the_server(source, monkeypatch):
    monkeypatch.setattr(relays, "SESSION", "300ms")
    slow = asyncio.Event()

    class Paused(support.FlakyBus):
        async def publish(self, envelope):
            await super().publish(envelope)
            if not slow.is_set():
                slow.set()
                await asyncio.sleep(1.5)  # as a stopped process would
                raise Undelivered("woken up")

    paused, healthy = Relay(source, Paused(), poll=0.1), Relay(source, support.FlakyBus(), poll=0.1)
    await support.raise_counter(source, uuid4())
    async with support.running(paused.run):
        await slow.wait()
        async with support.running(healthy.run):
            await support.eventually(lambda: support.unsent(source), 0, seconds=1.4)
