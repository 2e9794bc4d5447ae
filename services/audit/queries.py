"""Reads for the activity screens."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING
from uuid import UUID

from services.audit import rules, schemas, store_lists
from shared.contracts import activities
from shared.contracts.people import Language
from shared.contracts.texts import Text

if TYPE_CHECKING:
    from asyncpg import Record

    from shared.db.pool import Pool

NOBODY = Text("Système", "System")


async def list_activities(
    pool: Pool, viewer: UUID | None, listing: schemas.Listing, language: Language
) -> schemas.Page:
    """Give a page of what a person may see (Q31, Q32, Q35); `viewer` None is an operator and sees all."""
    wanted = await _wanted(pool, viewer, listing)
    after = rules.read_cursor(listing.after, listing.sort) if listing.after else None
    skip = 0 if after else (listing.page - 1) * listing.size
    rows, total = await asyncio.gather(
        store_lists.list_page(pool, wanted, listing.sort, kinds_in_order(language), after, listing.size + 1, skip),
        store_lists.count(pool, wanted),
    )
    shown, more = rows[: listing.size], len(rows) > listing.size
    return schemas.Page(
        items=[activity(row, language) for row in shown],
        page=None if after else listing.page,
        pages=rules.pages(total, listing.size),
        total=total,
        next=rules.write_cursor(listing.sort, place(shown[-1])) if more else None,
    )


async def list_filters(pool: Pool, viewer: UUID, language: Language) -> schemas.Choices:
    """Give what the column headers may filter by (Q33)."""
    accounts = await store_lists.list_managed(pool, viewer)
    rows = await store_lists.list_choices(pool, store_lists.Wanted(viewer=viewer, accounts=accounts))
    kinds = {row["kind"] for row in rows}
    return schemas.Choices(
        performed_by=_people(rows, "performed_by"),
        performed_for=_people(rows, "performed_for"),
        kinds=[_kind(tag) for tag in kinds_in_order(language) if tag in kinds],
    )


def list_kinds() -> schemas.Kinds:
    """Give all kinds with their sentences."""
    return schemas.Kinds(kinds=[_kind(tag) for tag in activities.ACTIVITIES])


async def _wanted(pool: Pool, viewer: UUID | None, filters: schemas.Filters) -> store_lists.Wanted:
    start, end = rules.bounds(filters.from_day, filters.to_day)
    return store_lists.Wanted(
        viewer=viewer,
        accounts=await store_lists.list_managed(pool, viewer) if viewer else (),
        start=start,
        end=end,
        file=filters.file,
        kind=filters.kind,
        performed_by=viewer if filters.mine else filters.performed_by,
        performed_for=filters.performed_for,
        account=filters.account,
    )


def place(row: Record) -> rules.Place:
    """Give a row's place in its list."""
    value = row["sorted_by"]
    return rules.Place(value if isinstance(value, int | str) else None, row["occurred_at"], row["seq"])


def activity(row: Record, language: Language) -> schemas.Activity:
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
    )


def _somebody(person: UUID | None, name: str | None, language: Language) -> schemas.Somebody:
    return schemas.Somebody(id=person, name=name or NOBODY.in_(language))


def _people(rows: list[Record], facet: str) -> list[schemas.Somebody]:
    named = sorted((row["sort"], row["name"], row["id"]) for row in rows if row["facet"] == facet and row["name"])
    return [schemas.Somebody(id=person, name=name) for _, name, person in named]


def _kind(tag: str) -> schemas.Kind:
    kind = activities.ACTIVITIES[tag]
    return schemas.Kind(tag=tag, fr=kind.text.fr, en=kind.text.en, reported=kind.reported)


def kinds_in_order(language: Language) -> list[str]:
    """Give the kinds in the order of their sentences in a language."""
    return sorted(activities.ACTIVITIES, key=lambda tag: rules.sort_key(activities.ACTIVITIES[tag].text.in_(language)))
