"""Every event on the wire is a CloudEvent 1.0."""

from __future__ import annotations

import json

import pytest

from shared.contracts.envelope import Envelope
from shared.contracts.registry import EVENTS
from tests.support import cloudevents, contracts
from tests.support import messaging as support


@pytest.mark.parametrize("name", EVENTS)
def test_envelope_of_an_event_is_a_cloudevent(name):
    envelope = Envelope.model_validate(contracts.sample(EVENTS[name]))
    assert list(cloudevents.faults(json.loads(envelope.to_json()))) == []


def test_envelope_without_optional_attributes_leaves_them_out():
    sent = json.loads(support.envelope().to_json())
    assert (list(cloudevents.faults(sent)), "onbehalfof" in sent, "traceparent" in sent) == ([], False, False)


def test_envelope_read_and_written_again_is_the_same():
    sent = support.envelope(correlationid="c-1")
    assert Envelope.model_validate_json(sent.to_json()).to_json() == sent.to_json()


@pytest.mark.parametrize(
    "change",
    [
        {"specversion": "0.3"},
        {"source": None},
        {"type": ""},
        {"time": "24/11/2026"},
        {"time": "2026-13-41T12:00:00Z"},
        {"onBehalfOf": "x"},
        {"on_behalf_of": "x"},
        {"anattributewithmuchtoolonganame": "x"},
        {"nested": {"a": 1}},
        {"sequence": 2**31},
        {"data_base64": "AA=="},
        {"subject": "a\x00b"},
    ],
    ids=lambda change: next(iter(change)),
)
def test_check_of_cloudevents_catches_a_planted_fault(change):
    sent = json.loads(support.envelope().to_json()) | change
    assert list(cloudevents.faults({name: value for name, value in sent.items() if value is not None})) != []


async def test_event_out_of_the_outbox_is_a_cloudevent(database):
    from uuid import uuid4

    async with support.prepared(await database(support.MESSAGING)) as pool:
        await support.raise_counter(pool, uuid4())
        stored = await pool.fetchval("select envelope from outbox")
    assert list(cloudevents.faults(stored)) == []
