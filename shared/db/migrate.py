"""Migrations: numbered SQL files, applied once each, in order, by one process at a time.

A file is `0001_what.sql`, or `0001_what.pre.sql` (the same: old and new code both work with it), or
`0001_what.post.sql` (once no old code runs any more). Each is one transaction, unless its first line
is `-- no-transaction`: then it holds one statement, such as `create index concurrently`, that a crash
may leave half done and not recorded.
"""

from __future__ import annotations

import asyncio
import hashlib
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

import asyncpg

from shared.db import connections, queries
from shared.db.pool import Pool

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from importlib.resources.abc import Traversable
    from pathlib import Path

    from shared.db.connections import Connection

SQL = queries.load("shared.db")
FILE = re.compile(r"(\d{4})_[a-z0-9_]+(\.pre|\.post)?\.sql")
ALONE = "-- no-transaction"
LOCK_SECONDS = 60.0
# Whoever waits for a table's lock makes all later readers wait: so short waits, and many of them.
ATTEMPTS = 40
LOCK_TIMEOUT, LOCK_TIMEOUT_ALONE = "500ms", "60s"
LIMITS = {"lock_timeout": LOCK_TIMEOUT, "statement_timeout": "1h", "idle_in_transaction_session_timeout": "0"}

Phase: TypeAlias = Literal["pre", "post"]


class MigrationError(Exception):
    """The migrations cannot be applied; the message names the file and says why."""


@dataclass(frozen=True)
class Area:
    """A folder of migrations and the name they are recorded under; a database may hold several areas."""

    name: str
    folder: Traversable | Path


@dataclass(frozen=True, slots=True)
class Migration:
    """One file of an area."""

    area: str
    version: int
    name: str
    sql: str
    sha256: str

    @property
    def label(self) -> str:
        """Name it for people: `delegation/0001_start`."""
        return f"{self.area}/{self.name}"

    @property
    def phase(self) -> Phase:
        """Tell whether it may run while old code still does (`pre`), or not (`post`)."""
        return "post" if self.name.endswith(".post") else "pre"

    @property
    def alone(self) -> bool:
        """Tell whether it runs outside a transaction."""
        return self.sql.split("\n", 1)[0].strip() == ALONE


async def migrate(dsn: str, areas: Sequence[Area], *, through: Phase = "post") -> list[str]:
    """Apply what is new in the areas, area by area, and give the names; many may call it at once.

    `through="pre"` leaves the post files for later. Waits up to 60 s for another process at it.
    Raises MigrationError, and Unavailable.
    """
    files = _read(areas)
    connection = await connections.connect(dsn, name="migrate", settings=LIMITS, command_seconds=None)
    try:
        await _lock(connection)
        await connection.execute(SQL["create_schema_migrations"])
        new = _compare(files, await _applied(connection, areas))
        waiting = [file for file in new if through == "post" or file.phase == "pre"]
        for migration in waiting:
            await _apply_patiently(connection, migration)
        return [migration.label for migration in waiting]
    finally:
        await connection.close(timeout=connections.CLOSE_SECONDS)


async def wait(dsn: str, areas: Sequence[Area], *, seconds: float = LOCK_SECONDS) -> None:
    """Wait until somebody else has applied all that the code needs (MigrationError when he has not in time)."""
    deadline = asyncio.get_running_loop().time() + seconds
    while missing := await pending(dsn, areas, through="pre"):
        if asyncio.get_running_loop().time() > deadline:
            raise MigrationError(f"not applied within {seconds:.0f} s, and not mine to apply: {', '.join(missing)}")
        await asyncio.sleep(0.5)


async def pending(database: str | Connection | Pool, areas: Sequence[Area], *, through: Phase = "post") -> list[str]:
    """Name the migrations not yet applied; takes an address, a connection or a pool.

    Code works without the post files, which wait until no older code runs: readiness asks `through="pre"`.
    """
    if isinstance(database, Pool):
        async with database.connection() as connection:
            return await pending(connection, areas, through=through)
    if not isinstance(database, str):
        done = {(row["area"], row["name"]) for row in await _applied(database, areas)}
        new = [file for file in _read(areas) if (file.area, file.name) not in done]
        return [file.label for file in new if through == "post" or file.phase == "pre"]
    own = await connections.connect(database, name="migrate")
    try:
        return await pending(own, areas, through=through)
    finally:
        await own.close(timeout=connections.CLOSE_SECONDS)


