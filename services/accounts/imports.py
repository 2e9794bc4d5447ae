"""Importing a roster: in batches, each in one transaction; safe to repeat and to cut off at any moment."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterable, AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING
from uuid import UUID

from services.accounts import commands, roster, rules, store
from shared import ids
from shared.contracts.envelope import Event
from shared.contracts.events import accounts as events
from shared.contracts.problems import accounts as problems
from shared.messaging import outbox

if TYPE_CHECKING:
    from asyncpg import Record

    from shared.db.pool import Connection, Pool

BATCH = 500
Report = Callable[[int, int], None]
"""Told bytes and rows done so far, after each batch."""


async def import_roster(
    pool: Pool,
    secrets: commands.Secrets,
    chunks: AsyncIterable[bytes],
    *,
    import_id: UUID,
    started_by: str,
    report: Report = lambda done, rows: None,
) -> None:
    """Import a roster; good rows land, bad ones are recorded with line and reason (O3, decision 11).

    The same id again does nothing when it is done, and begins anew when it was cut off.
    `import-running` while another runs; `roster-unreadable` for a wrong header.
    """
    async with _alone(pool):
        async with pool.transaction() as connection:
            if not await store.begin_import(connection, import_id, started_by):
                return
        try:
            await _import(pool, secrets, chunks, import_id, report)
        except BaseException:
            await asyncio.shield(store.end_import(pool, import_id, "failed"))
            raise
        await store.end_import(pool, import_id, "done")


@asynccontextmanager
async def _alone(pool: Pool) -> AsyncIterator[None]:
    connection = await pool.connect()
    try:
        if not await connection.fetchval(store.SQL["lock_roster"]):
            raise problems.ImportRunning
        yield
    finally:
        await connection.close()


async def _import(
    pool: Pool, secrets: commands.Secrets, chunks: AsyncIterable[bytes], import_id: UUID, report: Report
) -> None:
    reader, batch, done, rows = roster.Reader(), [], 0, 0
    async for line in roster.lines(chunks):
        done += len(line)
        if read := reader.feed(line):
            batch.append(read)
        if len(batch) == BATCH:
            rows += await _land(pool, secrets, import_id, batch)
            batch = []
            report(done, rows)
    if last := reader.end():
        batch.append(last)
    rows += await _land(pool, secrets, import_id, batch)
    report(done, rows)


async def _land(pool: Pool, secrets: commands.Secrets, import_id: UUID, batch: Sequence[roster.Read]) -> int:
    """Bring one batch into the database; give the number of its rows."""
    if not batch:
        return 0
    good = [read for read in batch if isinstance(read, rules.Row)]
    faults = [read for read in batch if isinstance(read, rules.RowFault)]
    async with pool.transaction() as connection:
        created, changed = await _write(connection, secrets, good) if good else (0, 0)
        if faults:
            await store.insert_faults(connection, import_id, faults)
        counts = (len(batch), created, changed, len(good) - created - changed, len(faults))
        await store.count_import(connection, import_id, counts)
    return len(batch)


async def _write(connection: Connection, secrets: commands.Secrets, rows: Sequence[rules.Row]) -> tuple[int, int]:
    known = await store.lock_licences_by_matricule(connection, [row.matricule for row in rows])
    new = [row for row in rows if row.matricule not in known]
    changed = [row for row in rows if row.matricule in known and row.facts() != _facts(known[row.matricule])]
    said: list[tuple[Event, int]] = []
    if new:
        said += await _create(connection, secrets, new)
    if changed:
        corrections = [(known[row.matricule]["id"], *row.facts()) for row in changed]
        for record in await store.update_licences(connection, corrections):
            said.append((commands.licence_event(events.LicenceChanged, record), record["version"]))
    await outbox.emit_many(connection, said)
    return len(new), len(changed)


def _facts(row: Record) -> tuple[str, ...]:
    return (row["first_name"], row["last_name"], row["email"], row["office"], row["language"])


async def _create(
    connection: Connection, secrets: commands.Secrets, new: Sequence[rules.Row]
) -> list[tuple[Event, int]]:
    """Insert new licences, each with its PIN; the cryptography runs beside the event loop."""
    pins = await asyncio.to_thread(lambda: [secrets.new_pin() for _ in new])
    values = [
        (ids.uuid7(), row.matricule, *row.facts(), digest, shown)
        for row, (digest, shown, _) in zip(new, pins, strict=True)
    ]
    sealed = {row.matricule: notice for row, (_, _, notice) in zip(new, pins, strict=True)}
    return [
        (commands.licence_event(events.LicenceImported, record, sealed=sealed[record["matricule"]]), record["version"])
        for record in await store.insert_licences(connection, values)
    ]
