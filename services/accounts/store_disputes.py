"""The named queries of claims, take-overs and the links against them, as functions."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from shared.db import queries

if TYPE_CHECKING:
    from shared.db.pool import Connection

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
