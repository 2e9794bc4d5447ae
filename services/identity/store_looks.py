"""Looks of operators at the screens of people."""

from __future__ import annotations

from typing import TYPE_CHECKING

from services.identity.store import SQL, Person

if TYPE_CHECKING:
    from datetime import datetime, timedelta
    from uuid import UUID

    from shared.db.pool import Connection, Pool


async def insert_look(
    connection: Connection, look_id: UUID, session_id: UUID, person_id: UUID, reason: str, lifetime: timedelta
) -> datetime:
    """Begin a look and end the one before; give when it ends."""
    ends_at: datetime = await connection.fetchval(SQL["insert_look"], look_id, session_id, person_id, reason, lifetime)
    return ends_at


async def find_look(pool: Pool, look_id: UUID, session_id: UUID) -> tuple[Person, float] | None:
    """Give the person of a look that runs, and the seconds it has left."""
    row = await pool.fetchrow(SQL["find_look"], look_id, session_id)
    if row is None:
        return None
    facts = dict(row)
    seconds = facts.pop("seconds")
    return Person(**facts), seconds


async def end_look(connection: Connection, look_id: UUID, session_id: UUID) -> bool:
    """End a look; False when it does not run."""
    return await connection.execute(SQL["end_look"], look_id, session_id) == "UPDATE 1"
