"""One link of a chain that only counts, as a process: `python -m tests.chaos.link relay|hear`.

It is the relay and the consumer that every service runs; the effect is a plain insert, so that a second one shows.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections import Counter
from contextlib import AsyncExitStack
from datetime import timedelta

from shared import failpoints, logging, runtime, service, worker
from shared.db.pool import Pool, Unavailable
from shared.messaging import failures, rabbit, relay, retry
from tests.chaos import sabotage
from tests.support import messaging as support

SIZE = 5
FREE = "connections that can be had: "


class Deadly(Exception):
    """The event that the test says is bad."""


def spoiling():
    """Make what a bad event does: raise always, raise until it is noted for later, or end the process."""
    always, once, deadly = (_values(name) for name in ("CHAIN_BAD", "CHAIN_BAD_ONCE", "CHAIN_DEADLY"))
    # With its batch, and then alone: only after that is it tried again later.
    left = Counter(dict.fromkeys(once, 2))

    def spoil(data):
        if data.value in deadly:
            os.kill(os.getpid(), signal.SIGKILL)
        if data.value in always or left[data.value] > 0:
            left[data.value] -= 1
            raise Deadly(f"counter at {data.value}")

    return spoil


def _values(name: str) -> set[int]:
    return {int(word) for word in os.environ.get(name, "").split(",") if word}


def hurry() -> None:
    """Shorten the waits between attempts, heartbeats and for confirmations where the test says so."""
    if rungs := os.environ.get("CHAIN_LADDER"):
        failures.LADDER = retry.LADDER = tuple(timedelta(seconds=float(rung)) for rung in rungs.split(","))
    if claim := os.environ.get("CHAIN_CLAIM"):
        retry.CLAIMED = timedelta(seconds=float(claim))
    if beat := os.environ.get("CHAIN_HEARTBEAT"):
        rabbit.HEARTBEAT = int(beat)
    if confirm := os.environ.get("CHAIN_CONFIRM"):
        rabbit.PUBLISH_SECONDS = float(confirm)
    relay.SESSION = os.environ.get("CHAIN_SESSION", relay.SESSION)


async def main(role: str) -> None:
    """Run the link until SIGTERM; its name is the consumer's."""
    name = os.environ["CHAIN_NAME"]
    pool = await Pool.open(os.environ["CHAIN_DATABASE"], name=f"{name}-{role}", size=SIZE)
    bus = rabbit.RabbitBus(os.environ["CHAIN_BROKER"], wired={name: ("counting.#",)})
    await bus.open()
    if role == "relay":
        workers = [service.Worker("relay", relay.Relay(pool, bus).run)]
    else:
        consumer = support.hearing(name, pool, spoiling())
        workers = [service.Worker("retry", retry.Retrier(consumer, pool).run)]
        await bus.subscribe(name, consumer.receive)
    await worker.supervise(workers, runtime._on_signal())
    await bus.close()
    print(f"{FREE}{await free(pool)}")  # noqa: T201 - the test reads it
    await pool.close()


async def free(pool: Pool) -> int:
    """Count the connections of a pool that can be had at once: all of its size, unless some were not given back."""
    async with AsyncExitStack() as stack:
        for found in range(SIZE):
            try:
                await stack.enter_async_context(pool.connection())
            except Unavailable:
                return found
        return SIZE


if __name__ == "__main__":
    logging.configure("chain", "info", development=False)
    sabotage.plant(os.environ.get("SABOTAGE", ""))
    hurry()
    failpoints.arm(os.environ.get("CHAIN_FAILPOINTS", ""))
    with asyncio.Runner(loop_factory=runtime.loop_factory()) as runner:
        runner.run(main(sys.argv[1]))
