"""A database and its role, of the same name: one per service, so that none can read another's tables."""

from __future__ import annotations

import re

from shared.db import connections, queries

SQL = queries.load("shared.db")
NAME = re.compile(r"[a-z][a-z0-9_]{0,62}")
SECONDS = 60.0
LIMITS = {"statement_timeout": "60s", "lock_timeout": "60s"}


def checked(name: str) -> str:
    """Give the name back when it may name a database and a role; raises ValueError."""
    if not NAME.fullmatch(name):
        raise ValueError(f"{name!r} cannot name a database: small letters, digits and _ only, a letter first")
    return name


async def ensure(superuser_dsn: str, name: str, password: str) -> None:
    """Make the role, with this password, and the database it owns and alone may enter; safe to repeat and to race."""
    await _run(superuser_dsn, "write_database_statements", checked(name), password)


async def ensure_role(superuser_dsn: str, database: str, role: str, password: str) -> None:
    """Make a role with this password that may enter a database, where it has what its owner grants; safe to repeat."""
    await _run(superuser_dsn, "write_role_statements", checked(database), checked(role), password)


async def _run(superuser_dsn: str, query: str, *values: str) -> None:
    connection = await connections.connect(
        superuser_dsn, name="ensure-database", settings=LIMITS, command_seconds=SECONDS
    )
    try:
        await connection.execute(SQL["lock_databases"])
        # A database is not made in a transaction; a crash in between leaves what the next call completes.
        for row in await connection.fetch(SQL[query], *values):
            await connection.execute(row["statement"])
    finally:
        await connection.close(timeout=connections.CLOSE_SECONDS)
