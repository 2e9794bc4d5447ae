"""Rings a channel after a commit, so that whoever LISTENs looks for what was committed.

A NOTIFY within the transaction would make all commits of the server wait for one another, each with its fsync:
PostgreSQL holds a lock from the NOTIFY's commit on. Rung afterwards, one ring serves all commits that came
during the one before. A ring that is lost, with the process or the connection, costs the wait for the next poll.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import structlog

if TYPE_CHECKING:
    from shared.db.pool import Pool

log = structlog.get_logger()


class Bell:
    """Rings for one pool."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool
        self._wanted: set[str] = set()
        self._ringing: asyncio.Task[None] | None = None

    def ring(self, channel: str) -> None:
        """Have a channel rung soon."""
        self._wanted.add(channel)
        if self._ringing is None:
            self._ringing = asyncio.get_running_loop().create_task(self._ring())

    async def _ring(self) -> None:
        try:
            while self._wanted:
                channel = self._wanted.pop()
                await self._pool.execute("select pg_notify($1, '')", channel)
        except Exception as error:  # noqa: BLE001 - whatever it is, a lost ring costs the wait for the next poll
            log.info("not rung", reason=f"{type(error).__name__}: {error}")
        finally:
            self._ringing = None
