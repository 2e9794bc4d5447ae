"""The named queries for connected applications as functions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shared.db import queries

if TYPE_CHECKING:
    from uuid import UUID

    from asyncpg import Record

    from shared.db.pool import Pool

SQL = queries.load("services.accounts", "sql/connected.sql")


async def list_accounts_of_person(pool: Pool, person: UUID, after: UUID | None, limit: int) -> list[Record]:
    """Give the accounts in which a person has any right."""
    return await pool.fetch(SQL["list_accounts_of_person"], person, after, limit)


async def find_name(pool: Pool, account: UUID) -> Record | None:
    """Give the name of an account."""
    return await pool.fetchrow(SQL["find_name"], account)
