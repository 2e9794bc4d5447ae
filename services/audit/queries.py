"""Reads for the activity screens."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import date
from functools import cache
from typing import TYPE_CHECKING, Any
from uuid import UUID

from services.audit import rules, schemas, store, store_lists, store_tallies, tallies
from shared.contracts import activities
from shared.contracts.people import Language

if TYPE_CHECKING:
    from asyncpg import Record

    from shared.db.pool import Pool


LOOK = "screens.viewed"
LONGEST_BEFORE = 3_660
"""Days without activity that are shown before the first one."""


async def list_activities(
    pool: Pool, viewer: UUID | None, listing: schemas.Listing, language: Language
) -> schemas.Page:
    """Give a page of what a person may see (Q31, Q32, Q35); `viewer` None is an operator and sees all."""
    wanted, party = await find_wanted(pool, viewer, listing)
    after = rules.read_cursor(listing.after, listing.sort) if listing.after else None
    skip = 0 if after else (listing.page - 1) * listing.size
    found, total = await asyncio.gather(
        list_rows(pool, party, wanted, listing.sort, language, after, listing.size + 1, skip),
        count(pool, party, wanted),
    )
    shown, more = found[: listing.size], len(found) > listing.size
    reasons = await _reasons(pool, shown)
    return schemas.Page(
        items=[activity(one.row, language, reasons.get(one.row["id"])) for one in shown],
        page=None if after else listing.page,
        pages=rules.pages(total, listing.size),
        total=total,
        next=rules.write_cursor(listing.sort, place(shown[-1])) if more else None,
    )


async def _reasons(pool: Pool, found: list[store_lists.Found]) -> dict[UUID, str]:
    """Give the reasons of the looks among some rows; most pages have none, and ask nothing."""
    looks = [one.row["id"] for one in found if one.row["kind"] == LOOK]
    return await store.list_reasons(pool, looks) if looks else {}


async def find_wanted(
    pool: Pool, viewer: UUID | None, filters: schemas.Filters
) -> tuple[store_lists.Wanted, UUID | None]:
    """Give what to look for, and the party whose list is long and counted, if it is."""
    accounts, counted = await store_tallies.find_viewer(pool, viewer) if viewer else ((), True)
    start, end = rules.bounds(filters.from_day, filters.to_day)
    low, below = rules.prefixed(filters.file)
    wanted = store_lists.Wanted(
        viewer=viewer,
        accounts=accounts,
        start=start,
        end=end,
        file_from=low,
        file_below=below,
        kind=filters.kind,
        performed_by=viewer if filters.mine else filters.performed_by,
        performed_for=filters.performed_for,
        account=filters.account,
    )
    return wanted, (viewer or tallies.EVERYTHING) if counted else None


async def list_rows(
    pool: Pool,
    party: UUID | None,
    wanted: store_lists.Wanted,
    sort: str,
    language: Language,
    after: rules.Place | None,
    limit: int,
    skip: int = 0,
) -> list[store_lists.Found]:
    """Give rows in order of `sort`, after a place or after `skip` rows."""
    kinds = kinds_in_order(language)
    if party is not None:
        rows = await tallies.list_page(pool, party, wanted, sort, kinds, after, limit, skip)
        if rows is not None:
            return rows
    return await store_lists.list_page(pool, wanted, sort, kinds, after, limit, skip)


async def count(pool: Pool, party: UUID | None, wanted: store_lists.Wanted) -> int:
    """Count what a list without pages would give."""
    total = await tallies.total(pool, party, wanted) if party is not None else None
    return await store_lists.count(pool, wanted) if total is None else total


async def draw_histogram(pool: Pool, viewer: UUID | None, filters: schemas.Filters, today: date) -> schemas.Histogram:
    """Count by day, week or month what a list would give."""
    wanted, party = await find_wanted(pool, viewer, filters)
    counts = await tallies.count_days(pool, party, wanted) if party is not None else None
    if counts is None:
        counts = await store_lists.count_days(pool, wanted)
    if not counts:
        return schemas.Histogram(unit=rules.Unit.DAY, bars=[])
    # A period that was asked for is shown whole, within reason: nobody was active a thousand years ago.
    first, last = min(counts), max(*counts, min(today, filters.to_day or today))
    if filters.from_day and (first - filters.from_day).days <= LONGEST_BEFORE:
        first = filters.from_day
    unit, found = rules.bars(counts, first, last)
    return schemas.Histogram(unit=unit, bars=[schemas.Bar(from_day=a, to_day=b, count=n) for a, b, n in found])


async def list_filters(pool: Pool, viewer: UUID, language: Language) -> schemas.Choices:
    """Give what the column headers may filter by (Q33)."""
    wanted, party = await find_wanted(pool, viewer, schemas.Filters())
    if party is not None and not wanted.accounts:
        rows = await store_tallies.list_choices(pool, party)
    else:
        rows = await store_lists.list_choices(pool, wanted)
    kinds = {row["kind"] for row in rows}
    return schemas.Choices(
        performed_by=_people(rows, "performed_by"),
        performed_for=_people(rows, "performed_for"),
        kinds=[_kind(tag) for tag in kinds_in_order(language) if tag in kinds],
    )


def list_kinds() -> schemas.Kinds:
    """Give all kinds with their sentences."""
    return schemas.Kinds(kinds=[_kind(tag) for tag in activities.ACTIVITIES])


def place(found: store_lists.Found) -> rules.Place:
    """Give a row's place in its list."""
    return rules.Place(found.value, found.row["occurred_at"], found.row["seq"])


def activity(row: Mapping[str, Any], language: Language, reason: str | None = None) -> schemas.Activity:
    """Give a row as it is shown (Q30)."""
    return schemas.Activity(
        id=row["id"],
        occurred_at=row["occurred_at"],
        day=rules.day_of(row["occurred_at"]),
        file_number=row["file_number"],
        kind=row["kind"],
        activity=activities.ACTIVITIES[row["kind"]].text.in_(language),
        performed_by=_somebody(row["performed_by"], row["performed_by_name"], language),
        performed_for=_somebody(row["performed_for"], row["performed_for_name"], language),
        reason=reason,
    )


def _somebody(person: UUID | None, name: str | None, language: Language) -> schemas.Somebody:
    return schemas.Somebody(id=person, name=rules.shown_name(name, language, somebody=person is not None))


def _people(rows: list[Record], facet: str) -> list[schemas.Somebody]:
    named = sorted((row["sort"], row["name"], row["id"]) for row in rows if row["facet"] == facet and row["name"])
    return [schemas.Somebody(id=person, name=name) for _, name, person in named]


def _kind(tag: str) -> schemas.Kind:
    kind = activities.ACTIVITIES[tag]
    return schemas.Kind(tag=tag, fr=kind.text.fr, en=kind.text.en, reported=kind.reported)


@cache
def kinds_in_order(language: Language) -> tuple[str, ...]:
    """Give the kinds in the order of their sentences in a language."""
    return tuple(
        sorted(activities.ACTIVITIES, key=lambda tag: rules.sort_key(activities.ACTIVITIES[tag].text.in_(language)))
    )
