"""Floor: a relay that LISTENs, reads up to 200 events, publishes them all at once with confirms, and marks them."""

from __future__ import annotations

import asyncio
import os
import signal
from contextlib import suppress

import aio_pika
import asyncpg
import uvloop

from benchmarks.floors import topology

READ = "select id, event_id, type, envelope::text as body from outbox where sent_at is null order by id limit 200"
MARK = "update outbox set sent_at = clock_timestamp() where id = any($1::bigint[])"


async def relay() -> None:
    """Relay for ever."""
    woken = asyncio.Event()
    connection = await asyncpg.connect(os.environ["LINK_DATABASE"])
    await connection.add_listener("outbox", lambda *_: woken.set())
    broker = await aio_pika.connect(os.environ["LINK_AMQP"])
    channel = await broker.channel(publisher_confirms=True, on_return_raises=True)
    exchange = await topology.declare(channel)
    while True:
        woken.clear()
        rows = await connection.fetch(READ)
        if not rows:
            with suppress(TimeoutError):
                await asyncio.wait_for(woken.wait(), 1)
            continue
        await asyncio.gather(*(exchange.publish(_message(row), row["type"], timeout=10) for row in rows))
        await connection.execute(MARK, [row["id"] for row in rows])


def _message(row: asyncpg.Record) -> aio_pika.Message:
    return aio_pika.Message(
        row["body"].encode(),
        delivery_mode=aio_pika.DeliveryMode.PERSISTENT,
        message_id=str(row["event_id"]),
        type=row["type"],
    )


async def main() -> None:
    """Run until SIGTERM."""
    task = asyncio.ensure_future(relay())
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
    with suppress(asyncio.CancelledError):
        await task


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(main())
