"""The statements of the activity lists: what a person sees, filtered, sorted and counted.

A statement is put together from closed tables, never from what a caller typed: so the planner
knows exactly which conditions there are, and each list has its own plan.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from shared.db import queries

if TYPE_CHECKING:
    from asyncpg import Record

    from services.audit.rules import Place
    from shared.db.pool import Pool

SQL = queries.load("services.audit", "sql/lists.sql")

PEOPLE = " left join person on person.id = seen.{who} left join company on company.id = seen.{who}"
COLUMNS: Mapping[str, tuple[str, str, str]] = {
    "date": ("seen.occurred_at", "timestamptz", ""),
    "file": ("coalesce(seen.file_number, '') collate \"C\"", "text", ""),
    "kind": ("coalesce(array_position({kinds}::text[], seen.kind), 0)", "int", ""),
    "by": ("coalesce(person.sort, company.sort, '')", "text", PEOPLE.format(who="performed_by")),
    "for": ("coalesce(person.sort, company.sort, '')", "text", PEOPLE.format(who="performed_for")),
}
"""The five columns: what each sorts by, its type, and what names need."""

FILTERS: Mapping[str, str] = {
    "start": "occurred_at >= {}",
    "end": "occurred_at < {}",
    "kind": "kind = {}",
    "performed_by": "performed_by = {}",
    "performed_for": "performed_for = {}",
    "account": "account = {}",
    "file": 'file_number collate "C" >= {0} and file_number collate "C" < {0} || U&\'\\+10FFFF\'',
}
"""The filters: the condition of each. What begins with a prefix is a range of the index."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which activities: `viewer` sees his own and those of his accounts (Q31, Q32); nobody means all, for operators."""

    viewer: UUID | None
    accounts: tuple[UUID, ...] = ()
    start: datetime | None = None
    end: datetime | None = None
    file: str | None = None
    kind: str | None = None
    performed_by: UUID | None = None
    performed_for: UUID | None = None
    account: UUID | None = None


class _Statement:
    """A statement under construction: each value becomes a parameter."""

    def __init__(self, wanted: Wanted) -> None:
        self.values: list[Any] = []
        self.seen = self._branches(wanted)

    def parameter(self, value: Any) -> str:
        self.values.append(value)
        return f"${len(self.values)}"

    def _branches(self, wanted: Wanted) -> str:
        if wanted.viewer is not None:
            self.parameter(wanted.viewer)
        given = ((condition, getattr(wanted, name)) for name, condition in FILTERS.items())
        more = "".join(
            f" and {condition.format(self.parameter(value))}" for condition, value in given if value is not None
        )
        if wanted.viewer is None:
            return SQL["everything"].format(more=more)
        mine = [SQL["by_viewer"].format(more=more), SQL["for_viewer"].format(more=more)]
        managed = [SQL["for_account"].format(account=self.parameter(account), more=more) for account in wanted.accounts]
        return "\n    union all\n    ".join(mine + managed)


def list_statement(
    wanted: Wanted, sort: str, kinds: Sequence[str], after: Place | None, limit: int, skip: int
) -> tuple[str, list[Any]]:
    """Give the statement of a page: in order of `sort`, after a place or after `skip` rows."""
    statement = _Statement(wanted)
    name, descending = sort.lstrip("-"), sort.startswith("-")
    column, kind, names = COLUMNS[name]
    if name == "kind":
        column = column.format(kinds=statement.parameter(list(kinds)))
    order = "desc" if descending else "asc"
    newest = order if name == "date" else "desc"
    place = _place(statement, name, column, kind, order, after) if after else ""
    sql = SQL["list_page"].format(
        seen=statement.seen,
        column=column,
        names=names,
        place=place,
        order=f"{column} {order}, seen.occurred_at {newest}, seen.seq {newest}",
        outer=f"sorted_by {order}, activity.occurred_at {newest}, activity.seq {newest}",
        limit=statement.parameter(limit),
        skip=statement.parameter(skip),
    )
    return sql, statement.values


def _place(statement: _Statement, name: str, column: str, kind: str, order: str, after: Place) -> str:
    moment, seq = statement.parameter(after.occurred_at), statement.parameter(after.seq)
    beyond = {"asc": ">", "desc": "<"}
    if name == "date":
        return f" and (seen.occurred_at, seen.seq) {beyond[order]} ({moment}, {seq})"
    value = f"{statement.parameter(after.value)}::{kind}"
    return (
        f" and ({column} {beyond[order]} {value}"
        f" or ({column} = {value} and (seen.occurred_at, seen.seq) < ({moment}, {seq})))"
    )


def count_statement(wanted: Wanted) -> tuple[str, list[Any]]:
    """Give the statement that counts what a list without pages would give."""
    statement = _Statement(wanted)
    return SQL["count_seen"].format(seen=statement.seen), statement.values


async def list_page(
    pool: Pool, wanted: Wanted, sort: str, kinds: Sequence[str], after: Place | None, limit: int, skip: int
) -> list[Record]:
    """Give rows in order of `sort` (a column, `-` before it for descending)."""
    sql, values = list_statement(wanted, sort, kinds, after, limit, skip)
    return await pool.fetch(sql, *values)


async def count(pool: Pool, wanted: Wanted) -> int:
    """Count what a list without pages would give."""
    sql, values = count_statement(wanted)
    return int(await pool.fetchval(sql, *values))


async def list_choices(pool: Pool, wanted: Wanted) -> list[Record]:
    """Give those who did, those for whom, and the kinds that occur in what is seen, each with its facet."""
    statement = _Statement(wanted)
    return await pool.fetch(SQL["list_choices"].format(seen=statement.seen), *statement.values)


async def list_managed(pool: Pool, person: UUID) -> tuple[UUID, ...]:
    """Give the accounts that a person manages."""
    return tuple(row["account"] for row in await pool.fetch(SQL["list_managed"], person))
