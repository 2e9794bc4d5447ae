"""A connection lent for a block; as classes, because contextlib's way costs several times as much."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shared.db.connections import Connection

if TYPE_CHECKING:
    from types import TracebackType

    from asyncpg.transaction import Transaction

    from shared.db.pool import Pool


class Borrowed:
    """Lends a connection of a pool for a block."""

    __slots__ = ("_connection", "_pool")

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def __aenter__(self) -> Connection:
        self._connection = await self._pool.acquire()
        return self._connection

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        del kind, trace
        self._give_back(error)

    def _give_back(self, error: BaseException | None) -> None:
        # A query may still run on the server when the wait for it was given up, by a cancellation or a time limit.
        given_up = error is not None and (isinstance(error, TimeoutError) or not isinstance(error, Exception))
        try:
            if isinstance(error, Exception):
                self._pool.judge(error, self._connection)
        finally:
            self._pool.release(self._connection, doubtful=given_up)


class InTransaction(Borrowed):
    """Lends a connection in a transaction, which ends with the block."""

    __slots__ = ("_transaction",)

    async def __aenter__(self) -> Connection:
        connection = await super().__aenter__()
        self._transaction: Transaction = connection.transaction()
        try:
            await self._transaction.start()
        except BaseException as error:
            # The library counts a transaction from before its BEGIN: it would make a savepoint of the next one.
            connection.terminate()
            self._give_back(error)
            raise
        return connection

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        del kind, trace
        try:
            await (self._transaction.rollback() if error else self._transaction.commit())
        except BaseException as failed:
            self._give_back(failed)
            raise
        self._give_back(error)
