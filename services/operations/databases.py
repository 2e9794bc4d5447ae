"""A database per service, with two roles.

The owner, as whom nobody signs in, has the tables; the service runs as the other, with the least rights.
"""

from __future__ import annotations

import asyncio
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import parse_qsl, urlencode, urlsplit

import aiohttp

from services import together
from services.operations import secretfiles, store
from shared import service, substrate
from shared.crypto import verify
from shared.db import connections, databases, migrate
from shared.db.pool import Pool


async def ensure(folder: Path, name: str) -> None:
    """Make the database and both roles of a service; safe to repeat and to race. A changed password is taken."""
    own = urlsplit(secretfiles.address(folder, name, secretfiles.DATABASE))
    admin = secretfiles.address(folder, secretfiles.ADMIN, secretfiles.DATABASE)
    connection = await connections.connect(
        admin, name="setup", settings=databases.LIMITS, command_seconds=databases.SECONDS
    )
    try:
        await store.make_database(connection, databases.checked(name), own.password or "")
    finally:
        await connection.close(timeout=connections.CLOSE_SECONDS)


async def bring_up(folder: Path, name: str, *, through: migrate.Phase) -> list[str]:
    """Apply the migrations as the owner, then give the running role its rights; give the names of what was new."""
    dsn = as_owner(secretfiles.address(folder, secretfiles.ADMIN, secretfiles.DATABASE), name)
    done = await migrate.migrate(dsn, await areas(name, dsn), through=through)
    connection = await connections.connect(dsn, name="setup", settings=databases.LIMITS)
    try:
        await store.grant(connection, name, name)
    finally:
        await connection.close(timeout=connections.CLOSE_SECONDS)
    return done


def as_owner(admin: str, name: str) -> str:
    """Give the administrator's address of a service's database, in the role of its owner."""
    parts = urlsplit(admin)
    query = urlencode([*parse_qsl(parts.query), ("role", f"{name}_owner")])
    return parts._replace(path=f"/{name}", query=query).geturl()


async def areas(name: str, dsn: str) -> list[migrate.Area]:
    """Name the areas of a service, by building it with keys of no worth; nothing is asked of its database for that."""
    pool = await Pool.open(dsn, name="setup", size=1)
    try:
        with TemporaryDirectory() as home:
            here = together.Place(home=Path(home), host="localhost", port=8080)
            await asyncio.to_thread(together.make_secrets, here.secrets)
            async with aiohttp.ClientSession() as http:
                infra = service.Infra(pool=pool, http=http, tokens=verify.TokenVerifier(http, {}))
                built = await together.PARTS[name][1](together.settings_for(name, here, dsn, 1025), infra)
        return [*substrate.AREAS, *built.areas]
    finally:
        await pool.close()
