"""The rows of a download, slice by slice: the same as in the list, in the same order."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from services.audit import queries, schemas
from services.audit.exports import texts
from shared.contracts.people import Language

if TYPE_CHECKING:
    from shared.db.pool import Pool

SLICE = 250
"""Rows that are formatted in one turn of the loop: about a millisecond."""
FETCHED = 500
Progress = Callable[[int], None]
"""Is told how many rows are done."""


def unheard(done: int) -> None:
    """Tell nobody."""
    del done


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A download: what was asked, by whom, when and in which language; `viewer` None is the whole register."""

    pool: Pool
    viewer: UUID | None
    name: str
    query: schemas.Sorted
    language: Language
    made_at: datetime
    names: dict[str, str] = field(default_factory=dict)
    """Of those the list is filtered by, as its own rows name them: nobody learns a name by asking for a file."""

    async def count(self) -> int:
        """Count the rows."""
        wanted, party = await queries.find_wanted(self.pool, self.viewer, self.query)
        return await queries.count(self.pool, party, wanted)

    async def slices(self) -> AsyncIterator[list[schemas.Activity]]:
        """Give the rows, some at a time, leaving the loop to others in between."""
        wanted, party = await queries.find_wanted(self.pool, self.viewer, self.query)
        after = None
        while True:
            found = await queries.list_rows(self.pool, party, wanted, self.query.sort, self.language, after, FETCHED)
            for begin in range(0, len(found), SLICE):
                part = [queries.activity(one.row, self.language) for one in found[begin : begin + SLICE]]
                self._note(part[0])
                yield part
                await asyncio.sleep(0)
            if len(found) < FETCHED:
                return
            after = queries.place(found[-1])

    def facts(self, rows: int) -> list[tuple[str, str]]:
        """Say who asked, when, for what: label and text."""
        language = self.language
        return [
            (texts.ASKED_BY.in_(language), self.name),
            (texts.MADE_AT.in_(language), texts.moment(self.made_at, language)),
            (texts.FILTERS.in_(language), texts.filters(self.query, self.names, language)),
            (texts.SORTED.in_(language), texts.sorting(self.query.sort, language)),
            (texts.ROWS.in_(language), f"{rows}"),
        ]

    def _note(self, row: schemas.Activity) -> None:
        for somebody in (row.performed_by, row.performed_for):
            if somebody.id in (self.query.performed_by, self.query.performed_for, self.query.account):
                self.names.setdefault(str(somebody.id), somebody.name)

    def about(self, kind: str) -> dict[str, Any]:
        """Give what the manifest says of the file."""
        return {
            "asked_by": self.name,
            "made_at": self.made_at.isoformat(),
            "language": self.language.value,
            "format": kind,
            "filters": self.query.model_dump(mode="json", by_alias=True, exclude_defaults=True),
        }


def cells(row: schemas.Activity) -> list[str]:
    """Give the five cells of a row (Q30)."""
    return [row.day.isoformat(), row.file_number or "", row.activity, row.performed_by.name, row.performed_for.name]
