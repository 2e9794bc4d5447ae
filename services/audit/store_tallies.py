"""The counts of long lists, as functions over named queries."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING
from uuid import UUID

from services.audit import store_lists
from shared.db import queries

if TYPE_CHECKING:
    from asyncpg import Record

    from shared.db.pool import Pool

SQL = queries.load("services.audit", "sql/tallies.sql")
DIRECTIONS = {True: {"direction": "desc", "beyond": "<="}, False: {"direction": "asc", "beyond": ">="}}
NAMES = store_lists.NAME.format(id="nullif(one.value, '')")


async def find_viewer(pool: Pool, person: UUID) -> tuple[tuple[UUID, ...], bool]:
    """Give the accounts that a person manages, and tell whether his list is counted."""
    row = await pool.fetchrow(SQL["find_viewer"], person)
    assert row is not None
    return tuple(row["accounts"]), row["counted"]


async def is_tracked(pool: Pool, party: UUID) -> bool:
    """Tell whether the list of a person or of an account is counted."""
    return bool(await pool.fetchval(SQL["is_tracked"], party))


async def list_choices(pool: Pool, party: UUID) -> list[Record]:
    """Give those who did, those for whom, and the kinds that occur in a long list, each with its facet."""
    return await pool.fetch(SQL["list_choices"], party)


async def total(pool: Pool, party: UUID, facet: str, value: str, grain: str) -> int:
    """Count all that a party sees, or what has one value of a facet."""
    return int(await pool.fetchval(SQL["sum_tally"], party, facet, value, grain))


async def total_between(
    pool: Pool, party: UUID, facet: str, value: str, first: date, whole: date, rest: date, beyond: date
) -> int:
    """Count it between days: whole months from `whole` to `rest`, and the days around them."""
    return int(await pool.fetchval(SQL["sum_period"], party, facet, value, first, whole, rest, beyond))


async def sum_runs(pool: Pool, party: UUID, low: str, below: str) -> Record | None:
    """Count the runs that begin in a range of file numbers."""
    return await pool.fetchrow(SQL["sum_runs"], party, low, below)


async def locate(
    pool: Pool, party: UUID, facet: str, value: str, grain: str, skip: int, first: date, beyond: date, *, down: bool
) -> Record | None:
    """Find the month or day in which the row after `skip` others lies, and how many come before it."""
    sql = SQL["locate_span"].format(**DIRECTIONS[down])
    return await pool.fetchrow(sql, party, facet, value, grain, skip, first, beyond)


async def list_kinds(
    pool: Pool, party: UUID, skip: int, value: str | int | None, limit: int, kinds: Sequence[str], *, down: bool
) -> list[Record]:
    """Give the kinds in order, from the one where the row after `skip` others lies, or from a place."""
    sql = SQL["list_kinds_from"].format(**DIRECTIONS[down])
    return await pool.fetch(sql, party, skip, value, limit, list(kinds))


async def list_people(
    pool: Pool, party: UUID, skip: int, value: str | int | None, limit: int, facet: str, *, down: bool
) -> list[Record]:
    """Give those who did (`by`) or for whom (`for`) in order of their names, likewise."""
    sql = SQL["list_people_from"].format(names=NAMES, **DIRECTIONS[down])
    return await pool.fetch(sql, party, skip, value, limit, facet)


async def list_runs(
    pool: Pool, party: UUID, skip: int, value: str | int | None, limit: int, *, down: bool
) -> list[Record]:
    """Give the runs of file numbers in order, likewise."""
    return await pool.fetch(SQL["list_runs_down_from" if down else "list_runs_from"], party, skip, value, limit)


async def list_spans(
    pool: Pool, party: UUID, facet: str, value: str, grain: str, first: date, beyond: date
) -> dict[date, int]:
    """Give the counts of months or days."""
    rows = await pool.fetch(SQL["list_spans"], party, facet, value, grain, first, beyond)
    return {row["day"]: row["n"] for row in rows}
