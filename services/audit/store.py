"""What audit writes, as functions over named queries; the lists are in `store_lists`."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import astuple, dataclass
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from shared.db import queries

if TYPE_CHECKING:
    from shared.db.pool import Connection, Pool

SQL = queries.load("services.audit")


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
    performed_for: UUID | None
    performed_for_name: str | None
    account: UUID | None = None
    occurred_at: datetime
    personal: bool
    correlation_id: str | None


async def insert_activities(connection: Connection, rows: Iterable[Row]) -> set[UUID]:
    """Record rows in the order given, one transaction at a time; give the ids of those that were new."""
    columns = [list(column) for column in zip(*(astuple(row) for row in rows), strict=True)]
    await connection.execute(SQL["lock_register"])
    return {record["id"] for record in await connection.fetch(SQL["insert_activities"], *columns)}


async def upsert_person(connection: Connection, person: UUID, name: str, sort: str, version: int) -> None:
    """Keep the newest name."""
    await connection.execute(SQL["upsert_person"], person, name, sort, version)


async def find_names(connection: Connection, people: Iterable[UUID]) -> dict[UUID, str]:
    """Give the names of those who are known."""
    return {row["id"]: row["name"] for row in await connection.fetch(SQL["find_names"], list(people))}


async def create_month(pool: Pool, ahead: int) -> bool:
    """Make the partition of the month that lies `ahead` months from now; False when it is there."""
    return bool(await pool.fetchval(SQL["create_month"], ahead))
