"""Cadastre's named queries as functions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID

from shared import ids
from shared.db import queries

if TYPE_CHECKING:
    from datetime import date

    from asyncpg import Record

    from examples.cadastre import schemas
    from shared.db.pool import Connection, Pool

SQL = queries.load("examples.cadastre")


async def insert_file(connection: Connection, new: schemas.NewFile) -> bool:
    """Open a file; False when the number is taken."""
    row = (new.number, new.title, new.domain, new.responsible, new.closes_on)
    return await connection.fetchval(SQL["insert_file"], *row) is not None


async def list_files(source: Connection | Pool, surveyor: UUID, domain: str, number: str | None = None) -> list[Record]:
    """Give the files of a surveyor, or the one of that number."""
    return await source.fetch(SQL["list_files"], surveyor, domain, number)


async def find_file(source: Connection | Pool, number: str) -> Record | None:
    """Give a file, whoever is responsible."""
    return await source.fetchrow(SQL["find_file"], number)


async def lock_file(connection: Connection, number: str, surveyor: UUID) -> bool:
    """Hold a surveyor's file; False when it is not his."""
    return await connection.fetchval(SQL["lock_file"], number, surveyor) is not None


async def list_messages(source: Connection | Pool, number: str) -> list[Record]:
    """Give the messages of a file."""
    return await source.fetch(SQL["list_messages"], number)


async def read_messages(connection: Connection, number: str, reader: UUID) -> int:
    """Mark messages read; give how many."""
    status: str = await connection.execute(SQL["read_messages"], number, reader)
    return int(status.rsplit(" ", 1)[1])


async def insert_message(connection: Connection, number: str, new: schemas.NewMessage) -> Record:
    """Put a message on a file."""
    row = await connection.fetchrow(SQL["insert_message"], ids.uuid7(), number, new.kind, new.subject, new.body)
    assert row is not None
    return row


async def update_closing(connection: Connection, number: str, closes_on: date) -> bool:
    """Set a later closing date; False where it is none."""
    return bool(await connection.fetchval(SQL["update_closing"], number, closes_on))


async def insert_request(
    connection: Connection, service: str, file_number: str | None, by: UUID, for_: UUID, details: dict[str, Any]
) -> Record:
    """Record what was asked."""
    row = await connection.fetchrow(SQL["insert_request"], ids.uuid7(), service, file_number, by, for_, details)
    assert row is not None
    return row


async def list_requests(pool: Pool, surveyor: UUID) -> list[Record]:
    """Give the newest requests in a surveyor's name."""
    return await pool.fetch(SQL["list_requests"], surveyor)
