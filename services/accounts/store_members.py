"""The named queries of members as functions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING
from uuid import UUID

from services.accounts.rules import members
from shared.contracts.events.companies import Right
from shared.contracts.people import Person
from shared.db import queries

if TYPE_CHECKING:
    from asyncpg import Record

    from services.accounts.rules.members import Member, Rights
    from services.accounts.store_companies import Place
    from shared.db.pool import Connection, Pool

SQL = queries.load("services.accounts", "sql/members.sql")
LISTS = queries.load("services.accounts", "sql/lists.sql")

COLUMNS: Mapping[str, tuple[str, str]] = {"name": ("p.sort_key", "text")} | {
    right.value: (f"(not m.{right.value})", "boolean") for right in Right
}
"""How members can be sorted (O12): by name, or those with a right first."""


def member(row: Record | None) -> Member | None:
    """Read a membership."""
    if row is None or row["person_id"] is None:
        return None
    stale = "stale" in row.keys() and row["stale"]  # noqa: SIM118 - a Record is no mapping
    return members.Member(row["person_id"], rights(row), row["suspended"], row["gone"], stale)


def rights(row: Record) -> Rights:
    """Read the rights of a row."""
    return frozenset(right for right in Right if row[right.value])


async def insert_member(connection: Connection, account_id: UUID, person: UUID) -> bool:
    """Let a person belong to an account; False when he does already."""
    return await connection.fetchval(SQL["insert_member"], account_id, person) is not None


async def insert_manager(connection: Connection, account_id: UUID, person: UUID, via: str) -> None:
    """Make a person a manager."""
    await connection.execute(SQL["insert_manager"], account_id, person, via)


async def find_member(source: Connection | Pool, account_id: UUID, person: UUID) -> Member | None:
    """Give the membership of a person."""
    return member(await source.fetchrow(SQL["find_member"], account_id, person))


async def touch_member(source: Connection | Pool, person: UUID) -> None:
    """Note that a person is there."""
    await source.execute(SQL["touch_member"], person)


async def lock_members(connection: Connection, account_id: UUID, people: Sequence[UUID]) -> dict[UUID, Member]:
    """Hold some members, and all managers."""
    rows = await connection.fetch(SQL["lock_members"], account_id, list(people))
    return {one.person: one for row in rows if (one := member(row))}


async def update_rights(connection: Connection, account_id: UUID, after: Mapping[UUID, Rights]) -> None:
    """Write the rights of members."""
    columns = [[right in rights for rights in after.values()] for right in Right]
    await connection.execute(SQL["update_rights"], account_id, list(after), *columns)


async def update_suspended(connection: Connection, account_id: UUID, person: UUID, *, suspended: bool) -> None:
    """Suspend what a member may do, or let him do it again."""
    await connection.execute(SQL["update_suspended_member"], account_id, person, suspended)


async def update_gone(connection: Connection, account_id: UUID, person: UUID) -> None:
    """Note that nobody acts by a membership any more."""
    await connection.execute(SQL["update_gone"], account_id, person)


async def list_accounts(connection: Connection, person: UUID) -> list[UUID]:
    """Give the accounts to which a person belongs, or that he asks to take over."""
    return [row["account_id"] for row in await connection.fetch(SQL["list_accounts"], person)]


async def list_people(connection: Connection, account_id: UUID) -> list[Person]:
    """Give the members of an account as events name them."""
    rows = await connection.fetch(SQL["list_people"], account_id)
    return [Person.model_validate(dict(row)) for row in rows]


async def delete_members(connection: Connection, account_id: UUID, people: Sequence[UUID]) -> None:
    """End memberships."""
    await connection.execute(SQL["delete_members"], account_id, list(people))


async def list_members(pool: Pool, account_id: UUID, sort: str, after: Place, limit: int) -> list[Record]:
    """Give the members of an account."""
    return await pool.fetch(sorted_query("list_members", sort), account_id, *after, limit)


def sorted_query(name: str, sort: str) -> str:
    """Complete a query whose order the caller chooses; `-` before a column turns it round."""
    column, kind = COLUMNS[sort.removeprefix("-")]
    comparison, direction = ("<", "desc") if sort.startswith("-") else (">", "asc")
    return LISTS[name].format(column=column, comparison=comparison, direction=direction, type=kind)


async def count_members(pool: Pool, account_id: UUID) -> int:
    """Count the members of an account."""
    return int(await pool.fetchval(SQL["count_members"], account_id))


async def find_people(source: Connection | Pool, people: Sequence[UUID]) -> dict[UUID, Person]:
    """Give people as events name them."""
    rows = await source.fetch(SQL["find_people"], list(people))
    return {row["id"]: Person.model_validate(dict(row)) for row in rows}


async def list_operators(connection: Connection) -> tuple[UUID, ...]:
    """Give those who are operators."""
    return tuple(row["id"] for row in await connection.fetch(SQL["list_operators"]))


async def list_facts(pool: Pool, asked: Sequence[tuple[UUID, UUID]]) -> list[Member | None]:
    """Give what decisions rest on for pairs of person and account, in one statement begun now."""
    people, accounts = zip(*asked, strict=True)
    return [member(row) for row in await pool.fetch(SQL["list_facts"], people, accounts)]
