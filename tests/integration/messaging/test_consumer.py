"""The consumer, on PostgreSQL: each event's effect once, a bad one alone, a deadly one parked."""

from __future__ import annotations

import asyncio
from uuid import uuid4

import pytest

from shared import requests
from shared.contracts.envelope import Envelope
from shared.db.pool import Unavailable
from shared.messaging import outbox, retry
from shared.messaging.bus import Delivery
from shared.messaging.consumer import Consumer, NotYet
from shared.service import Subscription
from tests.chaos import scorecard
from tests.support import messaging as support


async def test_receive_a_batch_takes_each_event_in_order(sink):
    sent = [support.envelope(value) for value in range(1, 51)]
    await support.hearing("first", sink).receive([support.delivery(one) for one in sent])
    assert await support.heard(sink, "first") == [one.id for one in sent]


async def test_receive_an_event_again_has_no_second_effect(sink):
    consumer, sent = support.hearing("first", sink), support.envelope()
    for deliveries in (0, 0, 1, 7):
        await consumer.receive([support.delivery(sent, deliveries)])
    assert await support.heard(sink, "first") == [sent.id]


async def test_receive_the_same_event_twice_in_a_batch_has_one_effect(sink):
    sent = support.envelope()
    await support.hearing("first", sink).receive([support.delivery(sent), support.delivery(sent)])
    assert await support.heard(sink, "first") == [sent.id]


async def test_receive_for_two_consumers_of_one_database_has_an_effect_for_each(sink):
    sent = support.envelope()
    for name in ("first", "second"):
        await support.hearing(name, sink).receive([support.delivery(sent)])
    assert [await support.heard(sink, name) for name in ("first", "second")] == [[sent.id], [sent.id]]


async def test_receive_copies_at_once_in_two_replicas_has_one_effect_each(sink):
    sent = [support.envelope() for _ in range(40)]
    replicas = [support.hearing("first", sink) for _ in range(2)]
    await asyncio.gather(
        replicas[0].receive([support.delivery(one) for one in sent]),
        replicas[1].receive([support.delivery(one) for one in reversed(sent)]),
    )
    assert sorted(await support.heard(sink, "first")) == sorted(one.id for one in sent)


async def test_receive_a_batch_with_a_bad_event_takes_the_others_and_keeps_the_bad_one(sink):
    sent = [support.envelope(value) for value in range(1, 11)]
    await support.hearing("first", sink, support.spoiling(4)).receive([support.delivery(one) for one in sent])
    assert await support.heard(sink, "first") == [one.id for one in sent if one.sequence != 4]
    assert await support.kept(sink) == [
        (sent[3].id, "waiting", 0, "ValueError in tests.support.messaging.spoiling.<locals>.spoil")
    ]


async def test_receive_an_event_that_needs_another_keeps_it_for_later(sink):
    sent = support.envelope(3)
    await support.hearing("first", sink, support.spoiling(3, error=NotYet)).receive([support.delivery(sent)])
    assert [row[:3] for row in await support.kept(sink)] == [(sent.id, "waiting", 0)]


async def test_receive_a_failing_event_leaves_nothing_of_its_effect(sink):
    await support.hearing("first", sink, support.spoiling(1)).receive([support.delivery(support.envelope(1))])
    assert await support.heard(sink, "first") == []


async def test_receive_an_effect_that_takes_too_long_keeps_the_event_for_later(sink):
    """R18. What the slow one did is undone, and the event has its effect once, later."""

    async def hang(connection, received):
        note = "insert into heard (consumer, event_id, counter, version) values ('first', $1, $2, 1)"
        await connection.execute(note, received.envelope.id, received.data.id)
        await asyncio.Event().wait()

    sent = support.envelope()
    consumer = Consumer("first", sink, [Subscription(support.CounterRaised, hang)], effect_seconds=0.5)
    await consumer.receive([support.delivery(sent)])
    assert ([row[1] for row in await support.kept(sink)], await support.heard(sink, "first")) == (["waiting"], [])
    await sink.execute("update retry set next_at = now()")
    assert await retry.Retrier(support.hearing("first", sink), sink).run_due()
    assert await support.heard(sink, "first") == [sent.id]
    scorecard.note("R18", "effect past its time limit", 1, doubled=0)


