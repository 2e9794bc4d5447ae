"""Reads for the licence screens."""

from __future__ import annotations

from typing import TYPE_CHECKING

from services.accounts import store
from services.accounts.rules import licences as rules
from services.accounts.schemas import licences as schemas

if TYPE_CHECKING:
    from uuid import UUID

    from asyncpg import Record

    from shared.db.pool import Pool


def licence(row: Record) -> schemas.Licence:
    """Show a licence, without its PIN."""
    names = ("id", "matricule", "first_name", "last_name", "email", "office", "language", "holder")
    status = rules.status(row["holder"], suspended=row["suspended"])
    return schemas.Licence(**{name: row[name] for name in names}, status=status)


async def list_licences(pool: Pool, listing: schemas.Listing) -> schemas.Licences:
    """Give a page of licences by matricule."""
    rows = await store.list_licences(pool, listing.after, listing.matricule, listing.status, listing.size + 1)
    shown = [licence(row) for row in rows[: listing.size]]
    return schemas.Licences(licences=shown, next=shown[-1].matricule if len(rows) > listing.size else None)


async def list_mine(pool: Pool, person: UUID) -> schemas.Licences:
    """Give the licence a person holds, if any."""
    row = await store.find_licence_of(pool, person)
    return schemas.Licences(licences=[licence(row)] if row else [])
