"""Floor: a consumer that takes what waits, at most 100, in one transaction, and acknowledges it all at once."""

from __future__ import annotations

import asyncio
import os
import signal
from contextlib import suppress

import aio_pika
import asyncpg
import orjson
import uvloop

from benchmarks.floors import topology

MOST = 100
EFFECT = "insert into effect (event_id) values ($1) on conflict do nothing"


async def consume() -> None:
    """Consume for ever."""
    connection = await asyncpg.connect(os.environ["LINK_DATABASE"])
    broker = await aio_pika.connect(os.environ["LINK_AMQP"])
    channel = await broker.channel(publisher_confirms=False)
    await channel.set_qos(200)
    await topology.declare(channel)
    waiting: asyncio.Queue[aio_pika.abc.AbstractIncomingMessage] = asyncio.Queue()
    queue = await channel.get_queue(topology.QUEUE)

    async def hold(message: aio_pika.abc.AbstractIncomingMessage) -> None:
        waiting.put_nowait(message)

    await queue.consume(hold)
    while True:
        batch = [await waiting.get()]
        while len(batch) < MOST and not waiting.empty():
            batch.append(waiting.get_nowait())
        # One transaction, its statements sent together.
        await connection.executemany(EFFECT, [(orjson.loads(message.body)["id"],) for message in batch])
        await batch[-1].ack(multiple=True)


async def main() -> None:
    """Run until SIGTERM."""
    task = asyncio.ensure_future(consume())
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
    with suppress(asyncio.CancelledError):
        await task


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(main())
