"""Files prepared in the background: written by one process at a time, kept for a week, announced by e-mail."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import UUID

import structlog

from services.audit.exports import rows, store
from services.audit.exports.schemas import Export, Format, Prepare
from shared import ids
from shared.contracts.events.audit import ExportReady
from shared.contracts.people import Language
from shared.contracts.problems import audit as problems
from shared.contracts.problems import common
from shared.messaging import outbox

if TYPE_CHECKING:
    from asyncpg import Record

    from services.audit.exports.desk import Desk
    from shared.db.pool import Connection, Pool

log = structlog.get_logger()

OPEN = 3
"""Files that a person may wait for at the same time."""
LEASE = timedelta(seconds=60)
BEAT = 1.0
KEPT = timedelta(days=7)


async def ask(desk: Desk, asked: rows.Asked, owner: UUID, body: Prepare) -> Export:
    """Note what is to be prepared; `export-too-long` as for a download, `too-many-requests` when three are open."""
    total = await desk.ensure_fits(asked, body.format, waited_for=False)
    query = body.model_dump(mode="json", by_alias=True, exclude={"format", "everything", "lang"}, exclude_none=True)
    everything = asked.viewer is None
    facts = (asked.name, everything, body.format.value, asked.language.value, json.dumps(query), total)
    # Only now: counting takes connections of its own.
    async with asked.pool.transaction() as connection:
        if await store.count_open(connection, owner) >= OPEN:
            raise common.TooManyRequests(retry_after=60)
        return shown(await store.insert_export(connection, ids.uuid7(), owner, *facts))


async def find(pool: Pool, export: UUID, owner: UUID, *, reads_all: bool) -> Export:
    """Tell how far a file is; `not-found` for those of others, and for the whole register unless he `reads_all`."""
    row = await store.find_export(pool, export, owner, reads_all=reads_all)
    if row is None:
        raise common.NotFound
    return shown(row)


async def cancel(connection: Connection, export: UUID, owner: UUID) -> None:
    """Give a file up, ready or not; `not-found` when there is none to give up."""
    if not await store.cancel_export(connection, export, owner):
        raise common.NotFound


async def parts(pool: Pool, export: UUID) -> AsyncGenerator[bytes]:
    """Give a file part by part; `export-not-ready` when there is none."""
    number = 0
    while (part := await store.find_part(pool, export, number)) is not None:
        number += 1
        yield part
    if not number:
        raise problems.ExportNotReady


def shown(row: Record) -> Export:
    """Give what is told of a file."""
    return Export.model_validate({name: row[name] for name in Export.model_fields})


@dataclass(slots=True)
class Heard:
    """How many rows are done."""

    rows: int = 0

    def __call__(self, done: int) -> None:
        """Be told."""
        self.rows = done


async def run_next(pool: Pool, desk: Desk) -> bool:
    """Write the next file; tell whether there was one."""
    row = await store.claim_export(pool, LEASE)
    if row is None:
        return False
    heard = Heard()
    writing = asyncio.ensure_future(_write(pool, desk, row, heard))
    try:
        while not (await asyncio.wait({writing}, timeout=BEAT))[0]:
            if not await store.keep_export(pool, row["id"], row["attempts"], heard.rows, LEASE):
                log.info("export given up", export=str(row["id"]))
                return True
        await writing
    except Exception:
        log.exception("export failed", export=str(row["id"]), attempts=row["attempts"])
        await store.fail_export(pool, row["id"], row["attempts"])
    finally:
        writing.cancel()
        await asyncio.wait({writing})
    return True


async def run_all(pool: Pool, desk: Desk) -> None:
    """Write what waits, one after the other."""
    while await run_next(pool, desk):
        pass


async def _write(pool: Pool, desk: Desk, row: Record, heard: Heard) -> None:
    number = size = 0
    async with aclosing(desk.write(_asked(pool, row), Format(row["format"]), heard)) as written:
        async for part in written:
            if not await store.insert_part(pool, row["id"], row["attempts"], number, part):
                return
            number, size = number + 1, size + len(part)
    async with pool.transaction() as connection:
        done = await store.finish_export(connection, row["id"], row["attempts"], size, KEPT)
        if done and await store.announce_export(connection, row["id"]):
            await outbox.emit(connection, _ready(done), sequence=done["attempts"])


def _asked(pool: Pool, row: Record) -> rows.Asked:
    query = Prepare.model_validate(row["query"] | {"format": row["format"]})
    return rows.Asked(
        pool=pool,
        viewer=None if row["everything"] else row["owner"],
        name=row["owner_name"],
        query=query,
        language=Language(row["language"]),
        made_at=row["asked_at"].replace(microsecond=0),
    )


def _ready(row: Record) -> ExportReady:
    return ExportReady(
        id=row["id"],
        asked_by=row["owner"],
        format=row["format"],
        rows=row["total"],
        size=row["size"],
        expires_at=row["expires_at"],
    )
