"""Named queries about moments in the past, as functions."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from services.accounts import store_members
from shared.db import queries

if TYPE_CHECKING:
    from asyncpg import Record

    from services.accounts.rules.members import Member
    from shared.db.pool import Pool

SQL = queries.load("services.accounts", "sql/past.sql")


async def list_facts_at(pool: Pool, asked: Sequence[tuple[UUID, UUID, datetime]]) -> list[Member | None]:
    """Give what decisions rested on for triples of person, account and moment."""
    if not asked:
        return []
    return [store_members.member(row) for row in await pool.fetch(SQL["list_facts_at"], *zip(*asked, strict=True))]


async def list_accounts_of_person_at(
    pool: Pool, person: UUID, moment: datetime, after: UUID | None, limit: int
) -> list[Record]:
    """Give the accounts in which a person had any right at a moment."""
    return await pool.fetch(SQL["list_accounts_of_person_at"], person, after, limit, moment)
