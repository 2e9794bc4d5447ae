"""Our relay or our consumer alone, as every service runs them: `python -m benchmarks.link relay|hear`."""

from __future__ import annotations

import asyncio
import os
import signal
import sys

from shared import logging, runtime, service, worker
from shared.contracts.events.delegation import DelegateAdded
from shared.db.pool import Connection, Pool
from shared.messaging import consumer, relay, retry
from shared.messaging.rabbit import RabbitBus
from shared.service import Received, Subscription

from benchmarks import events


async def take(connection: Connection, received: Received[DelegateAdded]) -> None:
    """Have the effect: one row."""
    await connection.execute(events.EFFECT, received.envelope.id)


async def main(role: str) -> None:
    """Run until SIGTERM."""
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    pool = await Pool.open(os.environ["LINK_DATABASE"], name=f"bench-{role}")
    bus = RabbitBus(os.environ["LINK_AMQP"], wired={events.CONSUMER: (f"{DelegateAdded.type.split('.')[0]}.#",)})
    await bus.open()
    if role == "relay":
        workers = [service.Worker("relay", relay.Relay(pool, bus).run)]
    else:
        hearing = consumer.Consumer(events.CONSUMER, pool, [Subscription(DelegateAdded, take)])
        workers = [service.Worker("retry", retry.Retrier(hearing, pool).run)]
        await bus.subscribe(events.CONSUMER, hearing.receive)
    runtime._settle_memory()  # noqa: SLF001 - what every service does once it is up
    await worker.supervise(workers, stop)
    await bus.close()
    await pool.close()


if __name__ == "__main__":
    logging.configure("bench", "info")
    with asyncio.Runner(loop_factory=runtime.loop_factory()) as runner:
        runner.run(main(sys.argv[1]))
