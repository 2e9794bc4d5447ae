"""The broker that tests get is a real one, wherever it comes from."""

from __future__ import annotations

import asyncio

import aio_pika
import pytest

from tests.support import rabbit as brokers

pytestmark = pytest.mark.broker


async def round_trip(url: str) -> bytes:
    connection = await aio_pika.connect(url, timeout=60)
    async with connection, connection.channel() as channel:
        queue = await channel.declare_queue("support", durable=True, arguments={"x-queue-type": "quorum"})
        message = aio_pika.Message(b"here", delivery_mode=aio_pika.DeliveryMode.PERSISTENT)
        await channel.default_exchange.publish(message, "support", timeout=60)
        received = await queue.get(timeout=60)
        await received.ack()
        await queue.delete(if_unused=False, if_empty=False)
        return received.body


async def test_broker_of_the_session_keeps_a_message_in_a_quorum_queue(rabbit: brokers.Broker) -> None:
    assert await round_trip(rabbit.url) == b"here"


async def test_private_node_killed_and_started_again_answers_on_the_same_port() -> None:
    async with brokers.private_node() as node:
        assert await round_trip(node.url) == b"here"
        node.kill()
        await asyncio.sleep(0.2)
        with pytest.raises((OSError, TimeoutError, aio_pika.exceptions.AMQPError)):
            await aio_pika.connect(node.url, timeout=2)
        await node.restart()
        assert await round_trip(node.url) == b"here"
