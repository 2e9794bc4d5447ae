"""The named queries of claims, take-overs and the links against them, as functions."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from shared.contracts.events.companies import TakeoverGround
from shared.db import queries

if TYPE_CHECKING:
    from asyncpg import Record

    from shared.db.pool import Connection, Pool

SQL = queries.load("services.accounts", "sql/disputes.sql")


async def insert_claim(connection: Connection, claim_id: UUID, account_id: UUID, claimer: UUID) -> None:
    """Note who claimed an account."""
    await connection.execute(SQL["insert_claim"], claim_id, account_id, claimer)


async def insert_links(
    connection: Connection,
    account_id: UUID,
    digests: Sequence[bytes],
    until: datetime,
    *,
    claim_id: UUID | None = None,
    takeover_id: UUID | None = None,
) -> None:
    """Keep links against a claim or a take-over."""
    await connection.execute(SQL["insert_links"], account_id, list(digests), until, claim_id, takeover_id)


async def find_link(connection: Connection, digest: bytes) -> Record | None:
    """Give what a link that still works is about."""
    return await connection.fetchrow(SQL["find_link"], digest)


async def use_link(connection: Connection, digest: bytes) -> Record | None:
    """Use a link; None when it does not work any more."""
    return await connection.fetchrow(SQL["use_link"], digest)


async def forget_links(pool: Pool) -> None:
    """Forget links that ended long ago."""
    await pool.execute(SQL["forget_links"])


async def find_claim(connection: Connection, claim_id: UUID) -> Record | None:
    """Give a claim."""
    return await connection.fetchrow(SQL["find_claim"], claim_id)


async def update_contested(connection: Connection, claim_id: UUID, reason: str) -> Record | None:
    """Contest a claim; None when it does not stand any more."""
    return await connection.fetchrow(SQL["update_contested"], claim_id, reason)


async def update_claim_decided(
    connection: Connection, claim_id: UUID, state: str, operator: UUID, reason: str
) -> Record | None:
    """Decide a contested claim; None when it is not contested."""
    return await connection.fetchrow(SQL["update_claim_decided"], claim_id, state, operator, reason)


async def list_claims(pool: Pool, state: str | None, after: UUID | None, limit: int) -> list[Record]:
    """Give claims, newest first."""
    return await pool.fetch(SQL["list_claims"], state, after, limit)


async def find_ground(connection: Connection, account_id: UUID, silence_days: int) -> TakeoverGround | None:
    """Say why an account can be taken over; None when it cannot."""
    row = await connection.fetchrow(SQL["find_ground"], account_id, silence_days)
    assert row is not None
    if row["gone"]:
        return TakeoverGround.GONE
    return TakeoverGround.SILENT if row["silent"] else None


async def insert_takeover(
    connection: Connection,
    takeover_id: UUID,
    account_id: UUID,
    asker: UUID,
    ground: TakeoverGround,
    reason: str,
    days: int,
) -> Record | None:
    """Note a take-over; None while another one runs."""
    values = (takeover_id, account_id, asker, ground.value, reason, days)
    return await connection.fetchrow(SQL["insert_takeover"], *values)


async def find_takeover(connection: Connection, takeover_id: UUID) -> Record | None:
    """Give a take-over; `due` when the time to object is over."""
    return await connection.fetchrow(SQL["find_takeover"], takeover_id)


async def update_objected(connection: Connection, takeover_id: UUID, reason: str) -> Record | None:
    """Count an objection; None when the take-over does not run any more."""
    return await connection.fetchrow(SQL["update_objected"], takeover_id, reason)


async def update_approved(connection: Connection, takeover_id: UUID, operator: UUID, reason: str) -> Record | None:
    """Approve a take-over; None when it is not at this step."""
    return await connection.fetchrow(SQL["update_approved"], takeover_id, operator, reason)


async def update_takeover_ended(
    connection: Connection, takeover_id: UUID, state: str, by: UUID, reason: str = ""
) -> Record | None:
    """End a take-over; None when it does not run any more."""
    return await connection.fetchrow(SQL["update_takeover_ended"], takeover_id, state, by, reason)


async def abandon_takeover(connection: Connection, account_id: UUID, asker: UUID) -> Record | None:
    """End the take-over that a person asked for; None when he asked for none that runs."""
    return await connection.fetchrow(SQL["abandon_takeover"], account_id, asker)


async def list_takeovers(
    pool: Pool, state: str | None, asker: UUID | None, after: UUID | None, limit: int
) -> list[Record]:
    """Give take-overs, newest first."""
    return await pool.fetch(SQL["list_takeovers"], state, asker, after, limit)
