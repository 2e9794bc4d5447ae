"""The relay: sends what the outbox holds, in order within an aggregate, at least once (reliability §C2).

A partition belongs to whoever holds its advisory lock, on the very connection that marks rows sent:
a relay that lost its lock cannot mark. Rows are found by "not yet sent", never by a last id.
"""

from __future__ import annotations

import asyncio
import math
import random
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import structlog

from shared import failpoints, worker
from shared.contracts.envelope import Envelope
from shared.messaging import failures
from shared.messaging.backoff import Backoff
from shared.messaging.outbox import CHANNEL, PARTITIONS, SQL

if TYPE_CHECKING:
    from collections.abc import Sequence

    import asyncpg

    from shared.db.pool import Pool
    from shared.messaging.bus import Bus

log = structlog.get_logger()

LOCK_SPACE = 0x6D61_6E64  # "mand": the first key of our advisory locks on partitions
PRESENCE = PARTITIONS
"""The second key of the lock that every relay shares with the others, so that they can be counted."""
BATCH = 200
IN_FLIGHT = 100
POLL = 1.0
CLOSE_SECONDS = 2.0
RESTING = 1000
"""More aggregates than this at rest mean that the bus is ill, not they: all are tried again."""
# A batch begins nothing after this many seconds; with the bus's own limit it ends within SESSION.
BATCH_SECONDS = 5.0
SESSION = "30s"
"""A relay that stopped turning loses its connection after this long, and with it its partitions."""


@dataclass(slots=True)
class _Batch:
    """What became of the rows of one turn."""

    until: float
    sent: list[int] = field(default_factory=list)
    failed: dict[str, Exception] = field(default_factory=dict)


@dataclass(slots=True)
class _Rest:
    """An aggregate whose event could not be sent is left out until a time, so that it does not hold up others."""

    until: float = 0.0
    backoff: Backoff = field(default_factory=Backoff)


class Relay:
    """Sends the outbox of one database over a bus; any number may run, each with its own partitions."""

    def __init__(self, pool: Pool, bus: Bus, *, poll: float = POLL) -> None:
        self._pool = pool
        self._bus = bus
        self._poll = poll
        self._wake = asyncio.Event()
        self._mine: set[int] = set()
        self._next_take = 0.0
        self._resting: dict[str, _Rest] = {}
        self._bus_away = Backoff()

    @property
    def partitions(self) -> frozenset[int]:
        """Tell which partitions are this relay's at the moment."""
        return frozenset(self._mine)

    async def run(self) -> None:
        """Relay until cancelled; a database that is away is waited for."""
        backoff = Backoff()
        while True:
            try:
                async with worker.strays_as_failures():
                    await self._session(backoff)
            except failures.AWAY as error:
                log.warning("relay lost its database", error=failures.describe(error))
            await asyncio.sleep(backoff.grow())

    async def _session(self, backoff: Backoff) -> None:
        connection = await self._pool.connect()
        try:
            await connection.execute(SQL["limit_session"], SESSION)
            await connection.execute(SQL["announce_relay"], LOCK_SPACE, PRESENCE)
            await connection.add_listener(CHANNEL, self._notified)
            connection.add_termination_listener(self._notified)
            log.info("relay connected")
            while True:
                await self._turn(connection)
                backoff.reset()
        finally:
            self._mine.clear()
            self._next_take = 0.0
            with suppress(*failures.AWAY):
                await connection.close(timeout=CLOSE_SECONDS)

    def _notified(self, *_: Any) -> None:
        self._wake.set()

    async def _turn(self, connection: asyncpg.Connection[Any]) -> None:
        self._wake.clear()
        await self._take_partitions(connection)
        rows = await connection.fetch(SQL["list_unsent"], list(self._mine), self._at_rest(), BATCH)
        batch = await self._send(rows)
        if batch.sent:
            await connection.execute(SQL["mark_sent"], batch.sent)
            failpoints.reach("relay.marked")
        await self._judge(batch)
        if not rows:
            await self._until_woken()

    async def _take_partitions(self, connection: asyncpg.Connection[Any]) -> None:
        """Hold a fair share: nothing is under way between two turns, so what is given away keeps its order."""
        now = asyncio.get_running_loop().time()
        if now < self._next_take:
            return
        self._next_take = now + self._poll
        relays = await connection.fetchval(SQL["count_relays"], LOCK_SPACE, PRESENCE)
        share = math.ceil(PARTITIONS / max(relays, 1))
        if excess := sorted(self._mine)[share:]:
            self._mine -= set(excess)
            await connection.fetch(SQL["release_partitions"], excess, LOCK_SPACE)
        elif missing := share - len(self._mine):
            wanted = list(set(range(PARTITIONS)) - self._mine)
            random.shuffle(wanted)
            rows = await connection.fetch(SQL["take_partitions"], wanted, LOCK_SPACE, missing)
            self._mine |= {row["part"] for row in rows}

    async def _send(self, rows: Sequence[asyncpg.Record]) -> _Batch:
        aggregates: dict[str, list[asyncpg.Record]] = {}
        for row in rows:
            aggregates.setdefault(row["subject"], []).append(row)
        batch = _Batch(until=asyncio.get_running_loop().time() + BATCH_SECONDS)
        slots = asyncio.Semaphore(IN_FLIGHT)

        async def send(subject: str) -> None:
            async with slots:
                await self._send_in_order(subject, aggregates[subject], batch)

        await asyncio.gather(*map(send, aggregates))
        return batch

    async def _send_in_order(self, subject: str, rows: Sequence[asyncpg.Record], batch: _Batch) -> None:
        for row in rows:
            if asyncio.get_running_loop().time() > batch.until:
                return
            try:
                failpoints.reach("relay.unsent")
                async with worker.strays_as_failures():
                    await self._bus.publish(Envelope.model_validate_json(row["body"]))
                failpoints.reach("relay.confirmed")
            except Exception as error:  # noqa: BLE001 - whatever it is, the event is not sent
                batch.failed[subject] = error
                return
            batch.sent.append(row["id"])
            self._resting.pop(subject, None)

    async def _judge(self, batch: _Batch) -> None:
        if batch.failed:
            causes = sorted({failures.describe(error) for error in batch.failed.values()})
            log.warning("events not sent", aggregates=len(batch.failed), causes=causes[:3])
        if batch.failed and not self._bus.connected():
            await asyncio.sleep(self._bus_away.grow())
            return
        self._bus_away.reset()
        if len(self._resting) > RESTING:
            self._resting.clear()
        now = asyncio.get_running_loop().time()
        for subject in batch.failed:
            rest = self._resting.setdefault(subject, _Rest())
            rest.until = now + rest.backoff.grow()

    def _at_rest(self) -> list[str]:
        now = asyncio.get_running_loop().time()
        return [subject for subject, rest in self._resting.items() if rest.until > now]

    async def _until_woken(self) -> None:
        now = asyncio.get_running_loop().time()
        # The poll is the guarantee; a notification only rings earlier.
        pause = min([self._poll, *(max(rest.until - now, 0.01) for rest in self._resting.values())])
        with suppress(TimeoutError):
            async with asyncio.timeout(pause * random.uniform(0.8, 1.2)):  # noqa: S311 - jitter, no secret
                await self._wake.wait()


async def backlog(pool: Pool) -> dict[str, float | int | None]:
    """Tell how many events wait to be sent (at most 10 001) and for how many seconds, and how many failed."""
    row = await pool.fetchrow(SQL["count_backlog"])
    return dict(row) if row else {}