async def test_receive_what_cannot_be_read_parks_it_at_once(sink):
    await support.hearing("first", sink).receive([Delivery(b"\xff", "nonsense")])
    assert [row[1] for row in await support.kept(sink)] == ["parked"]


async def test_receive_what_cannot_be_read_with_others_takes_the_others(sink):
    sent = support.envelope()
    await support.hearing("first", sink).receive([Delivery(b"{}", "x"), support.delivery(sent)])
    assert await support.heard(sink, "first") == [sent.id]


async def test_receive_a_type_without_a_subscription_leaves_no_trace(sink):
    await support.hearing("first", sink).receive([support.delivery(support.envelope(type="counting.counter.reset.v1"))])
    assert await sink.fetchval("select count(*) from inbox") == 0


async def test_receive_a_redelivered_event_that_never_ended_parks_it_at_the_third_start(sink):
    sent = support.envelope()
    for _ in range(2):  # two processes died in it
        await sink.execute(
            "insert into crash_guard values ('first', $1, 1) on conflict (consumer, event_id) do update set starts = 2",
            sent.id,
        )
    await support.hearing("first", sink).receive([support.delivery(sent, 3)])
    assert await support.heard(sink, "first") == []
    assert [row[:2] for row in await support.kept(sink)] == [(sent.id, "parked")]


async def test_receive_a_redelivered_event_that_ends_forgets_its_starts(sink):
    await support.hearing("first", sink).receive([support.delivery(support.envelope(), 2)])
    assert await sink.fetchval("select count(*) from crash_guard") == 0


async def test_receive_a_redelivered_event_that_fails_forgets_its_starts(sink):
    await support.hearing("first", sink, support.spoiling(1)).receive([support.delivery(support.envelope(1), 2)])
    assert await sink.fetchval("select count(*) from crash_guard") == 0


async def test_receive_an_event_given_up_by_its_queue_parks_it(sink):
    sent = support.envelope()
    await support.hearing("first", sink).receive([support.delivery(sent, 20)])
    assert [row[:2] for row in await support.kept(sink)] == [(sent.id, "parked")]


async def test_receive_when_the_database_is_away_raises_and_keeps_nothing(sink):
    consumer = support.hearing("first", sink)
    await sink.close()
    with pytest.raises(Unavailable):
        await consumer.receive([support.delivery(support.envelope())])


async def test_receive_nothing_when_the_database_is_away_raises(sink):
    consumer = support.hearing("first", sink)
    await sink.close()
    with pytest.raises(Unavailable):
        await consumer.receive([])


async def test_receive_when_the_database_goes_away_often_does_not_count_as_a_crash(sink, monkeypatch):
    consumer, sent = support.hearing("first", sink), support.envelope()
    with monkeypatch.context() as broken:

        async def away(*_):
            raise Unavailable("away")

        broken.setattr(consumer, "_take_alone", away)
        for _ in range(5):
            with pytest.raises(Unavailable):
                await consumer.receive([support.delivery(sent, 1)])
    await consumer.receive([support.delivery(sent, 1)])
    assert await support.heard(sink, "first") == [sent.id]


async def test_receive_an_event_that_says_another_ties_the_two_together(sink):
    async def pass_on(connection, received):
        event = support.CounterRaised(id=uuid4(), value=1)
        await outbox.emit(connection, event, sequence=1)

    sent = support.envelope(correlationid="c-1", actor="user:1")
    await Consumer("first", sink, [Subscription(support.CounterRaised, pass_on)]).receive([support.delivery(sent)])
    said = Envelope.model_validate_json(await sink.fetchval("select envelope::text from outbox"))
    assert (said.correlationid, said.causationid, said.actor) == ("c-1", str(sent.id), "system")


async def test_receive_leaves_the_origin_of_the_caller_as_it_was(sink):
    origin = requests.Origin(actor="user:9")
    with requests.working_for(origin):
        await support.hearing("first", sink).receive([support.delivery(support.envelope())])
        assert requests.current() == origin
