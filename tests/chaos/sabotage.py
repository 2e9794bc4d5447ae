"""Planted bugs: each takes away one protection of a process, so that a fault that it guards against must show.

A process is sabotaged by the variable `SABOTAGE` before its program runs (`python -m tests.chaos.sabotage <module>`).
"""

from __future__ import annotations

import asyncio
import os
import runpy
import sys
from collections.abc import Callable
from contextlib import asynccontextmanager

from shared import worker
from shared.db.pool import Pool
from shared.messaging import consumer, inbox, links, outbox, rabbit, relay
from tests.chaos import sabotage_services


def no_inbox() -> None:
    """Run every effect again, however often an event comes."""

    async def take(connection, name, event_ids):
        return set(event_ids)

    inbox.take = take
    consumer.inbox.taken = _nothing_taken


async def _nothing_taken(pool, name, event_ids):
    return set()


def mark_first() -> None:
    """Mark events sent before they are."""
    send = relay.Relay._send

    async def marked(self, rows):
        await self._pool.execute(outbox.SQL["mark_sent"], [row["id"] for row in rows])
        return await send(self, rows)

    relay.Relay._send = marked


def acknowledge_first() -> None:
    """Acknowledge events before their effect."""
    take = rabbit._Feed._take

    async def acknowledged(self, held):
        for one in held:
            if one:
                await one.message.ack()
        await asyncio.sleep(0.05)
        await take(self, held)

    rabbit._Feed._take = acknowledged
    rabbit._Feed._give_back = _keep_all
    _once_only()


def _once_only() -> None:
    from aio_pika.message import IncomingMessage

    ack = IncomingMessage.ack

    async def first(self, **options):
        if not options.get("multiple"):
            await ack(self)

    IncomingMessage.ack = first


async def _keep_all(self, consuming, held):
    return None


def plain_exceptions() -> None:
    """Take a CancelledError of a library for one's own, and leave the long tasks without a supervisor."""

    @asynccontextmanager
    async def as_they_come():
        yield

    async def unsupervised(workers, stop):
        tasks = [asyncio.ensure_future(one.run()) for one in workers]
        await stop.wait()
        await worker._cancel(set(tasks))

    worker.strays_as_failures = as_they_come
    worker.supervise = unsupervised


def unrouted_is_sent() -> None:
    """Publish as the library does by default: what no queue takes is no error."""
    from aio_pika import RobustConnection

    channel = RobustConnection.channel

    def silent(self, *args, **options):
        return channel(self, *args, **(options | {"on_return_raises": False}))

    RobustConnection.channel = silent
    from aio_pika.connection import Connection

    plain = Connection.channel

    def silent_too(self, *args, **options):
        return plain(self, *args, **(options | {"on_return_raises": False}))

    Connection.channel = silent_too
    rabbit.Basic = type("Basic", (), {"Ack": object})


def any_queue_will_do() -> None:
    """Take an event for sent when one queue has it, as with one exchange for all."""

    async def publish(exchanges, message, key):
        copies = (exchange.publish(message, key, timeout=10) for exchange in exchanges)
        confirmations = await asyncio.gather(*copies, return_exceptions=True)
        return [one for one in confirmations if not isinstance(one, BaseException)]

    rabbit._publish = publish


def free_relays() -> None:
    """Let every relay take what no other one holds at the moment, in transactions with FOR UPDATE SKIP LOCKED."""

    async def turn(self, connection):
        async with connection.transaction():
            rows = await connection.fetch(
                "select id, subject, envelope::text as body from outbox where sent_at is null order by id limit 20 "
                "for update skip locked"
            )
            batch = await self._send(rows)
            await connection.execute(outbox.SQL["mark_sent"], batch.sent)
        if not rows:
            await asyncio.sleep(0.01)

    relay.Relay._turn = turn


def last_id() -> None:
    """Find events by the last id seen."""
    by_id = (
        "select id, subject, envelope::text as body from outbox "
        "where id > coalesce((select max(id) from outbox where sent_at is not null), 0) "
        "and part = any($1::smallint[]) and subject <> all($2::text[]) order by id limit $3"
    )
    relay.SQL = {**relay.SQL, "list_unsent": by_id}


def no_crash_guard() -> None:
    """Begin an event as often as it comes, whatever became of it before, all that came together at once."""
    consumer.STARTS = 10**9

    async def together(self, events):
        await self._take_fresh(events)

    consumer.Consumer._take_again = together


def no_retries() -> None:
    """Forget an event whose effect failed."""

    async def forget(to, name, event, error, *, parked=False):
        return None

    consumer.failures.keep = forget


def leftovers() -> None:
    """Leave at each connection to the broker another one with a channel, 8 MiB, and the first times one of the pool."""
    import aio_pika

    pools, left = [], []
    opened, connected = Pool.__init__, links.Link._connection

    def remembered(self, *args, **options):
        opened(self, *args, **options)
        pools.append(self)

    @asynccontextmanager
    async def leaving(self):
        other = await aio_pika.connect_robust(os.environ["CHAIN_BROKER"], timeout=5, reconnect_interval=0.2)
        # A pool that gives nothing any more would end the chain, which is another fault.
        kept = await pools[0].acquire() if len(left) < 2 else None
        left.append((await other.channel(), b"x" * (8 << 20), kept))
        async with connected(self) as connection:
            yield connection

    Pool.__init__, links.Link._connection = remembered, leaving


BUGS: dict[str, Callable[[], None]] = {
    bug.__name__.replace("_", "-"): bug
    for bug in (
        *sabotage_services.BUGS,
        no_inbox,
        mark_first,
        acknowledge_first,
        plain_exceptions,
        unrouted_is_sent,
        any_queue_will_do,
        free_relays,
        last_id,
        no_crash_guard,
        no_retries,
        leftovers,
    )
}


def plant(names: str) -> None:
    """Plant the bugs of a comma-separated list."""
    for name in filter(None, names.split(",")):
        BUGS[name]()


if __name__ == "__main__":
    plant(os.environ.get("SABOTAGE", ""))
    del sys.argv[0]
    runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)
