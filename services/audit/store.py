"""What audit writes, as functions over named queries; the lists are in `store_lists`."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple
from uuid import UUID

from shared.db import queries

if TYPE_CHECKING:
    from shared.db.pool import Connection, Pool

SQL = queries.load("services.audit")


class Unheard(Exception):
    """An activity names somebody who has no name here yet."""


@dataclass(slots=True, kw_only=True)  # not frozen, as each event makes one: that would take four times as long
class Row:
    """One activity to record. Names are those of the moment and stay so (decision 4).

    `named` tells whether they stand here; otherwise they are looked up as it is recorded.
    """

    id: UUID
    application: str | None = None
    key: str | None = None
    kind: str
    file_number: str | None = None
    performed_by: UUID | None
    performed_by_name: str | None = None
    performed_for: UUID | None
    performed_for_name: str | None = None
    account: UUID | None = None
    occurred_at: datetime
    personal: bool
    correlation_id: str | None
    named: bool = True


class Named(NamedTuple):
    """A person, or a business account, by the newest name."""

    id: UUID
    name: str
    version: int
    company: bool = False


async def insert_activities(connection: Connection, rows: Iterable[Row]) -> set[UUID]:
    """Record rows in the order given, one transaction at a time; give the ids of those that were new (`Unheard`)."""
    found = {one for (one,) in await connection.fetch(SQL["record_together"], list(rows))}
    if None in found:
        raise Unheard
    return found


async def insert_reason(connection: Connection, activity: UUID, person: UUID, reason: str) -> None:
    """Keep why an operator looked at a person's screens."""
    await connection.execute(SQL["insert_reason"], activity, person, reason)


async def delete_reasons(connection: Connection, person: UUID) -> None:
    """Forget the reasons of looks at an erased person's screens: they may say who he was."""
    await connection.execute(SQL["delete_reasons"], person)


async def list_reasons(pool: Pool, activities: Iterable[UUID]) -> dict[UUID, str]:
    """Give the reasons of looks, by activity."""
    return {row["activity"]: row["reason"] for row in await pool.fetch(SQL["list_reasons"], list(activities))}


async def upsert_person(connection: Connection, person: UUID, name: str, sort: str, version: int) -> None:
    """Keep the newest name."""
    await connection.execute(SQL["upsert_person"], person, name, sort, version)


async def upsert_company(connection: Connection, account: UUID, name: str, sort: str, version: int) -> bool:
    """Keep the newest name of a business account; False when this is old news."""
    return bool(await connection.fetchval(SQL["upsert_company"], account, name, sort, version))


async def replace_managers(connection: Connection, account: UUID, managers: Iterable[UUID]) -> None:
    """Keep who manages a business account now."""
    await connection.execute(SQL["replace_managers"], account, list(managers))


async def find_names(connection: Connection, people: Iterable[UUID]) -> dict[UUID, Named]:
    """Give the names of those people and accounts that are known."""
    return {row["id"]: Named(*row) for row in await connection.fetch(SQL["find_names"], list(people))}


async def create_month(pool: Pool, ahead: int) -> bool:
    """Make the partition of the month that lies `ahead` months from now; False when it is there."""
    return bool(await pool.fetchval(SQL["create_month"], ahead))


async def list_long(pool: Pool, rows: int) -> list[UUID]:
    """Give those with more than so many rows whose lists are not counted yet."""
    return [row["party"] for row in await pool.fetch(SQL["list_long"], rows)]


async def track(pool: Pool, party: UUID) -> None:
    """Count a party's lists from now on."""
    await pool.execute(SQL["track"], party)


async def count_arrived(pool: Pool) -> int:
    """Count some of what has arrived; give how far that went, 0 when nothing is left."""
    return int(await pool.fetchval(SQL["count_arrived"]))


async def list_grown_groups(connection: Connection, times: int) -> list[UUID]:
    """Give those of whose groups of runs one has so many times the rows of a new one."""
    return [row["party"] for row in await connection.fetch(SQL["list_grown_groups"], times)]


async def group_runs(connection: Connection, party: UUID) -> None:
    """Join the runs of a party into groups anew."""
    await connection.execute(SQL["group_runs"], party)


async def list_grown_runs(connection: Connection, times: int) -> list[tuple[UUID, str, str | None]]:
    """Give the runs of so many times the rows of a new one: whose, from which file number, below which."""
    return [(row["party"], row["low"], row["below"]) for row in await connection.fetch(SQL["list_grown_runs"], times)]


async def cut_run(connection: Connection, party: UUID, low: str, below: str | None) -> None:
    """Cut a run into smaller ones."""
    await connection.execute(SQL["cut_run"], party, low, below)
