"""Reads for connected applications."""

from __future__ import annotations

from typing import TYPE_CHECKING

from services.accounts import store_connected, store_members, store_past
from services.accounts.rules import members
from services.accounts.schemas import connected as schemas
from shared import clock
from shared.contracts.problems import common
from shared.contracts.problems import companies as problems

if TYPE_CHECKING:
    from uuid import UUID

    from asyncpg import Record

    from shared.db.pool import Pool


async def list_accounts(pool: Pool, person: UUID, page: schemas.Page) -> schemas.AccountsOfPerson:
    """Give the accounts in which a person has any right; nobody of that id has none (`account-moment-not-past`)."""
    rows = await _rows(pool, person, page)
    shown = [
        schemas.AccountOfPerson(
            id=row["id"], legal_name=row["legal_name"], rights=members.in_order(store_members.rights(row))
        )
        for row in rows[: page.size]
    ]
    return schemas.AccountsOfPerson(accounts=shown, next=shown[-1].id if len(rows) > page.size else None)


async def _rows(pool: Pool, person: UUID, page: schemas.Page) -> list[Record]:
    if page.as_of is None:
        return await store_connected.list_accounts_of_person(pool, person, page.after, page.size + 1)
    if page.as_of > clock.moment():
        raise problems.AccountMomentNotPast
    return await store_past.list_accounts_of_person_at(pool, person, page.as_of, page.after, page.size + 1)


async def find_name(pool: Pool, account_id: UUID) -> schemas.Name:
    """Give the name of an account (`not-found`)."""
    row = await store_connected.find_name(pool, account_id)
    if row is None:
        raise common.NotFound
    return schemas.Name(**dict(row))
