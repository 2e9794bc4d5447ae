"""The rows of a download, slice by slice: the same as in the list, in the same order."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache, partial
from typing import TYPE_CHECKING, Any
from uuid import UUID

from services.audit import queries, rules, schemas
from services.audit.exports import texts
from shared.contracts import activities
from shared.contracts.people import Language

if TYPE_CHECKING:
    from shared.db.pool import Pool

SLICE = 250
"""Rows that are formatted in one turn of the loop: about a millisecond."""
FETCHED = 500
"""Rows that are read together."""
Row = Mapping[str, Any]
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
    fetched: int = FETCHED
    names: dict[str, str] = field(default_factory=dict)
    """Of those the list is filtered by, as its own rows name them: nobody learns a name by asking for a file."""

    async def count(self) -> int:
        """Count the rows."""
        wanted, party = await queries.find_wanted(self.pool, self.viewer, self.query)
        return await queries.count(self.pool, party, wanted)

    async def slices(self) -> AsyncIterator[list[Row]]:
        """Give the rows, some at a time, leaving the loop to others in between; the next are read meanwhile."""
        wanted, party = await queries.find_wanted(self.pool, self.viewer, self.query)
        read = partial(queries.list_rows, self.pool, party, wanted, self.query.sort, self.language, limit=self.fetched)
        reading = asyncio.create_task(read(after=None))
        try:
            while found := await reading:
                more = len(found) == self.fetched
                if more:
                    reading = asyncio.create_task(read(after=queries.place(found[-1])))
                    await asyncio.sleep(0)  # it asks the database before these are formatted, not after
                for begin in range(0, len(found), SLICE):
                    part = [one.row for one in found[begin : begin + SLICE]]
                    self._note(part[0])
                    yield part
                    await asyncio.sleep(0)
                if not more:
                    return
        finally:
            reading.cancel()
            await asyncio.wait({reading})

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

    def _note(self, row: Row) -> None:
        for role in ("performed_by", "performed_for"):
            who = row[role]
            if who in (self.query.performed_by, self.query.performed_for, self.query.account):
                name = rules.shown_name(row[f"{role}_name"], self.language, somebody=who is not None)
                self.names.setdefault(str(who), name)

    def about(self, kind: str) -> dict[str, Any]:
        """Give what the manifest says of the file."""
        return {
            "asked_by": self.name,
            "made_at": self.made_at.isoformat(),
            "language": self.language.value,
            "format": kind,
            "filters": self.query.model_dump(mode="json", by_alias=True, exclude_defaults=True),
        }


def cells(row: Row, language: Language) -> list[str]:
    """Give the five cells of a row (Q30), as in the list."""
    by, for_ = row["performed_by_name"], row["performed_for_name"]
    return [
        rules.day_of(row["occurred_at"]).isoformat(),
        row["file_number"] or "",
        _sentence(row["kind"], language),
        by or rules.shown_name(None, language, somebody=row["performed_by"] is not None),
        for_ or rules.shown_name(None, language, somebody=row["performed_for"] is not None),
    ]


@cache
def _sentence(kind: str, language: Language) -> str:
    return activities.ACTIVITIES[kind].text.in_(language)
