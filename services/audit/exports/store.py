"""Prepared downloads, as functions over named queries."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from shared.db import queries

if TYPE_CHECKING:
    from asyncpg import Record

    from shared.db.pool import Connection, Pool

SQL = queries.load("services.audit", "sql/exports.sql")


async def insert_export(connection: Connection, *facts: object) -> Record:
    """Note that somebody asks for a file: id, owner, name, everything, format, language, query, total."""
    row = await connection.fetchrow(SQL["insert_export"], *facts)
    assert row is not None
    return row


async def count_open(connection: Connection, owner: UUID) -> int:
    """Count the files that a person waits for, one request of his at a time."""
    await connection.execute(SQL["lock_owner"], str(owner))
    return int(await connection.fetchval(SQL["count_open"], owner))


async def list_exports(pool: Pool, owner: UUID) -> list[Record]:
    """Give the files that a person asked for, the newest first."""
    return await pool.fetch(SQL["list_exports"], owner)


async def find_export(pool: Pool, export: UUID, owner: UUID, *, reads_all: bool) -> Record | None:
    """Give a file that a person asked for; of the whole register only to who `reads_all`."""
    return await pool.fetchrow(SQL["find_export"], export, owner, reads_all)


async def cancel_export(connection: Connection, export: UUID, owner: UUID) -> bool:
    """Give up a file, and take away what there is of it; False when there is none to give up."""
    if await connection.fetchval(SQL["cancel_export"], export, owner) is None:
        return False
    await connection.execute(SQL["delete_parts"], export)
    return True


async def claim_export(pool: Pool, lease: timedelta) -> Record | None:
    """Begin the next file."""
    await pool.execute(SQL["give_up_exports"])
    row = await pool.fetchrow(SQL["claim_export"], lease)
    if row:
        await pool.execute(SQL["delete_parts"], row["id"])
    return row


async def keep_export(pool: Pool, export: UUID, attempt: int, done: int, lease: timedelta) -> bool:
    """Say how far a file is; False when it is no more to be written here."""
    return await pool.fetchval(SQL["keep_export"], export, attempt, done, lease) is not None


async def insert_part(pool: Pool, export: UUID, attempt: int, number: int, content: bytes) -> bool:
    """Keep a part of a file; False when it is no more to be written by this attempt."""
    return await pool.fetchval(SQL["insert_part"], export, attempt, number, content) is not None


async def finish_export(
    connection: Connection, export: UUID, attempt: int, size: int, kept: timedelta
) -> Record | None:
    """Say that a file is ready; None when it was given up meanwhile."""
    return await connection.fetchrow(SQL["finish_export"], export, attempt, size, kept)


async def announce_export(connection: Connection, export: UUID) -> bool:
    """Note that it is said that a file is ready; False when it was said before."""
    return await connection.fetchval(SQL["announce_export"], export) is not None


async def fail_export(pool: Pool, export: UUID, attempt: int) -> None:
    """Say that a file could not be written."""
    await pool.execute(SQL["fail_export"], export, attempt)


async def find_part(pool: Pool, export: UUID, number: int) -> bytes | None:
    """Give a part of a file."""
    content: bytes | None = await pool.fetchval(SQL["find_part"], export, number)
    return content


async def delete_expired(pool: Pool) -> None:
    """Forget files that were kept long enough."""
    await pool.execute(SQL["delete_expired"])


async def forget(connection: Connection, person: UUID) -> None:
    """Take away a person's files, and have those of others written again that may name him."""
    await connection.execute(SQL["delete_exports_of"], person)
    await connection.execute(SQL["requeue_exports_naming"], person)
