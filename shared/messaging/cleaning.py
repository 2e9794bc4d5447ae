"""Forgets what is no longer needed of events: sent ones after a week, the inbox after a month."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from shared.messaging import forgetting
from shared.messaging.outbox import SQL

if TYPE_CHECKING:
    from shared.db.pool import Pool

BATCH = 1000
SENT = timedelta(days=7)
TAKEN = timedelta(days=30)
"""Longer than any outage, replay or backup: a copy that comes later would have its effect again."""


async def clean(pool: Pool) -> None:
    """Delete old rows of a service's database, a thousand at a time, so that nothing waits for it."""
    await _delete_all(pool, "delete_sent", SENT)
    await _delete_all(pool, "delete_inbox", TAKEN)
    await pool.execute(SQL["delete_crash_guard"], TAKEN)
    await forgetting.clean(pool)


async def _delete_all(pool: Pool, query: str, age: timedelta) -> None:
    while await pool.execute(SQL[query], age, BATCH) == f"DELETE {BATCH}":
        pass
