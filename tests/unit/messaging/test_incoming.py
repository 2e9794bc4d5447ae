"""Reading what came in."""

from __future__ import annotations

import json
from uuid import UUID

import pytest

from shared import requests
from shared.messaging import incoming
from shared.messaging.bus import Delivery
from shared.messaging.failures import Undecodable
from shared.service import Subscription
from tests.support import messaging as support


async def nothing(*_):
    return None


TABLE = {support.CounterRaised.type: [Subscription(support.CounterRaised, nothing)]}


def test_decode_an_event_gives_its_data_as_the_published_model():
    sent = support.envelope(7)
    event = incoming.decode(support.delivery(sent), TABLE)
    assert event is not None
    assert event.data == support.CounterRaised(id=UUID(sent.data["id"]), value=7)


def test_decode_a_type_without_a_subscription_gives_nothing():
    assert incoming.decode(support.delivery(support.envelope(type="counting.counter.lowered.v1")), TABLE) is None


def test_decode_an_event_with_unknown_fields_ignores_them():
    sent = support.envelope()
    body = json.loads(sent.to_json())
    body["data"]["colour"] = body["mood"] = "new"
    assert incoming.decode(Delivery(json.dumps(body).encode(), str(sent.id)), TABLE) is not None


@pytest.mark.parametrize(
    "body",
    [
        b"\xff\xfe",
        b"{}",
        json.dumps({**json.loads(support.envelope().to_json()), "specversion": "0.3"}).encode(),
        json.dumps({**json.loads(support.envelope().to_json()), "data": {"value": "no number"}}).encode(),
    ],
    ids=["bytes", "empty", "version", "data"],
)
def test_decode_what_is_no_event_is_refused(body):
    with pytest.raises(Undecodable):
        incoming.decode(Delivery(body, "x"), TABLE)


def test_decode_refused_data_does_not_repeat_it_in_the_message():
    with pytest.raises(Undecodable) as refused:
        incoming.decode(support.delivery(support.envelope().model_copy(update={"data": {"value": "canary"}})), TABLE)
    assert "canary" not in str(refused.value)


def test_unread_without_a_usable_id_makes_one_from_the_body():
    ids = [incoming.unread(Delivery(body, "no uuid")).event_id for body in (b"a", b"a", b"b")]
    assert (ids[0] == ids[1], ids[1] == ids[2]) == (True, False)


async def test_run_an_event_works_for_what_caused_it():
    seen: list[requests.Origin] = []

    async def look(*_):
        seen.append(requests.current())

    sent = support.envelope(correlationid="c-1", traceparent="00-1-2-01", actor="user:1")
    event = incoming.decode(support.delivery(sent), {sent.type: [Subscription(support.CounterRaised, look)]})
    assert event is not None
    await event.run(None)  # type: ignore[arg-type]
    assert seen == [
        requests.Origin(actor="system", correlation_id="c-1", causation_id=str(sent.id), traceparent="00-1-2-01")
    ]


def test_correlation_of_an_event_without_one_begins_with_its_own_id():
    sent = support.envelope()
    event = incoming.decode(support.delivery(sent), TABLE)
    assert event is not None
    assert event.correlation_id == str(sent.id)


async def test_events_that_one_subscriber_takes_together_come_in_one_call_and_others_keep_their_place():
    calls: list[list[int]] = []

    async def alone(_, received):
        calls.append([received.data.value])

    async def together(_, received):
        calls.append([one.data.value for one in received])

    many = {support.CounterRaised.type: [Subscription(support.CounterRaised, together=together)]}
    one = {support.CounterRaised.type: [Subscription(support.CounterRaised, alone)]}
    events = [
        incoming.decode(support.delivery(support.envelope(value)), table)
        for value, table in enumerate([many, many, one, many, one], start=1)
    ]
    await incoming.run_all(None, events)
    assert calls == [[1, 2], [3], [4], [5]]
