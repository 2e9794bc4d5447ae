"""A pool of database connections in which every wait is bounded, and a database that is away is `Unavailable`."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING, Any

import asyncpg

from shared.db import connections
from shared.db.connections import AWAY, Connection, Unavailable, is_transient

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from asyncpg.pool import PoolConnectionProxy

__all__ = ["Connection", "Pool", "Unavailable", "is_transient"]

OPEN_SECONDS = 30.0
RETRY_SECONDS = 0.05


class Pool:
    """Connections to one database; give SQL and arguments, or borrow a connection or a transaction.

    A returned connection is not reset, which saves a round trip: settings, session locks and LISTEN
    would stay behind, so whoever needs those takes a connection of its own with `connect`.
    """

    def __init__(self, pool: asyncpg.Pool[asyncpg.Record], *, dsn: str, name: str, acquire_timeout: float) -> None:
        self.dsn = dsn
        self._pool = pool
        self._name = name
        self._acquire_timeout = acquire_timeout

    @classmethod
    async def open(
        cls, dsn: str, *, name: str, size: int = 8, acquire_timeout: float = 2.0, patience: float = OPEN_SECONDS
    ) -> Pool:
        """Open a pool, waiting up to `patience` seconds for the database; raises Unavailable after that.

        `size` is the most connections it opens; `acquire_timeout`, in seconds, the longest wait for one.
        """
        deadline = asyncio.get_running_loop().time() + patience
        pause = RETRY_SECONDS
        while True:
            try:
                return cls(await _create(dsn, name, size), dsn=dsn, name=name, acquire_timeout=acquire_timeout)
            except AWAY as error:
                if asyncio.get_running_loop().time() + pause > deadline:
                    raise Unavailable(f"the database of {name} did not answer within {patience:g} s") from error
            await asyncio.sleep(pause)
            pause = min(pause * 2, 1.0)

    @asynccontextmanager
    async def connection(self) -> AsyncIterator[Connection]:
        """Borrow a connection; raises Unavailable when none is free in time, or when it is lost in between."""
        connection = await self._acquire()
        try:
            yield connection
        except Exception as error:
            if connections.is_lost(error, connection):
                raise Unavailable(f"the database connection of {self._name} was lost") from error
            raise
        finally:
            # Giving back fails only for a connection already lost, which the pool then replaces.
            with suppress(asyncpg.PostgresError, asyncpg.InterfaceError, OSError):
                await self._pool.release(connection)

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Connection]:
        """Borrow a connection in a transaction (read committed), committed at the end and rolled back on an error."""
        async with self.connection() as connection, connection.transaction():
            yield connection

    async def fetch(self, sql: str, *args: Any) -> list[asyncpg.Record]:
        """Run one query on its own and give its rows; raises Unavailable."""
        async with self.connection() as connection, self._answering():
            return await connection.fetch(sql, *args)

    async def fetchrow(self, sql: str, *args: Any) -> asyncpg.Record | None:
        """Run one query on its own and give its first row; raises Unavailable."""
        async with self.connection() as connection, self._answering():
            return await connection.fetchrow(sql, *args)

    async def fetchval(self, sql: str, *args: Any) -> Any:
        """Run one query on its own and give the first value of its first row; raises Unavailable."""
        async with self.connection() as connection, self._answering():
            return await connection.fetchval(sql, *args)

    async def execute(self, sql: str, *args: Any) -> str:
        """Run one statement on its own and give its status, such as `UPDATE 1`; raises Unavailable."""
        async with self.connection() as connection, self._answering():
            return await connection.execute(sql, *args)

    async def connect(self) -> asyncpg.Connection[asyncpg.Record]:
        """Open a connection outside the pool, for LISTEN and session locks; the caller closes it (Unavailable)."""
        return await connections.connect(self.dsn, name=self._name)

    async def close(self) -> None:
        """Wait for borrowed connections to come back (at most 5 s), then close all."""
        with suppress(TimeoutError):  # asyncpg then ends the borrowed ones itself
            async with asyncio.timeout(connections.CLOSE_SECONDS):
                await self._pool.close()

    async def _acquire(self) -> PoolConnectionProxy[asyncpg.Record]:
        # A database that restarts is back within the limit as a rule, so a refusal is not yet the end.
        loop = asyncio.get_running_loop()
        deadline = loop.time() + self._acquire_timeout
        while True:
            try:
                return await self._pool.acquire(timeout=max(deadline - loop.time(), 0.001))
            except AWAY as error:
                if loop.time() + RETRY_SECONDS > deadline:
                    limit = f"{self._acquire_timeout:g} s"
                    raise Unavailable(f"no database connection for {self._name} within {limit}") from error
            except asyncpg.InterfaceError as error:
                raise Unavailable(f"the database pool of {self._name} is closed") from error
            await asyncio.sleep(RETRY_SECONDS)

    @asynccontextmanager
    async def _answering(self) -> AsyncIterator[None]:
        try:
            yield
        except TimeoutError as error:
            raise Unavailable(f"the database of {self._name} does not answer") from error


async def _create(dsn: str, name: str, size: int) -> asyncpg.Pool[asyncpg.Record]:
    return await asyncpg.create_pool(
        dsn,
        min_size=1,
        max_size=size,
        init=connections.prepare,
        reset=_leave_as_is,
        timeout=connections.CONNECT_SECONDS,
        command_timeout=connections.COMMAND_SECONDS,
        server_settings={"application_name": name, **connections.SETTINGS},
    )


async def _leave_as_is(_connection: object) -> None:
    # asyncpg itself rolls back a transaction left open; nothing else is ours to undo.
    return None
