"""Reads for the licence and import screens."""

from __future__ import annotations

from typing import TYPE_CHECKING

from services.accounts import rules, schemas, store
from shared.contracts.problems import common

if TYPE_CHECKING:
    from uuid import UUID

    from asyncpg import Record

    from shared.db.pool import Pool

FAULTS = 1000


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


async def list_imports(pool: Pool) -> schemas.Imports:
    """Give the newest imports."""
    return schemas.Imports(imports=[schemas.Import(**dict(row)) for row in await store.list_imports(pool)])


async def find_import(pool: Pool, import_id: UUID, after_line: int = 0) -> schemas.Import:
    """Give an import with its faults after a line; `not-found`."""
    row = await store.find_import(pool, import_id)
    if row is None:
        raise common.NotFound
    rows = await store.list_faults(pool, import_id, after_line, FAULTS + 1)
    faults = [_fault(fault) for fault in rows[:FAULTS]]
    return schemas.Import(**dict(row), faults=faults, next=faults[-1].line if len(rows) > FAULTS else None)


def _fault(row: Record) -> schemas.Fault:
    text = rules.FAULTS[row["code"]]
    return schemas.Fault(
        line=row["line"], column=row["column_name"], code=row["code"], reason_fr=text.fr, reason_en=text.en
    )