def _read(areas: Iterable[Area]) -> list[Migration]:
    return [migration for area in areas for migration in _read_area(area)]


def _read_area(area: Area) -> list[Migration]:
    names = sorted(entry.name for entry in area.folder.iterdir() if entry.name.endswith(".sql"))
    found: dict[str, Migration] = {}
    for name in names:
        if not (form := FILE.fullmatch(name)):
            raise MigrationError(f"{area.name}: {name} is not named like 0001_what.sql, .pre.sql or .post.sql")
        place = form[1] + (form[2] or ".pre")
        if place in found:
            raise MigrationError(f"{area.name}: {name} and {found[place].name}.sql have the same number")
        found[place] = _migration(area, int(form[1]), name)
    return sorted(found.values(), key=lambda migration: (migration.version, migration.phase == "post"))


def _migration(area: Area, version: int, name: str) -> Migration:
    # Git may check a file out with other line ends: that is no change.
    content = area.folder.joinpath(name).read_bytes().replace(b"\r\n", b"\n")
    digest = hashlib.sha256(content).hexdigest()
    return Migration(area.name, version, name.removesuffix(".sql"), content.decode("utf-8"), digest)


async def _lock(connection: Connection) -> None:
    # Asked for again and again, not waited for: a waiting statement would hold up `create index concurrently`.
    loop = asyncio.get_running_loop()
    deadline = loop.time() + LOCK_SECONDS
    while not await connection.fetchval(SQL["try_lock_migrations"]):
        if loop.time() > deadline:
            raise MigrationError(f"another process has been migrating this database for {LOCK_SECONDS:.0f} s")
        await asyncio.sleep(0.05)


async def _applied(connection: Connection, areas: Sequence[Area]) -> list[asyncpg.Record]:
    if not await connection.fetchval(SQL["has_schema_migrations"]):
        return []
    return await connection.fetch(SQL["list_applied_migrations"], [area.name for area in areas])


def _compare(files: Sequence[Migration], applied: Sequence[asyncpg.Record]) -> list[Migration]:
    known = {(file.area, file.name): file for file in files}
    for row in applied:
        file = known.pop((row["area"], row["name"]), None)
        if file is None:
            raise MigrationError(
                f"the database is ahead of this code: it has {row['area']}/{row['name']}, which is not among the files"
            )
        if file.sha256 != row["sha256"]:
            raise MigrationError(f"{file.label} was changed after it was applied: put it back and add a new migration")
    return list(known.values())


async def _apply_patiently(connection: Connection, migration: Migration) -> None:
    for attempt in range(1, ATTEMPTS + 1):
        try:
            await (_apply_alone if migration.alone else _apply)(connection, migration)
        except (asyncpg.LockNotAvailableError, asyncpg.DeadlockDetectedError) as error:
            if migration.alone or attempt == ATTEMPTS:
                raise MigrationError(f"{migration.label} got no lock on a table: {error}") from error
            await asyncio.sleep(0.25)
        except asyncpg.PostgresError as error:
            raise MigrationError(f"{migration.label} failed: {error}") from error
        else:
            return


async def _apply(connection: Connection, migration: Migration) -> None:
    async with connection.transaction():
        await connection.execute(migration.sql)
        if not connection.is_in_transaction():
            raise MigrationError(f"{migration.label} ends the transaction by itself: take commit and rollback out")
        await _record(connection, migration)


async def _apply_alone(connection: Connection, migration: Migration) -> None:
    # Building an index concurrently waits for every older transaction: that holds nobody up.
    await connection.fetchval(SQL["set_lock_timeout"], LOCK_TIMEOUT_ALONE)
    await connection.execute(migration.sql)
    await _record(connection, migration)
    await connection.fetchval(SQL["set_lock_timeout"], LOCK_TIMEOUT)


async def _record(connection: Connection, migration: Migration) -> None:
    values = (migration.area, migration.version, migration.name, migration.sha256)
    await connection.execute(SQL["insert_applied_migration"], *values)
