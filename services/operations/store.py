"""The statements of operators."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, TypeAlias
from uuid import UUID

import asyncpg

from services.operations import rights
from shared.db import queries
from shared.db.connections import Connection
from shared.db.pool import Pool

SQL = queries.load("services.operations")
FIRST = UUID(int=0)
Record: TypeAlias = asyncpg.Record
Listing: TypeAlias = Callable[[Connection, Any, int], Awaitable[list[Record]]]
Updating: TypeAlias = Callable[[Connection, Any, bytes, bytes], Awaitable[None]]


async def make_database(connection: Connection, name: str, password: str) -> None:
    """Make what is missing of a database and its roles. A crash in between leaves what the next call completes."""
    await connection.execute(SQL["lock_databases"])
    for row in await connection.fetch(SQL["write_database_statements"], name, password):
        await connection.execute(row["statement"])


async def grant(connection: Connection, service: str, role: str) -> None:
    """Give a role what the running service may do, on all that is there, in one step for those who work meanwhile."""
    special, as_owner = rights.RIGHTS.get(service, {}), rights.AS_OWNER.get(service, ())
    async with connection.transaction():
        rows = await connection.fetch(SQL["write_grants"], role, rights.USUAL, dict(special))
        for row in [*rows, *await connection.fetch(SQL["write_other_grants"], role, list(as_owner))]:
            await connection.execute(row["statement"])


async def list_signing_keys(connection: Connection, after: str, limit: int) -> list[Record]:
    """Hold the signing keys after an id."""
    return await connection.fetch(SQL["list_signing_keys"], after, limit)


async def update_signing_key(connection: Connection, key_id: str, sealed: bytes) -> None:
    """Keep a signing key under another seal."""
    await connection.execute(SQL["update_signing_key"], key_id, sealed)


async def list_licence_pins(connection: Connection, after: UUID, limit: int) -> list[Record]:
    """Hold the licences after an id that have a PIN."""
    return await connection.fetch(SQL["list_licence_pins"], after, limit)


async def update_licence_pin(connection: Connection, licence_id: UUID, digest: bytes, sealed: bytes) -> None:
    """Keep the same PIN of a licence under another key."""
    await connection.execute(SQL["update_licence_pin"], licence_id, digest, sealed)


async def list_account_pins(connection: Connection, after: UUID, limit: int) -> list[Record]:
    """Hold the accounts after an id."""
    return await connection.fetch(SQL["list_account_pins"], after, limit)


async def update_account_pin(connection: Connection, account_id: UUID, digest: bytes, sealed: bytes) -> None:
    """Keep the same PIN of an account under another key."""
    await connection.execute(SQL["update_account_pin"], account_id, digest, sealed)


async def say_again(pool: Pool, hours: int) -> int:
    """Have what was said in the last hours sent once more, and give how much."""
    status = await pool.execute(SQL["say_again"], hours)
    return int(status.rpartition(" ")[2])
