"""The statements of operators."""

from __future__ import annotations

from services.operations import rights
from shared.db import queries
from shared.db.connections import Connection

SQL = queries.load("services.operations")


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
