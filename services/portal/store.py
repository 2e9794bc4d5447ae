"""The portal's named queries as functions."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

from shared.db import queries

if TYPE_CHECKING:
    from asyncpg import Record

    from shared.db.pool import Pool

SQL = queries.load("services.portal")


async def insert_session(
    pool: Pool, digest: bytes, person: UUID, facts: dict[str, Any], tokens: bytes, access: timedelta, life: timedelta
) -> None:
    """Begin a web session."""
    await pool.execute(SQL["insert_session"], digest, person, facts, tokens, access, life)


async def find_session(pool: Pool, digest: bytes, idle: timedelta) -> Record | None:
    """Give a living session."""
    return await pool.fetchrow(SQL["find_session"], digest, idle)


async def set_look(pool: Pool, digest: bytes, look: dict[str, Any] | None) -> None:
    """Keep the look that a session begins, or that it has none."""
    await pool.execute(SQL["set_look"], digest, look)


async def touch_session(pool: Pool, digest: bytes) -> None:
    """Note that a session is used."""
    await pool.execute(SQL["touch_session"], digest)


async def claim_renewal(pool: Pool, digest: bytes, generation: int) -> bool:
    """Take it upon oneself to renew the tokens; False when somebody else does."""
    return await pool.fetchval(SQL["claim_renewal"], digest, generation) is True


async def renew_session(
    pool: Pool, digest: bytes, generation: int | None, tokens: bytes, facts: dict[str, Any], access: timedelta
) -> None:
    """Keep renewed tokens; without a generation, whatever happened meanwhile."""
    await pool.execute(SQL["renew_session"], digest, generation, tokens, facts, access)


async def release_renewal(pool: Pool, digest: bytes, generation: int) -> None:
    """Let somebody else renew."""
    await pool.execute(SQL["release_renewal"], digest, generation)


async def delete_session(pool: Pool, digest: bytes, generation: int | None = None) -> None:
    """End a session; with a generation, only if its tokens were not replaced meanwhile."""
    await pool.execute(SQL["delete_session"], digest, generation)


async def forget_old(pool: Pool, idle: timedelta) -> None:
    """Forget what nobody comes back to."""
    await pool.execute(SQL["forget_old"], idle)


async def insert_message(pool: Pool, name: UUID, session: bytes, place: str, kind: str, words: str) -> None:
    """Keep a message for the next page at a place; the way there carries its name."""
    await pool.execute(SQL["insert_message"], name, session, place, kind, words)


async def take_message(pool: Pool, name: UUID, session: bytes) -> Record | None:
    """Give a message, once."""
    return await pool.fetchrow(SQL["take_message"], session, name)


async def insert_draft(pool: Pool, digest: bytes, sealed: bytes) -> None:
    """Keep a form that was not sent."""
    await pool.execute(SQL["insert_draft"], digest, sealed)


async def find_draft(pool: Pool, digest: bytes) -> bytes | None:
    """Give a kept form."""
    sealed: bytes | None = await pool.fetchval(SQL["find_draft"], digest)
    return sealed
