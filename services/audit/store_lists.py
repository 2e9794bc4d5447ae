"""The statements of the activity lists: what a person sees, filtered, sorted and counted.

A statement is put together from closed tables, never from what a caller typed: so the planner
knows exactly which conditions there are, and each list has its own plan.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, NamedTuple
from uuid import UUID

from shared.db import queries

if TYPE_CHECKING:
    from asyncpg import Record

    from services.audit.rules import Place
    from shared.db.pool import Pool

SQL = queries.load("services.audit", "sql/lists.sql")

NOBODY = UUID(int=0)
"""Stands for the system, and for callers not signed in, where a person is asked for."""

NAME = """coalesce(person.sort, company.sort, '') || ' ' || coalesce({id}::text, '') collate "C\""""
"""How people are sorted: by the newest name; who has the same name stays apart."""
PEOPLE = " left join person on person.id = seen.{who} left join company on company.id = seen.{who}"
COLUMNS: Mapping[str, tuple[str, str, str]] = {
    "date": ("seen.occurred_at", "timestamptz", ""),
    "file": ("coalesce(seen.file_number, '') collate \"C\"", "text", ""),
    "kind": ("coalesce(array_position({kinds}::text[], seen.kind), 0)", "int", ""),
    "by": (NAME.format(id="seen.performed_by"), "text", PEOPLE.format(who="performed_by")),
    "for": (NAME.format(id="seen.performed_for"), "text", PEOPLE.format(who="performed_for")),
}
"""The five columns: what each sorts by, its type, and what names need."""

FILTERS: Mapping[str, str] = {
    "start": "occurred_at >= {}",
    "end": "occurred_at < {}",
    "kind": "kind = {}",
    "performed_by": "performed_by = {}",
    "performed_for": "performed_for = {}",
    "account": "account = {}",
    "file_from": 'file_number collate "C" >= {}',
    "file_below": 'file_number collate "C" < {}',
    "bare": "(file_number is null) = {}",
}
"""The filters, each with its condition."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which activities: `viewer` sees his own and those of his accounts (Q31, Q32); nobody means all, for operators.

    `start` and `file_from` are the first, `end` and `file_below` the first beyond; `bare`: without a file number.
    """

    viewer: UUID | None
    accounts: tuple[UUID, ...] = ()
    start: datetime | None = None
    end: datetime | None = None
    file_from: str | None = None
    file_below: str | None = None
    bare: bool | None = None
    kind: str | None = None
    performed_by: UUID | None = None
    performed_for: UUID | None = None
    account: UUID | None = None


class Found(NamedTuple):
    """A row of a list, and the value it is sorted by, none when that is its moment."""

    row: Mapping[str, Any]
    value: str | int | None


class _Statement:
    """A statement under construction: each value becomes a parameter."""

    def __init__(self, wanted: Wanted) -> None:
        self.values: list[Any] = []
        self._wanted = wanted
        self._viewer = self.parameter(wanted.viewer) if wanted.viewer is not None else ""
        given = ((name, getattr(wanted, name)) for name in FILTERS)
        self._more = "".join(self._condition(name, value) for name, value in given if value is not None)

    def parameter(self, value: Any) -> str:
        self.values.append(value)
        return f"${len(self.values)}"

    def seen(self, ending: str = "") -> str:
        """Give all that is seen, a branch for each index; `ending` is put behind each."""
        more = self._more + ending
        return "\n    union all\n    ".join(f"({branch})" for branch in self._branches(more))

    def _condition(self, name: str, value: Any) -> str:
        if value == NOBODY:
            return f" and {name} is null"
        return f" and {FILTERS[name].format(self.parameter(value))}"

    def _branches(self, more: str) -> Iterator[str]:
        wanted = self._wanted
        if wanted.viewer is None:
            yield from (SQL["everything"].format(more=half + more) for half in _halves(wanted))
            return
        if wanted.performed_by in (None, wanted.viewer):
            yield SQL["by_viewer"].format(more=more)
        if wanted.performed_by != wanted.viewer and wanted.performed_for in (None, wanted.viewer):
            yield SQL["for_viewer"].format(more=more)
        if wanted.viewer not in (wanted.performed_by, wanted.performed_for):
            for account in wanted.accounts:
                yield SQL["for_account"].format(account=self.parameter(account), more=more)
        if wanted.performed_by not in (None, wanted.viewer) and wanted.performed_for not in (None, wanted.viewer):
            # Neither by him nor for him: without accounts there is nothing, which must be a statement too.
            yield SQL["everything"].format(more=f" and performed_by = {self._viewer} and false" + more)


def _halves(wanted: Wanted) -> tuple[str, ...]:
    """Part what was done for somebody by whether he did it himself: there is an index for each half."""
    if wanted.performed_for is None or wanted.performed_by is not None or wanted.performed_for == NOBODY:
        return ("",)
    return " and performed_by is distinct from performed_for", " and performed_by = performed_for"


