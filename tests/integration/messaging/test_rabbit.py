"""What only a broker can do to us: lose its queues, fill up, hang, die."""

from __future__ import annotations

import asyncio
import time
from contextlib import asynccontextmanager
from typing import ClassVar
from uuid import uuid4

import aio_pika
import pytest

from shared.contracts import wiring
from shared.messaging import outbox, retry, topology
from shared.messaging.bus import Undelivered
from shared.messaging.rabbit import RabbitBus
from shared.messaging.relay import Relay
from tests.support import messaging as support

pytestmark = pytest.mark.broker

TOPICS = ("counting.#", "counting.counter.*.v1", "#", "*.counter.#", "counting.*", "#.v1", "counting.counter.#.v1")
TYPES = ("counting.counter.raised.v1", "counting.counter", "counting", "singing.song.sung.v1", "counting.counter.v1")


class Hummed(support.CounterRaised):
    """An event that no queue is bound to."""

    type: ClassVar[str] = "humming.tune.hummed.v1"


@asynccontextmanager
async def channel_to(url):
    connection = await aio_pika.connect(url, timeout=10)
    async with connection, connection.channel() as channel:
        yield channel


async def is_connected(bus) -> bool:
    return bus.connected()


@asynccontextmanager
async def opened(url, wired, receive=None):
    """Open a bus whose first consumer, when there is a `receive`, is fed."""
    bus = RabbitBus(url, wired=wired)
    await bus.open()
    try:
        if receive:
            await bus.subscribe(next(iter(wired)), receive)
        await support.eventually(lambda: is_connected(bus))
        yield bus
    finally:
        await bus.close()


class Hearer:
    def __init__(self) -> None:
        self.heard: list[str] = []
        self.deliveries: list[int] = []
        self.gate = asyncio.Event()
        self.gate.set()

    async def receive(self, deliveries) -> None:
        if deliveries:
            await self.gate.wait()
        self.heard += [one.event_id for one in deliveries]
        self.deliveries += [one.deliveries for one in deliveries]

    async def distinct(self) -> int:
        return len(set(self.heard))


async def test_publish_of_a_type_no_queue_is_bound_to_is_undelivered(rabbit_kind):
    async with opened(rabbit_kind.amqp_url, rabbit_kind.wired) as bus:
        with pytest.raises(Undelivered, match="nobody hears"):
            await bus.publish(support.envelope(type=Hummed.type))


async def test_publish_that_one_queue_takes_and_another_lost_its_binding_for_is_undelivered(rabbit_kind):
    lost = rabbit_kind.second
    async with opened(rabbit_kind.amqp_url, rabbit_kind.wired) as bus, channel_to(rabbit_kind.amqp_url) as channel:
        await bus.publish(support.envelope())
        queue = await channel.get_queue(wiring.queue_name(lost))
        await queue.unbind(wiring.exchange_name(lost), *rabbit_kind.wired[lost])
        with pytest.raises(Undelivered, match="NO_ROUTE"):
            await bus.publish(support.envelope())


async def test_relay_with_an_event_no_queue_is_bound_to_keeps_it(rabbit_kind, source):
    async with source.transaction() as connection:
        await outbox.emit(connection, Hummed(id=uuid4(), value=1), sequence=1)
    async with opened(rabbit_kind.amqp_url, rabbit_kind.wired) as bus, support.running(Relay(source, bus).run):
        await asyncio.sleep(0.5)
    assert await support.unsent(source) == 1


async def test_publish_after_somebody_removed_a_binding_declares_it_again(rabbit_kind):
    wired = {rabbit_kind.first: ("humming.#",)}
    async with opened(rabbit_kind.amqp_url, wired) as bus, channel_to(rabbit_kind.amqp_url) as channel:
        queue = await channel.get_queue(wiring.queue_name(rabbit_kind.first))
        await queue.unbind(wiring.exchange_name(rabbit_kind.first), "humming.#")
        with pytest.raises(Undelivered):
            await bus.publish(support.envelope(type=Hummed.type))
        await support.eventually(lambda: is_connected(bus))
        await bus.publish(support.envelope(type=Hummed.type))


async def test_consumer_whose_queue_was_deleted_declares_it_and_hears_again(rabbit_kind):
    hearer = Hearer()
    async with opened(rabbit_kind.amqp_url, rabbit_kind.wired, hearer.receive) as bus:
        async with channel_to(rabbit_kind.amqp_url) as channel:
            await channel.queue_delete(wiring.queue_name(rabbit_kind.first))
        await asyncio.sleep(0.3)
        await support.eventually(lambda: is_connected(bus))
        await bus.publish(support.envelope())
        await support.eventually(hearer.distinct)


