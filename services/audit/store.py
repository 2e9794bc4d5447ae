"""Audit's named queries as functions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import astuple, dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from shared.db import queries

if TYPE_CHECKING:
    from asyncpg import Record

    from shared.db.pool import Connection, Pool

SQL = queries.load("services.audit")

COLUMNS: Mapping[str, tuple[str, str]] = {
    "date": ("occurred_at", "timestamptz"),
    "file": ("coalesce(file_number, '') collate \"C\"", "text"),
    "kind": ("array_position($8::text[], kind)", "int"),
    "by": ("performed_by_sort", "text"),
    "for": ("performed_for_sort", "text"),
}
"""The five columns: what each sorts by, and its type."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One activity to record. Names are those of the moment and stay so (decision 4)."""

    id: UUID
    application: str | None = None
    key: str | None = None
    kind: str
    file_number: str | None = None
    performed_by: UUID | None
    performed_by_name: str | None
    performed_by_sort: str
    performed_for: UUID | None
    performed_for_name: str | None
    performed_for_sort: str
    occurred_at: datetime
    personal: bool
    correlation_id: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which activities: `viewer` sees his own (Q31, Q32); nobody means all, for operators."""

    viewer: UUID | None
    start: datetime | None = None
    end: datetime | None = None
    file: str | None = None
    kind: str | None = None
    performed_by: UUID | None = None
    performed_for: UUID | None = None


def list_sql(column: str, *, descending: bool) -> str:
    """Give the list query for one column and direction; both come from closed sets."""
    expression, kind = COLUMNS[column]
    return SQL["list_activities"].format(
        column=expression,
        type=kind,
        comparison="<" if descending else ">",
        direction="desc" if descending else "asc",
    )


async def insert_activities(connection: Connection, rows: Iterable[Row]) -> set[UUID]:
    """Record rows; give the ids of those that were new."""
    columns = [list(column) for column in zip(*(astuple(row) for row in rows), strict=True)]
    return {record["id"] for record in await connection.fetch(SQL["insert_activities"], *columns)}


async def upsert_person(connection: Connection, person: UUID, name: str, version: int) -> None:
    """Keep the newest name."""
    await connection.execute(SQL["upsert_person"], person, name, version)


async def find_names(connection: Connection, people: Iterable[UUID]) -> dict[UUID, str]:
    """Give the names of those who are known."""
    return {row["id"]: row["name"] for row in await connection.fetch(SQL["find_names"], list(people))}


async def list_activities(
    pool: Pool, wanted: Wanted, sort: str, kinds: list[str] | None, after: tuple[Any, str] | None, limit: int, skip: int
) -> list[Record]:
    """Give rows in order of `sort` (a column, `-` before it for descending), after a place or after `skip` rows."""
    sql = list_sql(sort.lstrip("-"), descending=sort.startswith("-"))
    value, row = after or (None, None)
    place = (None if value is None else str(value), row)
    return await pool.fetch(sql, *astuple(wanted), kinds, *place, limit, skip)


async def count_activities(pool: Pool, wanted: Wanted) -> int:
    """Count what a list without pages would give."""
    return int(await pool.fetchval(SQL["count_activities"], *astuple(wanted)))


async def list_choices(pool: Pool, viewer: UUID) -> tuple[list[Record], list[Record], list[str]]:
    """Give performers, those acted for, and kinds that occur in what a person sees."""
    performers = await pool.fetch(SQL["list_performers"], viewer)
    others = await pool.fetch(SQL["list_beneficiaries"], viewer)
    kinds = await pool.fetch(SQL["list_seen_kinds"], viewer)
    return performers, others, [row["kind"] for row in kinds]
