"""Reads for the import screens."""

from __future__ import annotations

from typing import TYPE_CHECKING

from services.accounts import store
from services.accounts.rules import rosters as rules
from services.accounts.schemas import imports as schemas
from shared.contracts.problems import common

if TYPE_CHECKING:
    from uuid import UUID

    from asyncpg import Record

    from shared.db.pool import Pool

FAULTS = 1000


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
