"""Reads for the activity screens."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any
from uuid import UUID

from services.audit import rules, schemas, store
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
    wanted = _wanted(viewer, listing)
    kinds = _kinds_in_order(language) if listing.sort.endswith("kind") else None
    after = rules.read_cursor(listing.after, listing.sort) if listing.after else None
    skip = 0 if after else (listing.page - 1) * listing.size
    rows, total = await asyncio.gather(
        store.list_activities(pool, wanted, listing.sort, kinds, after, listing.size + 1, skip),
        store.count_activities(pool, wanted),
    )
    shown, more = rows[: listing.size], len(rows) > listing.size
    return schemas.Page(
        items=[_activity(row, language) for row in shown],
        page=None if after else listing.page,
        pages=rules.pages(total, listing.size),
        total=total,
        next=rules.write_cursor(listing.sort, _place(shown[-1]), str(shown[-1]["id"])) if more else None,
    )


async def list_filters(pool: Pool, viewer: UUID, language: Language) -> schemas.Choices:
    """Give what the column headers may filter by (Q33)."""
    performers, others, kinds = await store.list_choices(pool, viewer)
    return schemas.Choices(
        performed_by=_people(performers),
        performed_for=_people(others),
        kinds=[_kind(tag) for tag in _kinds_in_order(language) if tag in kinds],
    )


def list_kinds() -> schemas.Kinds:
    """Give all kinds with their sentences."""
    return schemas.Kinds(kinds=[_kind(tag) for tag in activities.ACTIVITIES])


def _wanted(viewer: UUID | None, listing: schemas.Listing) -> store.Wanted:
    start, end = rules.bounds(listing.from_day, listing.to_day)
    return store.Wanted(
        viewer=viewer,
        start=start,
        end=end,
        file=listing.file,
        kind=listing.kind,
        performed_by=viewer if listing.mine else listing.performed_by,
        performed_for=listing.performed_for,
    )


def _place(row: Record) -> Any:
    value = row["sorted_by"]
    return value if isinstance(value, int | str) else value.isoformat()


def _activity(row: Record, language: Language) -> schemas.Activity:
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


def _people(rows: list[Record]) -> list[schemas.Somebody]:
    people = [schemas.Somebody(id=row["id"], name=row["name"]) for row in rows]
    return sorted(people, key=lambda person: rules.sort_key(person.name))


def _kind(tag: str) -> schemas.Kind:
    kind = activities.ACTIVITIES[tag]
    return schemas.Kind(tag=tag, fr=kind.text.fr, en=kind.text.en, reported=kind.reported)


def _kinds_in_order(language: Language) -> list[str]:
    return sorted(activities.ACTIVITIES, key=lambda tag: rules.sort_key(activities.ACTIVITIES[tag].text.in_(language)))
