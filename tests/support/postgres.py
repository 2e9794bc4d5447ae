"""Real PostgreSQL for tests: one server a session, and a fresh migrated database a test in a few milliseconds."""

from __future__ import annotations

import asyncio
import os
import secrets
import shutil
from contextlib import asynccontextmanager
from pathlib import Path
from tempfile import mkdtemp
from typing import TYPE_CHECKING, Protocol
from urllib.parse import quote, urlsplit

from shared.db import connections, migrate
from shared.db.embedded import EmbeddedPostgres

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

    from shared.db.migrate import Area

EXTERNAL = "MANDAT_TEST_DATABASE_URL"
MEMORY = Path("/dev/shm")
ROOM = 2_000_000_000
LIMITS = {"statement_timeout": "60s", "lock_timeout": "60s"}


class Server(Protocol):
    """A PostgreSQL to test on."""

    def dsn(self, database: str = "postgres") -> str:
        """Give the superuser's address of a database."""


class ExternalPostgres:
    """A server that somebody else runs (15 or later), named by a superuser's address in MANDAT_TEST_DATABASE_URL."""

    def __init__(self, dsn: str) -> None:
        self._dsn = urlsplit(dsn)

    def dsn(self, database: str = "postgres") -> str:
        """Give the superuser's address of a database."""
        return self._dsn._replace(path=f"/{database}").geturl()


def open_folder() -> Path:
    """Make a temporary folder, in memory where there is room, that others may enter, as they may not pytest's own."""
    folder = Path(mkdtemp(prefix="mandat-test-", dir=MEMORY if _has_room(MEMORY) else None))
    folder.chmod(0o755)
    return folder


def _has_room(folder: Path) -> bool:
    # A new database is 40 MB, and disks of shared machines are slow.
    if not os.access(folder, os.W_OK):
        return False
    found = os.statvfs(folder)
    return found.f_bavail * found.f_frsize > ROOM and not found.f_flag & os.ST_NOEXEC


def remove(home: Path) -> None:
    """Remove a home, and its data where they lie elsewhere."""
    shutil.rmtree(EmbeddedPostgres(home).folder, ignore_errors=True)
    shutil.rmtree(home, ignore_errors=True)


@asynccontextmanager
async def start_postgres() -> AsyncIterator[Server]:
    """Run a server for the tests: the external one when it is named, else an embedded one that is not durable."""
    if external := os.environ.get(EXTERNAL):
        yield ExternalPostgres(external)
        return
    home = open_folder()
    server = EmbeddedPostgres(home, max_connections=300, durable=False)
    try:
        await server.start()
        yield server
    finally:
        await server.stop()
        remove(home)


class Databases:
    """The databases of one test session: a template for each set of areas, and copies of it.

    All belong to one role that is no superuser, as in production.
    """

    def __init__(self, server: Server) -> None:
        self._server = server
        self._prefix = f"test_{secrets.token_hex(4)}"
        self._password = secrets.token_urlsafe(16)
        self._templates: dict[tuple[tuple[str, str], ...], str] = {}
        self._one_at_a_time = asyncio.Lock()
        self._numbers: Iterator[int] = iter(range(1, 1_000_000))

    async def create(self, *areas: Area) -> str:
        """Make a database migrated with these areas and give its owner's address."""
        async with self._one_at_a_time:
            template = await self._template(areas)
        name = f"{self._prefix}_{next(self._numbers)}"
        await self._run(f"create database {name} owner {self._prefix} template {template} strategy file_copy")
        return self._dsn(name)

    async def drop(self, dsn: str) -> None:
        """Remove a database, ending whoever still uses it."""
        await self._run(f"drop database if exists {urlsplit(dsn).path[1:]} with (force)")

    async def close(self) -> None:
        """Remove the templates and the role."""
        for template in self._templates.values():
            await self._run(f"drop database if exists {template} with (force)")
        await self._run(f"drop role if exists {self._prefix}")

    async def _template(self, areas: tuple[Area, ...]) -> str:
        key = tuple((area.name, str(area.folder)) for area in areas)
        if key not in self._templates:
            if not self._templates:
                await self._run(f"create role {self._prefix} login password '{self._password}'")
            name = f"{self._prefix}_template_{len(self._templates)}"
            await self._run(f"create database {name} owner {self._prefix}")
            self._templates[key] = name
            await migrate.migrate(self._dsn(name), areas)
        return self._templates[key]

    def _dsn(self, database: str) -> str:
        parts = urlsplit(self._server.dsn(database))
        place = parts.netloc.rpartition("@")[2]
        return parts._replace(netloc=f"{self._prefix}:{quote(self._password)}@{place}").geturl()

    async def _run(self, statement: str) -> None:
        connection = await connections.connect(self._server.dsn(), name="tests", settings=LIMITS, command_seconds=60.0)
        try:
            await connection.execute(statement)
        finally:
            await connection.close(timeout=5.0)
