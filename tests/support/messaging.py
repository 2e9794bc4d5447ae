"""Services that only talk: a publisher with counters, and hearers that write down what they hear."""

from __future__ import annotations

import asyncio
import importlib.resources
from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING, ClassVar
from uuid import UUID, uuid4

from shared.contracts.envelope import Envelope, Event
from shared.db.migrate import Area
from shared.db.pool import Pool
from shared.messaging import outbox
from shared.messaging.bus import Delivery, Undelivered
from shared.messaging.consumer import Consumer
from shared.service import Subscription

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Sequence

    from shared.messaging.bus import Receive

MESSAGING = Area("messaging", importlib.resources.files("shared.messaging") / "sql/migrations")

TABLES = """
create table if not exists counter (id uuid primary key, version bigint not null);
create table if not exists heard (
    seen bigint generated always as identity,
    consumer text, event_id uuid, counter uuid, version bigint, correlation text
);
"""
RAISE = """
insert into counter (id, version) values ($1, 1)
on conflict (id) do update set version = counter.version + 1
returning version
"""


class CounterRaised(Event):
    """A counter went up by one."""

    type: ClassVar[str] = "counting.counter.raised.v1"
    aggregate: ClassVar[str] = "counter"

    id: UUID
    value: int


WIRED = {"first": ("counting.#",), "second": ("counting.counter.*.v1",), "deaf": ("singing.#",)}


@asynccontextmanager
async def prepared(dsn: str, *, size: int = 10) -> AsyncIterator[Pool]:
    """Open a pool on a database that has the tables of these tests."""
    pool = await Pool.open(dsn, name="test", size=size)
    try:
        async with pool.connection() as connection:
            await connection.execute(TABLES)
        yield pool
    finally:
        await pool.close()


async def raise_counter(pool: Pool, counter: UUID, *, pause: float = 0) -> UUID:
    """Raise a counter and say so, in one transaction that lasts `pause` seconds."""
    async with pool.transaction() as connection:
        version = await connection.fetchval(RAISE, counter)
        event_id = await outbox.emit(connection, CounterRaised(id=counter, value=version), sequence=version)
        await asyncio.sleep(pause)
    return event_id


def hearing(name: str, pool: Pool, spoil: Callable[[CounterRaised], Awaitable[None] | None] | None = None) -> Consumer:
    """Make a consumer that writes down what it hears; `spoil` may raise after the effect was written."""

    async def hear(connection, received):
        await connection.execute(
            "insert into heard (consumer, event_id, counter, version, correlation) values ($1, $2, $3, $4, $5)",
            name,
            received.envelope.id,
            received.data.id,
            received.data.value,
            received.envelope.correlationid,
        )
        if spoil and (waiting := spoil(received.data)):
            await waiting

    return Consumer(name, pool, [Subscription(CounterRaised, hear)])


async def heard(pool: Pool, consumer: str) -> list[UUID]:
    """List what a consumer heard, in order."""
    rows = await pool.fetch("select event_id from heard where consumer = $1 order by seen", consumer)
    return [row["event_id"] for row in rows]


async def in_order(pool: Pool, consumer: str) -> dict[UUID, list[int]]:
    """List the versions of each counter in the order that a consumer heard them."""
    rows = await pool.fetch("select counter, version from heard where consumer = $1 order by seen", consumer)
    versions: dict[UUID, list[int]] = {}
    for row in rows:
        versions.setdefault(row["counter"], []).append(row["version"])
    return versions


async def unsent(pool: Pool) -> int:
    """Count the events that wait in the outbox."""
    return await pool.fetchval("select count(*) from outbox where sent_at is null")


def envelope(value: int = 1, *, counter: UUID | None = None, **changes) -> Envelope:
    """Make the envelope of a raised counter."""
    data = CounterRaised(id=counter or uuid4(), value=value)
    facts = {
        "id": uuid4(),
        "source": "/counting",
        "type": CounterRaised.type,
        "subject": data.subject(),
        "time": "2026-11-24T12:00:00Z",
        "data": data.model_dump(mode="json"),
        "sequence": value,
    }
    return Envelope.model_validate(facts | changes)


def delivery(of: Envelope, deliveries: int = 0) -> Delivery:
    """Deliver an envelope."""
    return Delivery(of.to_json(), str(of.id), deliveries)


@asynccontextmanager
async def running(*tasks: Callable[[], Awaitable[None]]) -> AsyncIterator[list[asyncio.Task]]:
    """Run long tasks beside the test."""
    started = [asyncio.ensure_future(task()) for task in tasks]
    try:
        yield started
    finally:
        for task in started:
            task.cancel()
        with suppress(asyncio.CancelledError):
            await asyncio.wait(started, timeout=10)


async def eventually(what: Callable[[], Awaitable[object]], wanted: object = 1, *, seconds: float = 10) -> None:
    """Wait until a question has the wanted answer; say the last answer when it never has."""
    answer: object = None
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            while (answer := await what()) != wanted:
                await asyncio.sleep(0.05)
            return
    raise AssertionError(f"wanted {wanted!r} within {seconds} s, had {answer!r}")


class FlakyBus:
    """A bus that does as it is told, and remembers what it was asked to carry."""

    def __init__(self, refuse: Callable[[Envelope], bool] = lambda _: False) -> None:
        self.refuse = refuse
        self.published: list[Envelope] = []
        self.up = True

    async def publish(self, envelope: Envelope) -> None:
        self.published.append(envelope)
        await asyncio.sleep(0)
        if self.refuse(envelope):
            raise Undelivered("told to")

    async def subscribe(self, consumer: str, receive: Receive) -> None: ...

    async def unsubscribe(self, consumer: str) -> None: ...

    async def close(self) -> None: ...

    def connected(self) -> bool:
        return self.up


def versions_of(published: Sequence[Envelope], counter: UUID) -> list[int]:
    """List the versions of a counter in the order they were published."""
    return [one.sequence for one in published if one.subject == f"counter/{counter}"]


def spoiling(*values: int, error: type[Exception] = ValueError):
    """Make a way to fail at some values."""

    def spoil(data):
        if data.value in values:
            raise error(f"counter at {data.value}")

    return spoil


async def kept(pool) -> list[tuple]:
    """List the failed events that are kept: id, state, attempts, cause."""
    rows = await pool.fetch("select event_id, state, attempts, fingerprint from retry order by id")
    return [tuple(row) for row in rows]
