"""A process that relays and hears, and that one event kills; it ends by itself when nothing is left to hear."""

from __future__ import annotations

import asyncio
import os
import sys
from uuid import UUID

from shared.messaging.memory import MemoryBus
from shared.messaging.rabbit import RabbitBus
from shared.messaging.relay import Relay
from tests.support import messaging as support


async def main(carrier: str, source_dsn: str, sink_dsn: str, name: str, deadly: str) -> None:
    async with support.prepared(source_dsn) as source, support.prepared(sink_dsn) as sink:
        counter = UUID((await source.fetchval("select subject from outbox where event_id = $1", UUID(deadly)))[8:])

        async def spoil(data):
            await asyncio.sleep(0.01)
            if data.id == counter:
                os._exit(9)

        wired = {name: ("counting.#",)}
        bus = MemoryBus([name], wired=wired) if carrier == "memory" else RabbitBus(carrier, wired=wired)
        if isinstance(bus, RabbitBus):
            await bus.open()
        await bus.subscribe(name, support.hearing(name, sink, spoil).receive)

        async def settled() -> bool:
            known = await sink.fetchval("select (select count(*) from inbox) + (select count(*) from retry)")
            return known == await source.fetchval("select count(*) from outbox")

        async with support.running(Relay(source, bus).run):
            await support.eventually(settled, seconds=20)
            await support.eventually(lambda: support.unsent(source), 0)
        await bus.close()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
