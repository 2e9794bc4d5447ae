"""A pool of database connections in which every wait is bounded, and a database that is away is `Unavailable`.

Our own, as asyncpg's costs as much as a query, and lets who comes later overtake who waits. Here connections go
to those who wait in the order in which they came.
"""

from __future__ import annotations

import asyncio
from collections import deque
from contextlib import suppress
from typing import TYPE_CHECKING, Any, TypeVar

import asyncpg
import structlog

from shared.db import connections
from shared.db.bell import Bell
from shared.db.borrowed import Borrowed, InTransaction
from shared.db.connections import AWAY, Connection, Unavailable, is_transient

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

__all__ = ["Connection", "Pool", "Unavailable", "is_transient"]

T = TypeVar("T")
OPEN_SECONDS = 30.0
RETRY_SECONDS = 0.05
IDLE_SECONDS = 300.0
MEND_SECONDS = 2.0

log = structlog.get_logger()


class Pool:
    """Connections to one database; give SQL and arguments, or borrow a connection or a transaction.

    A returned connection is not reset, which saves a round trip: settings, session locks and LISTEN
    would stay behind, so whoever needs those takes a connection of its own with `connect`.
    """

    def __init__(self, dsn: str, *, name: str, size: int, acquire_timeout: float) -> None:
        self.dsn = dsn
        self.name = name
        self._size = size
        self._acquire_timeout = acquire_timeout
        self._all: set[Connection] = set()
        self._opening = 0
        self._idle: deque[tuple[float, Connection]] = deque()
        self._waiting: deque[asyncio.Future[Connection | None]] = deque()
        self._mending: set[asyncio.Task[None]] = set()
        self._closed = False
        self._returned = asyncio.Event()
        self._loop = asyncio.get_running_loop()
        self._bell = Bell(self)

    @classmethod
    async def open(
        cls, dsn: str, *, name: str, size: int = 8, acquire_timeout: float = 2.0, patience: float = OPEN_SECONDS
    ) -> Pool:
        """Open a pool, waiting up to `patience` seconds for the database; raises Unavailable after that.

        `size` is the most connections it opens; `acquire_timeout`, in seconds, the longest wait for one.
        """
        pool = cls(dsn, name=name, size=size, acquire_timeout=acquire_timeout)
        deadline = pool._loop.time() + patience
        pause = RETRY_SECONDS
        while True:
            try:
                pool.release(await pool._open())
            except Unavailable as error:
                if pool._loop.time() + pause > deadline:
                    raise Unavailable(f"the database of {name} did not answer within {patience:g} s") from error
            else:
                return pool
            await asyncio.sleep(pause)
            pause = min(pause * 2, 1.0)

    def connection(self) -> Borrowed:
        """Borrow a connection; raises Unavailable when none is free in time, or when it is lost in between."""
        return Borrowed(self)

    def transaction(self) -> InTransaction:
        """Borrow a connection in a transaction (read committed), committed at the end and rolled back on an error."""
        return InTransaction(self)

    async def fetch(self, sql: str, *args: Any) -> list[asyncpg.Record]:
        """Run one query on its own and give its rows; raises Unavailable."""
        return await self._alone(asyncpg.Connection.fetch, sql, args)

    async def fetchrow(self, sql: str, *args: Any) -> asyncpg.Record | None:
        """Run one query on its own and give its first row; raises Unavailable."""
        return await self._alone(asyncpg.Connection.fetchrow, sql, args)

    async def fetchval(self, sql: str, *args: Any) -> Any:
        """Run one query on its own and give the first value of its first row; raises Unavailable."""
        return await self._alone(asyncpg.Connection.fetchval, sql, args)

    async def execute(self, sql: str, *args: Any) -> str:
        """Run one statement on its own and give its status, such as `UPDATE 1`; raises Unavailable."""
        return await self._alone(asyncpg.Connection.execute, sql, args)

    def ring(self, channel: str) -> None:
        """Wake whoever LISTENs to a channel, once something was committed without `connection.rings`."""
        self._bell.ring(channel)

    async def connect(self) -> Connection:
        """Open a connection outside the pool, for LISTEN and session locks; the caller closes it (Unavailable)."""
        return await connections.connect(self.dsn, name=self.name)

    async def close(self) -> None:
        """Wait for borrowed connections to come back (at most 5 s), then close all."""
        self._closed = True
        while self._waiting:
            self._pass_on(None)
        with suppress(TimeoutError):
            async with asyncio.timeout(connections.CLOSE_SECONDS):
                while len(self._idle) < len(self._all) + self._opening:
                    self._returned.clear()
                    await self._returned.wait()
                await asyncio.gather(*(connection.close() for _, connection in self._idle))
        for connection in self._all:
            connection.terminate()
        self._all.clear()
        self._idle.clear()

    async def acquire(self) -> Connection:
        """Take a connection, which must be given to `release`; `connection` and `transaction` do both."""
        while self._idle and not self._closed:
            idle_since, connection = self._idle.pop()
            if not connection.is_closed() and self._loop.time() - idle_since < IDLE_SECONDS:
                return connection
            self._discard(connection)
        # A database that restarts is back within the limit as a rule, so a refusal is not yet the end.
        deadline = self._loop.time() + self._acquire_timeout
        try:
            async with asyncio.timeout_at(deadline):
                while True:
                    if found := await self._next():
                        return found
        except TimeoutError as error:
            limit = f"{self._acquire_timeout:g} s"
            raise Unavailable(f"no database connection for {self.name} within {limit}") from error

    async def _next(self) -> Connection | None:
        if self._closed:
            raise Unavailable(f"the database pool of {self.name} is closed")
        if len(self._all) + self._opening >= self._size:
            return await self._wait()
        try:
            return await self._open()
        except Unavailable:
            await asyncio.sleep(RETRY_SECONDS)
            return None

    async def _wait(self) -> Connection | None:
        place: asyncio.Future[Connection | None] = self._loop.create_future()
        self._waiting.append(place)
        try:
            return await place
        except asyncio.CancelledError:
            # It may have been given a connection, or room for one, in the same moment.
            if place.done() and not place.cancelled():
                self._pass_on(place.result())
            raise

    def _pass_on(self, connection: Connection | None) -> None:
        """Give a connection to who waits longest, or, with None, word that there is room for another one."""
        self._returned.set()
        while self._waiting:
            place = self._waiting.popleft()
            if not place.done():
                place.set_result(connection)
                return
        if connection is not None:
            self._idle.append((self._loop.time(), connection))

    def release(self, connection: Connection, *, doubtful: bool = False) -> None:
        """Give a connection back; one in doubt, or in a transaction, is put in order first, or replaced."""
        if connection.is_closed():
            self._discard(connection)
        elif doubtful or connection.is_in_transaction():
            task = self._loop.create_task(self._mend(connection))
            self._mending.add(task)
            task.add_done_callback(self._mending.discard)
        else:
            if connection.rings:
                self.ring(connection.rings)
                connection.rings = None
            self._pass_on(connection)

    async def _mend(self, connection: Connection) -> None:
        if connection.is_in_transaction():
            log.warning("a connection was given back in a transaction", pool=self.name)
        try:
            # Waits for the end of a query that was cancelled, too.
            await connection.execute("rollback", timeout=MEND_SECONDS)
        except (*AWAY, asyncpg.PostgresError, asyncpg.InterfaceError, TimeoutError):
            connection.terminate()
        self.release(connection)

    def _discard(self, connection: Connection) -> None:
        connection.terminate()
        self._all.discard(connection)
        self._pass_on(None)

    async def _open(self) -> Connection:
        self._opening += 1
        try:
            connection = await connections.connect(
                self.dsn, name=self.name, command_seconds=connections.COMMAND_SECONDS
            )
        except BaseException:
            self._opening -= 1
            self._pass_on(None)
            raise
        self._opening -= 1
        self._all.add(connection)
        return connection

    async def _alone(self, run: Callable[..., Awaitable[T]], sql: str, args: tuple[Any, ...]) -> T:
        connection = await self.acquire()
        doubtful = True
        try:
            found = await run(connection, sql, *args)
            doubtful = False
        except TimeoutError as error:
            raise Unavailable(f"the database of {self.name} does not answer") from error
        except Exception as error:
            doubtful = False
            self.judge(error, connection)
            raise
        finally:
            self.release(connection, doubtful=doubtful)
        return found

    def judge(self, error: Exception, connection: Connection) -> None:
        """Raise Unavailable for an error that means that the connection was lost."""
        if connections.is_lost(error, connection):
            raise Unavailable(f"the database connection of {self.name} was lost") from error
