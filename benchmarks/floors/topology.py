"""What the bare relay and the bare consumer declare: one exchange and one quorum queue."""

from __future__ import annotations

from aio_pika.abc import AbstractChannel, AbstractExchange

EXCHANGE, QUEUE = "floor.events", "floor.queue"


async def declare(channel: AbstractChannel) -> AbstractExchange:
    """Declare both, bind them, and give the exchange."""
    exchange = await channel.declare_exchange(EXCHANGE, "topic", durable=True)
    queue = await channel.declare_queue(QUEUE, durable=True, arguments={"x-queue-type": "quorum"})
    await queue.bind(exchange, "#")
    return exchange