async def test_publish_to_a_full_queue_is_undelivered(rabbit_kind, monkeypatch):
    whole = topology._arguments
    monkeypatch.setattr(topology, "_arguments", lambda consumer: whole(consumer) | {"x-max-length": 5})
    wired = {rabbit_kind.first: ("counting.#",)}
    async with opened(rabbit_kind.amqp_url, wired) as bus:
        with pytest.raises(Undelivered):  # noqa: PT012 - the queue is full a few messages after its limit
            for _ in range(50):
                await bus.publish(support.envelope())


async def test_publish_while_the_broker_is_away_is_undelivered_soon():
    bus = RabbitBus("amqp://guest:guest@127.0.0.1:1/")
    await bus.open()
    began = time.monotonic()
    with pytest.raises(Undelivered):
        await bus.publish(support.envelope())
    assert time.monotonic() - began < 8
    assert not bus.connected()
    await bus.close()


async def test_message_on_the_broker_is_persistent_and_names_the_event(rabbit_kind):
    sent = support.envelope(correlationid="c-1")
    async with opened(rabbit_kind.amqp_url, rabbit_kind.wired) as bus:
        await bus.publish(sent)
    async with channel_to(rabbit_kind.amqp_url) as channel:
        queue = await channel.get_queue(wiring.queue_name(rabbit_kind.first))
        message = await queue.get(no_ack=True)
    facts = (message.delivery_mode, message.message_id, message.type, message.content_type, message.correlation_id)
    assert facts == (2, str(sent.id), sent.type, "application/cloudevents+json", "c-1")
    assert message.body == sent.to_json()


async def test_closing_the_bus_waits_for_what_is_being_taken_and_gives_the_rest_back(rabbit_kind):
    hearer, next_one = Hearer(), Hearer()
    hearer.gate.clear()
    sent = [support.envelope() for _ in range(250)]
    async with opened(rabbit_kind.amqp_url, rabbit_kind.wired, hearer.receive) as bus:
        await asyncio.gather(*map(bus.publish, sent))
        asyncio.get_running_loop().call_later(0.3, hearer.gate.set)
    taken = len(hearer.heard)
    async with opened(rabbit_kind.amqp_url, rabbit_kind.wired, next_one.receive):
        await support.eventually(next_one.distinct, 250 - taken)
    assert 0 < taken <= 100
    assert set(hearer.heard) | set(next_one.heard) == {str(one.id) for one in sent}
    assert set(hearer.heard) & set(next_one.heard) == set()


async def test_consumer_that_cannot_take_is_asked_until_it_can_and_no_delivery_is_counted_for_it(rabbit_kind):
    hearer, asked, broken = Hearer(), [], [True]

    async def receive(deliveries):
        asked.append(len(deliveries))
        if broken:
            raise OSError
        await hearer.receive(deliveries)

    async with opened(rabbit_kind.amqp_url, rabbit_kind.wired) as bus:
        await bus.subscribe(rabbit_kind.first, receive)
        await bus.publish(support.envelope())
        await asyncio.sleep(2)
        broken.clear()
        await support.eventually(hearer.distinct)
    assert len(asked) > 2
    assert hearer.deliveries == [0]


async def test_event_that_its_queue_gives_up_is_parked_in_the_database(rabbit_kind, sink):
    sent = support.envelope()
    async with opened(rabbit_kind.amqp_url, rabbit_kind.wired) as bus:
        await bus.publish(sent)
        async with channel_to(rabbit_kind.amqp_url) as channel:
            queue = await channel.get_queue(wiring.queue_name(rabbit_kind.first))
            while message := await queue.get(fail=False):
                await message.reject(requeue=True)
        await bus.subscribe(rabbit_kind.first, support.hearing(rabbit_kind.first, sink).receive)

        async def parked():
            return [one.event_ids for one in await retry.list_parked(sink)]

        await support.eventually(parked, [[sent.id]])


@pytest.mark.parametrize("pattern", TOPICS)
async def test_event_map_matches_as_the_broker_routes(rabbit_kind, pattern):
    async with channel_to(rabbit_kind.amqp_url) as channel:
        exchange = await channel.declare_exchange(f"try-{uuid4().hex[:8]}", "topic", auto_delete=True)
        queue = await channel.declare_queue(exclusive=True)
        await queue.bind(exchange, pattern)
        for kind in TYPES:
            await exchange.publish(aio_pika.Message(kind.encode()), kind, mandatory=False)
        routed = set()
        while message := await queue.get(no_ack=True, fail=False):
            routed.add(message.body.decode())
    assert {kind for kind in TYPES if wiring.matches(pattern, kind)} == routed
