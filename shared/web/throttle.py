"""Limits against abuse, counted in PostgreSQL so that all replicas share them (GCRA, by the database's clock)."""

from __future__ import annotations

import hashlib
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from shared.contracts.problems import common
from shared.db import queries

if TYPE_CHECKING:
    from shared.db.pool import Pool

SQL = queries.load("shared.web")


@dataclass(frozen=True, slots=True)
class Limit:
    """At most `count` at once, and as many again every `seconds`."""

    count: int
    seconds: float

    @property
    def each(self) -> float:
        """Seconds that one spending takes to come back."""
        return self.seconds / self.count


async def spend(pool: Pool, key: str, limit: Limit) -> None:
    """Spend one; `too-many-requests` with the seconds to wait when nothing is left.

    In a statement of its own: the caller's rollback refunds nothing.
    """
    wait = await pool.fetchval(SQL["spend"], _digest(key), limit.each, limit.seconds)
    _ensure_none(wait)


async def peek(pool: Pool, key: str, limit: Limit) -> None:
    """Refuse like `spend`, and spend nothing."""
    wait = await pool.fetchval(SQL["peek"], _digest(key), limit.each, limit.seconds)
    _ensure_none(wait)


async def forgive(pool: Pool, key: str) -> None:
    """Give everything back."""
    await pool.execute(SQL["forgive"], _digest(key))


async def clean(pool: Pool) -> None:
    """Remove what is full again."""
    await pool.execute(SQL["clean_throttles"])


def _digest(key: str) -> bytes:
    """Keep neither addresses nor user names in the table."""
    return hashlib.sha256(key.encode()).digest()


def _ensure_none(wait: float | None) -> None:
    if wait is not None and wait > 0:
        raise common.TooManyRequests(retry_after=math.ceil(wait))
