"""Reads of members (O12)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from services.accounts import store_members
from services.accounts.rules import members as rules
from services.accounts.rules import paging
from services.accounts.schemas import members as schemas
from shared.contracts.events.companies import Right

if TYPE_CHECKING:
    from uuid import UUID

    from asyncpg import Record

    from shared.db.pool import Pool


async def list_members(pool: Pool, account_id: UUID, manager: UUID, page: schemas.Sorting) -> schemas.Members:
    """Give the members of an account to a manager of it; `manager-required`; strangers get `not-found`."""
    rules.ensure_right(await store_members.find_member(pool, account_id, manager), Right.MANAGE)
    after = paging.read_place(page.after, page.sort)
    rows = await store_members.list_members(pool, account_id, page.sort, after, page.size + 1)
    last = rows[page.size - 1] if len(rows) > page.size else None
    return schemas.Members(
        members=[_member(row) for row in rows[: page.size]],
        total=await store_members.count_members(pool, account_id),
        next=paging.write_place(page.sort, last["sorted_by"], last["id"]) if last else None,
    )


def _member(row: Record) -> schemas.Member:
    names = ("id", "first_name", "last_name", "username", "email", "suspended", "gone", "via")
    rights = rules.in_order(store_members.rights(row))
    return schemas.Member(**{name: row[name] for name in names}, rights=rights, since=row["joined_at"])
