"""Failed events, on PostgreSQL: tried again in their time, then parked for a person."""

from __future__ import annotations

import asyncio
from uuid import UUID

import pytest

from shared.messaging import retry
from shared.messaging.bus import Delivery
from tests.chaos import scorecard
from tests.support import messaging as support


class TestRetry:
    """What failed is tried again in its time, and parked in the end."""

    async def due(self, pool) -> None:
        await pool.execute("update retry set next_at = now() where state = 'waiting'")

    async def test_run_due_before_its_time_does_nothing(self, sink):
        consumer = support.hearing("first", sink, support.spoiling(1))
        await consumer.receive([support.delivery(support.envelope(1))])
        assert await retry.Retrier(consumer, sink).run_due() == 0

    async def test_run_due_when_the_cause_is_gone_has_the_effect_and_forgets_the_failure(self, sink):
        sent = support.envelope(1)
        await support.hearing("first", sink, support.spoiling(1)).receive([support.delivery(sent)])
        await self.due(sink)
        await retry.Retrier(support.hearing("first", sink), sink).run_due()
        assert (await support.heard(sink, "first"), await support.kept(sink)) == ([sent.id], [])

    async def test_run_due_of_an_event_taken_meanwhile_has_no_second_effect(self, sink):
        sent = support.envelope(1)
        await support.hearing("first", sink, support.spoiling(1)).receive([support.delivery(sent)])
        good = support.hearing("first", sink)
        await good.receive([support.delivery(sent)])
        await self.due(sink)
        await retry.Retrier(good, sink).run_due()
        assert (await support.heard(sink, "first"), await support.kept(sink)) == ([sent.id], [])

    async def test_run_due_waits_longer_after_each_attempt_and_parks_after_the_fifth(self, sink):
        consumer = support.hearing("first", sink, support.spoiling(1))
        await consumer.receive([support.delivery(support.envelope(1))])
        seen = []
        for _ in range(5):
            row = await sink.fetchrow(
                "select state, extract(epoch from next_at - last_failed_at)::int as wait from retry"
            )
            seen.append((row["state"], row["wait"]))
            await self.due(sink)
            await retry.Retrier(consumer, sink).run_due()
        assert seen == [("waiting", wait) for wait in (1, 10, 60, 600, 3600)]
        assert [row[1] for row in await support.kept(sink)] == ["parked"]

    async def test_run_due_in_two_replicas_makes_one_attempt(self, sink):
        consumer = support.hearing("first", sink, support.spoiling(*range(1, 11)))
        await consumer.receive([support.delivery(support.envelope(value)) for value in range(1, 11)])
        await self.due(sink)
        await asyncio.gather(*(retry.Retrier(consumer, sink).run_due() for _ in range(3)))
        assert [row[2] for row in await support.kept(sink)] == [1] * 10

    async def test_run_due_of_an_attempt_that_died_with_its_process_counts_it(self, sink):
        consumer = support.hearing("first", sink, support.spoiling(1))
        await consumer.receive([support.delivery(support.envelope(1))])
        await sink.execute("update retry set attempts = 5, next_at = now()")
        await retry.Retrier(support.hearing("first", sink), sink).run_due()
        assert await support.heard(sink, "first") == []
        assert [row[1] for row in await support.kept(sink)] == ["parked"]

    async def test_run_takes_what_falls_due_by_itself(self, sink):
        sent, bad = support.envelope(1), [True]

        def spoil(_):
            if bad:
                raise ValueError

        consumer = support.hearing("first", sink, spoil)
        async with support.running(retry.Retrier(consumer, sink, poll=0.05).run):
            await consumer.receive([support.delivery(sent)])
            bad.clear()
            await support.eventually(lambda: support.heard(sink, "first"), [sent.id])


class TestParked:
    """Parked events are grouped by cause, run again, or discarded."""

    async def park(self, pool, values) -> list:
        sent = [support.envelope(value) for value in values]
        await support.hearing("first", pool, support.spoiling(*values)).receive([support.delivery(one) for one in sent])
        await pool.execute("update retry set state = 'parked', attempts = 5")
        return [one.id for one in sent]

    async def test_list_parked_groups_by_cause(self, sink):
        await self.park(sink, range(1, 8))
        await support.hearing("first", sink).receive([Delivery(b"{}", "x")])
        listed = await retry.list_parked(sink)
        assert [(one.count, one.fingerprint.split()[0], one.types) for one in listed] == [
            (7, "ValueError", [support.CounterRaised.type]),
            (1, "Undecodable", ["?"]),
        ]

    async def test_replay_a_cause_has_every_effect_once_and_in_order(self, sink):
        """R21. The second time finds nothing left to do."""
        ids = await self.park(sink, range(1, 101))
        cause = (await retry.list_parked(sink))[0].fingerprint
        consumer = support.hearing("first", sink)
        for _ in range(2):
            await retry.replay(sink, cause)
            while await retry.Retrier(consumer, sink).run_due():
                pass
        assert (await support.heard(sink, "first"), await support.kept(sink)) == (ids, [])
        scorecard.note("R21", "parked, replayed by cause, twice", len(ids), missing=0, doubled=0, disordered=0)

    @pytest.mark.parametrize("named", [UUID, str])
    async def test_replay_one_event_leaves_the_others_parked(self, sink, named):
        ids = await self.park(sink, range(1, 4))
        assert await retry.replay(sink, named(str(ids[1]))) == 1
        assert [row[1] for row in await support.kept(sink)] == ["parked", "waiting", "parked"]

    async def test_discard_a_cause_settles_it_without_its_effect_for_good(self, sink):
        sent = support.envelope(1)
        await support.hearing("first", sink, support.spoiling(1)).receive([support.delivery(sent)])
        await sink.execute("update retry set state = 'parked'")
        discarded = await retry.discard(sink, (await retry.list_parked(sink))[0].fingerprint)
        await support.hearing("first", sink).receive([support.delivery(sent)])
        assert (discarded, await support.heard(sink, "first"), await support.kept(sink)) == (1, [], [])

    async def test_discard_one_event_as_it_is_typed_leaves_the_others(self, sink):
        ids = await self.park(sink, range(1, 4))
        assert (await retry.discard(sink, str(ids[1])), len(await support.kept(sink))) == (1, 2)

    async def test_discard_leaves_what_still_waits(self, sink):
        sent = support.envelope(1)
        await support.hearing("first", sink, support.spoiling(1)).receive([support.delivery(sent)])
        assert await retry.discard(sink, sent.id) == 0
