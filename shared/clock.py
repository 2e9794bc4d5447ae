"""The time by which tokens are issued and taken: the database's, so that no process lives in a time of its own.

A machine whose clock is wrong would refuse good tokens and take old ones. Everything else that
lasts is timed by the database itself; this is for what is decided without asking it.
"""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from shared.db.pool import Pool

FOLLOW_SECONDS = 60.0

_ahead = time.time() - time.monotonic()


def now() -> float:
    """Give the time in Unix seconds; until a database was asked, by this machine's clock."""
    return _ahead + time.monotonic()


def moment() -> datetime:
    """Give the time as a moment in UTC."""
    return datetime.fromtimestamp(now(), UTC)


async def follow(pool: Pool) -> None:
    """Put the clock right by a database, half the way of the question back."""
    global _ahead  # noqa: PLW0603 - one time for the whole process
    asked = time.monotonic()
    theirs = await pool.fetchval("select extract(epoch from clock_timestamp())::float8")
    _ahead = float(theirs) - (asked + time.monotonic()) / 2
