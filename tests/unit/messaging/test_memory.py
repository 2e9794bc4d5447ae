"""The bus inside one process: what `publish` promises."""

from __future__ import annotations

import asyncio

import pytest

from shared import ids
from shared.messaging.bus import Undelivered
from shared.messaging.memory import MemoryBus
from tests.support import messaging as support


class Hearer:
    """Takes everything, or fails as told."""

    def __init__(self) -> None:
        self.batches: list[list[str]] = []
        self.deliveries: list[int] = []
        self.error: BaseException | None = None
        self.gate = asyncio.Event()
        self.gate.set()

    async def receive(self, deliveries) -> None:
        await self.gate.wait()
        self.batches.append([one.event_id for one in deliveries])
        self.deliveries += [one.deliveries for one in deliveries]
        if self.error:
            raise self.error

    @property
    def heard(self) -> list[str]:
        return [event_id for batch in self.batches for event_id in batch]


def bus(*consumers: str, **options) -> MemoryBus:
    return MemoryBus(consumers, wired=support.WIRED, **options)


async def test_publish_returns_when_every_wired_consumer_has_taken_the_event():
    carrier, first, second, deaf = bus("first", "second", "deaf"), Hearer(), Hearer(), Hearer()
    for name, hearer in {"first": first, "second": second, "deaf": deaf}.items():
        await carrier.subscribe(name, hearer.receive)
    sent = support.envelope()
    await carrier.publish(sent)
    assert (first.heard, second.heard, deaf.heard) == ([str(sent.id)], [str(sent.id)], [])
    await carrier.close()


async def test_publish_while_an_expected_consumer_does_not_listen_yet_is_undelivered():
    carrier = bus("first", "second")
    await carrier.subscribe("first", Hearer().receive)
    with pytest.raises(Undelivered):
        await carrier.publish(support.envelope())
    await carrier.close()


async def test_publish_to_a_consumer_that_this_process_does_not_run_leaves_it_out():
    carrier, first = bus("first"), Hearer()
    await carrier.subscribe("first", first.receive)
    await carrier.publish(support.envelope())
    assert len(first.heard) == 1
    await carrier.close()


@pytest.mark.parametrize("error", [ValueError("away"), asyncio.CancelledError()], ids=["error", "stray"])
async def test_publish_when_a_consumer_cannot_take_it_is_undelivered_and_the_next_one_passes(error):
    carrier, first = bus("first"), Hearer()
    await carrier.subscribe("first", first.receive)
    first.error = error
    with pytest.raises(Undelivered):
        await carrier.publish(support.envelope())
    first.error = None
    await carrier.publish(support.envelope())
    await carrier.close()


async def test_publish_to_a_consumer_that_does_not_answer_is_undelivered_in_time():
    carrier, first = bus("first", take_seconds=0.05), Hearer()
    await carrier.subscribe("first", first.receive)
    first.gate.clear()
    with pytest.raises(Undelivered):
        await carrier.publish(support.envelope())
    first.gate.set()
    await carrier.close()


async def test_publish_of_many_at_once_feeds_them_in_batches_of_a_hundred_at_most():
    carrier, first = bus("first"), Hearer()
    await carrier.subscribe("first", first.receive)
    await asyncio.gather(*(carrier.publish(support.envelope()) for _ in range(250)))
    assert ([len(batch) <= 100 for batch in first.batches], len(first.heard)) == ([True] * 3, 250)
    await carrier.close()


async def test_publish_of_events_older_than_the_process_hands_the_first_over_as_tried_before():
    carrier, first = bus("first"), Hearer()
    await carrier.subscribe("first", first.receive)
    old, new = support.envelope(), support.envelope(time="2999-01-01T00:00:00Z", id=ids.uuid7())
    await carrier.publish(old)
    await carrier.publish(new)
    assert first.deliveries == [1, 0]
    await carrier.close()


async def test_unsubscribe_waits_for_what_is_being_taken():
    carrier, first = bus("first"), Hearer()
    await carrier.subscribe("first", first.receive)
    first.gate.clear()
    publishing = asyncio.create_task(carrier.publish(support.envelope()))
    await asyncio.sleep(0.02)
    stopping = asyncio.create_task(carrier.unsubscribe("first"))
    await asyncio.sleep(0.02)
    assert not stopping.done()
    first.gate.set()
    async with asyncio.timeout(2):
        await asyncio.gather(publishing, stopping)


async def test_connected_while_an_expected_consumer_is_missing_is_false():
    carrier = bus("first")
    before = carrier.connected()
    await carrier.subscribe("first", Hearer().receive)
    assert (before, carrier.connected()) == (False, True)
    await carrier.close()


async def test_subscribe_a_consumer_that_is_not_wired_is_refused():
    with pytest.raises(ValueError, match="event map"):
        await bus().subscribe("unknown", Hearer().receive)