def list_statement(
    wanted: Wanted, sort: str, kinds: Sequence[str], after: Place | None, limit: int, skip: int
) -> tuple[str, list[Any]]:
    """Give the statement of a page: in order of `sort`, after a place or after `skip` rows."""
    statement = _Statement(wanted)
    name, order = sort.lstrip("-"), "desc" if sort.startswith("-") else "asc"
    column, kind, names = COLUMNS[name]
    if name == "kind":
        column = column.format(kinds=statement.parameter(list(kinds)))
    newest = order if name == "date" else "desc"
    place = _place(statement, name, column, kind, order, after) if after else ""
    if name == "date":
        # Each branch is read in its order and no further than the page needs.
        ending = f"{place} order by occurred_at {order}, seq {order} limit {statement.parameter(limit + skip)}"
        seen, place = statement.seen(ending), ""
    else:
        seen = statement.seen()
    sql = SQL["list_page"].format(
        seen=seen,
        column=column,
        names=names,
        place=place,
        order=f"{column} {order}, seen.occurred_at {newest}, seen.seq {newest}",
        outer=f"sorted_by {order}, entry.occurred_at {newest}, seq {newest}",
        limit=statement.parameter(limit),
        skip=statement.parameter(skip),
    )
    return sql, statement.values


def _place(statement: _Statement, name: str, column: str, kind: str, order: str, after: Place) -> str:
    moment, seq = statement.parameter(after.occurred_at), statement.parameter(after.seq)
    beyond = {"asc": ">", "desc": "<"}
    if name == "date":
        return f" and (occurred_at, seq) {beyond[order]} ({moment}, {seq})"
    value = f"{statement.parameter(after.value)}::{kind}"
    return (
        f" and ({column} {beyond[order]} {value}"
        f" or ({column} = {value} and (seen.occurred_at, seen.seq) < ({moment}, {seq})))"
    )


def count_statement(wanted: Wanted) -> tuple[str, list[Any]]:
    """Give the statement that counts what a list without pages would give."""
    statement = _Statement(wanted)
    return SQL["count_seen"].format(seen=statement.seen()), statement.values


async def list_page(
    pool: Pool, wanted: Wanted, sort: str, kinds: Sequence[str], after: Place | None, limit: int, skip: int
) -> list[Found]:
    """Give rows in order of `sort` (a column, `-` before it for descending)."""
    sql, values = list_statement(wanted, sort, kinds, after, limit, skip)
    rows = await _fetch(pool, wanted, sql, values)
    if not rows:
        return []
    # In a second statement, which knows the months: to plan for all partitions takes longer than to read from one.
    places = [row["seq"] for row in rows], list({row["occurred_at"] for row in rows})
    named = {row["seq"]: row for row in await pool.fetch(SQL["list_named"], *places)}
    dated = sort.endswith("date")
    return [
        Found({**row, **named[row["seq"]]}, None if dated else row["sorted_by"]) for row in rows if row["seq"] in named
    ]


async def count(pool: Pool, wanted: Wanted) -> int:
    """Count what a list without pages would give."""
    sql, values = count_statement(wanted)
    ((n,),) = await _fetch(pool, wanted, sql, values)
    return int(n)


async def _fetch(pool: Pool, wanted: Wanted, sql: str, values: Sequence[Any]) -> list[Record]:
    """Run a statement; where file numbers bound it, planned anew each time.

    Whether few rows have such numbers, or fewer are the viewer's, cannot be told without both: a plan made for all
    values reads the whole of a long list.
    """
    if wanted.file_from is None and wanted.file_below is None:
        return await pool.fetch(sql, *values)
    async with pool.connection() as connection:
        # Nor by several processes: a few thousand rows of an index are read before these have begun.
        await connection.execute("set plan_cache_mode = force_custom_plan; set max_parallel_workers_per_gather = 0")
        try:
            return await connection.fetch(sql, *values)
        finally:
            await connection.execute("reset plan_cache_mode; reset max_parallel_workers_per_gather")


async def count_days(pool: Pool, wanted: Wanted) -> dict[date, int]:
    """Count what is seen by day."""
    statement = _Statement(wanted)
    rows = await pool.fetch(SQL["count_days"].format(seen=statement.seen()), *statement.values)
    return {row["day"]: row["n"] for row in rows}


async def list_choices(pool: Pool, wanted: Wanted) -> list[Record]:
    """Give those who did, those for whom, and the kinds that occur in what is seen, each with its facet."""
    statement = _Statement(wanted)
    return await pool.fetch(SQL["list_choices"].format(seen=statement.seen()), *statement.values)
