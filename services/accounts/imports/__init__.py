"""Importing a roster: in batches, each in one transaction; safe to repeat and to cut off at any moment."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterable, AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import asyncpg

from services.accounts import pins, roster, store
from services.accounts.imports import companies, licences
from services.accounts.rules import rosters
from shared.contracts.problems import accounts as problems

if TYPE_CHECKING:
    from uuid import UUID

    from shared.db.pool import Connection, Pool

BATCH = 500
TRIES = 3
BREATH = 50
"""Rows that are read before others get their turn."""
CONFLICTS = (asyncpg.UniqueViolationError, asyncpg.LockNotAvailableError, asyncpg.DeadlockDetectedError)
"""A PIN that exists already, once in thousands of rosters, or a licence that somebody holds: a batch goes again."""
Writer = Callable[[Any, pins.Secrets, Sequence[Any]], Awaitable[tuple[int, int]]]
WRITERS: dict[str, Writer] = {"matricule": licences.write, "number": companies.write}
"""What brings rows into the database, by the column that tells them apart."""
Report = Callable[[int, int], None]
"""Told bytes and rows done so far, after each batch."""


def _tell_nobody(done: int, rows: int) -> None:
    del done, rows


async def import_roster(
    pool: Pool,
    secrets: pins.Secrets,
    chunks: AsyncIterable[bytes],
    *,
    import_id: UUID,
    started_by: str,
    report: Report = _tell_nobody,
) -> None:
    """Import a roster; good rows land, bad ones are recorded with line and reason (O3, decision 11).

    The same id again does nothing when it is done, and begins anew when it was cut off.
    `import-running` while another runs; `roster-unreadable`, `roster-columns-wrong` for a wrong header.
    """
    if await store.is_done(pool, import_id):
        return
    async with _alone(pool) as own:
        if not await store.begin_import(own, import_id, started_by):
            return
        try:
            await _Import(pool, secrets, import_id, report).read(chunks)
        except BaseException:
            with suppress(asyncpg.PostgresError, asyncpg.InterfaceError, OSError):  # else the next import says so
                await asyncio.shield(store.end_import(own, import_id, "failed"))
            raise
        await store.end_import(own, import_id, "done")


@asynccontextmanager
async def _alone(pool: Pool) -> AsyncIterator[Connection]:
    """Give a connection that holds the right to import until it closes, however this process ends."""
    connection = await pool.connect()
    try:
        if not await store.lock_roster(connection):
            raise problems.ImportRunning
        yield connection
    finally:
        await connection.close(timeout=5)


@dataclass(slots=True)
class _Import:
    """One import that runs."""

    pool: Pool
    secrets: pins.Secrets
    import_id: UUID
    report: Report
    key: str = ""
    done: int = 0
    rows: int = 0

    async def read(self, chunks: AsyncIterable[bytes]) -> None:
        """Read the file to its end, landing a batch whenever one is full."""
        reader, batch = roster.Reader(), list[roster.Read]()
        async for line in roster.lines(chunks):
            self.done += len(line)
            batch += reader.feed(line)
            self.key = reader.layout.key
            if len(batch) >= BATCH:
                await self.land(batch)
                batch = []
            elif len(batch) % BREATH == 0:
                await asyncio.sleep(0)
        await self.land(batch + reader.end())

    async def land(self, batch: Sequence[roster.Read]) -> None:
        """Bring a batch into the database: its good rows, its faults and its counts, in one transaction."""
        for tried in range(1, TRIES + 1):
            try:
                async with self.pool.transaction() as connection:
                    await self._land(connection, batch)
                break
            except CONFLICTS:
                if tried == TRIES:
                    raise
        self.rows += len(batch)
        self.report(self.done, self.rows)

    async def _land(self, connection: Connection, batch: Sequence[roster.Read]) -> None:
        good, faults = await _sort(connection, batch, self.key)
        created, changed = await WRITERS[self.key](connection, self.secrets, good) if good else (0, 0)
        if faults:
            await store.insert_faults(connection, self.import_id, faults)
        counts = (len(batch), created, changed, len(good) - created - changed, len(faults))
        await store.count_import(connection, self.import_id, counts)


async def _sort(
    connection: Connection, batch: Sequence[roster.Read], key: str
) -> tuple[list[Any], list[rosters.RowFault]]:
    """Part good rows from faults; of the rows with one key only the first in the file is good."""
    faults = [read for read in batch if isinstance(read, rosters.RowFault)]
    rows = [read for read in batch if not isinstance(read, rosters.RowFault)]
    new = await store.insert_seen(connection, [row.key for row in rows]) if rows else set()
    good = []
    for row in rows:
        if row.key in new:
            new.remove(row.key)
            good.append(row)
        else:
            faults.append(rosters.RowFault(row.line, "duplicate", key))
    return good, faults
