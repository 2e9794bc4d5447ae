"""Reads for connected applications."""

from __future__ import annotations

from typing import TYPE_CHECKING

from services.accounts import store_connected, store_members
from services.accounts.rules import members
from services.accounts.schemas import connected as schemas
from shared.contracts.problems import common

if TYPE_CHECKING:
    from uuid import UUID

    from shared.db.pool import Pool


async def list_accounts(pool: Pool, person: UUID, page: schemas.Page) -> schemas.AccountsOfPerson:
    """Give the accounts in which a person has any right; nobody of that id has none."""
    rows = await store_connected.list_accounts_of_person(pool, person, page.after, page.size + 1)
    shown = [
        schemas.AccountOfPerson(
            id=row["id"], legal_name=row["legal_name"], rights=members.in_order(store_members.rights(row))
        )
        for row in rows[: page.size]
    ]
    return schemas.AccountsOfPerson(accounts=shown, next=shown[-1].id if len(rows) > page.size else None)


async def find_name(pool: Pool, account_id: UUID) -> schemas.Name:
    """Give the name of an account (`not-found`)."""
    row = await store_connected.find_name(pool, account_id)
    if row is None:
        raise common.NotFound
    return schemas.Name(**dict(row))
