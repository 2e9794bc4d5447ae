"""The exchanges, queues and bindings of the event map on the broker; every process declares them all (reliability §C4).

Each consumer has an exchange of its own. On one for all, the broker would take an event as long as any queue
is bound to it, and audit's always is: nobody would learn that another one is gone (R10).

Arguments cannot change once declared: another argument needs another name in `wiring.queue_name`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from shared.contracts import wiring

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from aio_pika.abc import AbstractChannel, AbstractExchange

SECONDS = 5.0
LIMIT = 20
"""A queue gives a message up after so many deliveries: it moves to the queue of parked ones."""


def parked_queue_name(consumer: str) -> str:
    """Name the queue that holds what a consumer's queue gave up, until the consumer parks it in its database."""
    return f"mandat.parked.{consumer}.v1"


def queues_of(consumer: str) -> tuple[tuple[str, bool], ...]:
    """Give the queues that feed a consumer, and whether each holds what the other gave up."""
    return (wiring.queue_name(consumer), False), (parked_queue_name(consumer), True)


Exchanges = dict[str, "AbstractExchange"]
"""The exchange of each consumer."""


async def declare(channel: AbstractChannel, wired: Mapping[str, tuple[str, ...]]) -> Exchanges:
    """Declare everything and give the exchanges of events."""
    exchanges: Exchanges = {}
    parked = await channel.declare_exchange(wiring.PARKED_EXCHANGE, "direct", durable=True, timeout=SECONDS)
    for consumer, patterns in wired.items():
        await _queue(channel, parked_queue_name(consumer), {}, parked, (consumer,))
        events = await channel.declare_exchange(wiring.exchange_name(consumer), "topic", durable=True, timeout=SECONDS)
        await _queue(channel, wiring.queue_name(consumer), _arguments(consumer), events, patterns)
        exchanges[consumer] = events
    return exchanges


async def check(
    channel: AbstractChannel, wired: Mapping[str, tuple[str, ...]], consumer: str | None = None
) -> Exchanges:
    """Check that the exchanges, and the queues of a consumer, are there; needs no right to make any of it."""
    for name, _ in queues_of(consumer) if consumer else ():
        await channel.declare_queue(name, passive=True, timeout=SECONDS)
    return {
        name: await channel.declare_exchange(wiring.exchange_name(name), passive=True, timeout=SECONDS)
        for name in wired
    }


def _arguments(consumer: str) -> dict[str, Any]:
    return {
        "x-delivery-limit": LIMIT,
        "x-dead-letter-exchange": wiring.PARKED_EXCHANGE,
        "x-dead-letter-routing-key": consumer,
        "x-dead-letter-strategy": "at-least-once",
        "x-overflow": "reject-publish",  # a full queue refuses: the event stays in the outbox
        "x-max-length": 200_000,
    }


async def _queue(
    channel: AbstractChannel, name: str, arguments: dict[str, Any], exchange: AbstractExchange, keys: Sequence[str]
) -> None:
    quorum = {"x-queue-type": "quorum", **arguments}
    queue = await channel.declare_queue(name, durable=True, arguments=quorum, timeout=SECONDS)
    for key in keys:
        await queue.bind(exchange, key, timeout=SECONDS)
