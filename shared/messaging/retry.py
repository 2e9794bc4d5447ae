"""Tries failed events again, and lets a person see, replay and discard those that were parked (reliability §C5).

An attempt is noted before it runs, with the time of the next one: replicas do not multiply attempts,
and an event that kills its process uses them up like one that fails.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

import structlog

from shared import failpoints
from shared.messaging import failures
from shared.messaging.backoff import Backoff
from shared.messaging.bus import Delivery
from shared.messaging.failures import LADDER, Poisoned, State, Undecodable
from shared.messaging.outbox import SQL

if TYPE_CHECKING:
    from collections.abc import Sequence

    import asyncpg

    from shared.db.pool import Pool
    from shared.messaging.consumer import Consumer
    from shared.messaging.incoming import Incoming

log = structlog.get_logger()

CLAIM = 20
CLAIMED = timedelta(seconds=60)
"""An attempt that did not end within this time, twice the limit of an effect, has died with its process."""
POLL = 0.5


class Retrier:
    """Runs the due attempts of one consumer; any number of replicas may."""

    def __init__(self, consumer: Consumer, pool: Pool, *, poll: float = POLL) -> None:
        self._consumer = consumer
        self._pool = pool
        self._poll = poll

    async def run(self) -> None:
        """Run attempts as they fall due, until cancelled; a database that is away is waited for."""
        backoff = Backoff()
        while True:
            try:
                pause = 0.0 if await self.run_due() else self._poll
                backoff.reset()
            except failures.AWAY as error:
                log.warning(
                    "retries wait for the database", consumer=self._consumer.name, error=failures.describe(error)
                )
                pause = backoff.grow()
            await asyncio.sleep(pause)

    async def run_due(self) -> int:
        """Run the attempts that are due now, at most 20, and give their number."""
        until = asyncio.get_running_loop().time() + CLAIMED.total_seconds() / 2
        rows = await self._pool.fetch(SQL["claim_due"], self._consumer.name, CLAIMED, CLAIM)
        if rows:
            failpoints.reach("retry.claimed")
        for row in sorted(rows, key=lambda row: row["id"]):
            # What this turn is too slow for is due again when its claim ends.
            if asyncio.get_running_loop().time() < until:
                await self._attempt(row)
        return len(rows)

    async def _attempt(self, row: asyncpg.Record) -> None:
        try:
            event = self._read(row)
            await self._consumer.take(
                [event] if event else [], lambda connection: connection.execute(SQL["delete_retry"], row["id"])
            )
        except Exception as error:  # noqa: BLE001 - whatever it is, the event is tried again or parked
            await self._note(row, error)

    def _read(self, row: asyncpg.Record) -> Incoming | None:
        if row["attempts"] > len(LADDER):
            raise Poisoned("its last attempt began and never ended")
        return self._consumer.decode(Delivery(row["body"], str(row["event_id"])))

    async def _note(self, row: asyncpg.Record, error: Exception) -> None:
        attempts, cause = row["attempts"], failures.fingerprint(error)
        facts = {
            "consumer": self._consumer.name,
            "event_id": str(row["event_id"]),
            "attempts": attempts,
            "cause": cause,
        }
        state, wait = State.WAITING, LADDER[min(attempts, len(LADDER) - 1)]
        if attempts >= len(LADDER) or isinstance(error, Undecodable):
            state = State.PARKED
            log.error("event parked", exc_info=error, **facts)
        else:
            log.info("attempt failed", **facts)
        await self._pool.execute(SQL["update_retry"], row["id"], state, wait, failures.describe(error), cause)


@dataclass(frozen=True, slots=True)
class Parked:
    """Events parked for one cause: how many, since when, of which types, the last error, and the first five ids."""

    fingerprint: str
    consumer: str
    count: int
    first_failed_at: datetime
    last_failed_at: datetime
    types: Sequence[str]
    error: str
    event_ids: Sequence[UUID]


async def list_parked(pool: Pool) -> list[Parked]:
    """List what is parked, by cause, the most frequent first."""
    return [Parked(**row) for row in await pool.fetch(SQL["list_parked"])]


async def replay(pool: Pool, what: str | UUID) -> int:
    """Let parked events run again, by their cause's fingerprint or one by its id, and give their number."""
    return len(await pool.fetch(SQL["replay_parked"], *_which(what)))


async def discard(pool: Pool, what: str | UUID) -> int:
    """Settle parked events without their effect, by fingerprint or event id, and give their number."""
    return int(await pool.fetchval(SQL["discard_parked"], *_which(what)))


def _which(what: str | UUID) -> tuple[str | None, UUID | None]:
    """Tell a cause from an event's id, which operators type as text; no fingerprint looks like one."""
    try:
        return None, what if isinstance(what, UUID) else UUID(what)
    except ValueError:
        return str(what), None
