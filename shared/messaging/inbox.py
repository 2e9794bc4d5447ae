"""The inbox: an event's effect and the note that it was taken are one transaction (reliability §C5)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shared.messaging.outbox import SQL

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from shared.db.pool import Connection, Pool


async def take(connection: Connection, consumer: str, event_ids: Sequence[UUID]) -> set[UUID]:
    """Take events in the transaction of their effects and give those that are new."""
    rows = await connection.fetch(SQL["insert_inbox"], consumer, event_ids)
    return {row["event_id"] for row in rows}


async def taken(pool: Pool, consumer: str, event_ids: Sequence[UUID]) -> set[UUID]:
    """Give those of some events that were taken before."""
    rows = await pool.fetch(SQL["list_taken"], consumer, event_ids)
    return {row["event_id"] for row in rows}
