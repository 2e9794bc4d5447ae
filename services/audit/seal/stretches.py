"""Reads the log stretch by stretch and has each checked: here, or by a process for each processor."""

from __future__ import annotations

import asyncio
import multiprocessing
from collections import deque
from collections.abc import AsyncIterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from typing import TYPE_CHECKING, NamedTuple
from uuid import UUID

from services.audit.seal import contents, store
from shared.db import connections

if TYPE_CHECKING:
    from asyncpg import Record

    from services.audit.seal.contents import Known, Stretch
    from shared.db.pool import Connection

AHEAD = 2
"""Stretches that wait for each process, so that none waits for work."""


async def here(connection: Connection, known: Known, begins: range) -> AsyncIterator[Stretch]:
    """Check in this process; the server finds the next rows meanwhile."""
    keys: dict[str, bytes] = {}
    reading = _reading(connection, begins.start, begins.step)
    try:
        for begin in begins:
            rows = await reading
            await _learn(connection, keys, rows)
            reading = _reading(connection, begin + begins.step, begins.step)
            await asyncio.sleep(0)
            checked = contents.check(rows, begin + begins.step, keys, known)
            await asyncio.wait({reading})
            yield checked
    finally:
        await asyncio.wait({reading})


def _reading(connection: Connection, begin: int, size: int) -> asyncio.Task[list[Record]]:
    return asyncio.create_task(store.list_sealed(connection, begin, begin + size))


async def _learn(connection: Connection, keys: dict[str, bytes], rows: Sequence[Record]) -> None:
    subjects = {row["performed_by"] for row in rows} | {row["performed_for"] or row["account"] for row in rows}
    # Not a difference of sets: that goes through all keys there are.
    found = await store.find_keys(connection, [UUID(one) for one in subjects if one is not None and one not in keys])
    keys |= {str(subject): key for subject, key in found.items()}


async def apart(
    dsn: str, processes: int, connection: Connection, known: Known, begins: range
) -> AsyncIterator[Stretch]:
    """Check in so many processes, each with a connection that sees what this transaction sees."""
    snapshot = await connection.fetchval("select pg_export_snapshot()")
    loop = asyncio.get_running_loop()
    pool = ProcessPoolExecutor(
        processes, multiprocessing.get_context("spawn"), initializer=_begin, initargs=(dsn, snapshot, known)
    )
    waiting: deque[asyncio.Future[Stretch]] = deque()
    try:
        for begin in begins:
            waiting.append(loop.run_in_executor(pool, _check, begin, begin + begins.step))
            if len(waiting) > processes * AHEAD:
                yield await waiting.popleft()
        while waiting:
            yield await waiting.popleft()
    finally:
        await asyncio.to_thread(pool.shutdown, wait=True, cancel_futures=True)


class _Process(NamedTuple):
    """What a process that checks keeps between stretches."""

    loop: asyncio.AbstractEventLoop
    connection: Connection
    known: Known
    keys: dict[str, bytes]


_here: list[_Process] = []


def _begin(dsn: str, snapshot: str, known: Known) -> None:
    loop = asyncio.new_event_loop()
    _here.append(_Process(loop, loop.run_until_complete(_open(dsn, snapshot)), known, {}))


async def _open(dsn: str, snapshot: str) -> Connection:
    connection = await connections.connect(dsn, name="audit-verify", command_seconds=None)
    await connection.execute(f"""
        begin isolation level repeatable read read only;
        set transaction snapshot '{snapshot}';
        set local statement_timeout = 0;
        set local idle_in_transaction_session_timeout = 0;
        set local enable_seqscan = off
    """)
    return connection


def _check(begin: int, end: int) -> Stretch:
    process = _here[0]
    return process.loop.run_until_complete(_check_one(process, begin, end))


async def _check_one(process: _Process, begin: int, end: int) -> Stretch:
    rows = await store.list_sealed(process.connection, begin, end)
    await _learn(process.connection, process.keys, rows)
    return contents.check(rows, end, process.keys, process.known)
