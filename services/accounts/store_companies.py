"""The named queries of business accounts as functions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any
from uuid import UUID

from services.accounts.rules import companies
from shared.db import queries

if TYPE_CHECKING:
    from datetime import datetime

    from asyncpg import Record

    from shared.db.pool import Connection, Pool

SQL = queries.load("services.accounts", "sql/companies.sql")
LISTS = queries.load("services.accounts", "sql/lists.sql")

SAID = (
    "legal_name",
    "operating_name",
    "tarion_number",
    "phone",
    "email",
    "street",
    "unit",
    "city",
    "province",
    "postal_code",
    "language",
    "listed",
    "shows",
)
"""What an account says of itself, in the order of the queries."""
Facts = Mapping[str, Any]
Place = tuple[str | None, UUID | None]

SORTS: Mapping[str, tuple[str, str, str]] = {
    "name": ("a.sort_key", ">", "asc"),
    "-name": ("a.sort_key", "<", "desc"),
    "phone": ('a.phone collate "C"', ">", "asc"),
    "-phone": ('a.phone collate "C"', "<", "desc"),
}
"""How one's accounts can be sorted (O6): column, comparison for what comes after, direction."""


def _said(facts: Facts) -> list[Any]:
    key = companies.sort_key(facts["legal_name"])
    return [*(facts[name] for name in SAID), key, f"{key} {companies.sort_key(facts['operating_name'])}"]


async def insert_account(connection: Connection, account_id: UUID, facts: Facts, digest: bytes, sealed: bytes) -> None:
    """Insert a registered account; `facts` hold its kind beside what it says of itself."""
    await connection.execute(SQL["insert_account"], account_id, facts["kind"], *_said(facts), digest, sealed)


async def lock_account(connection: Connection, account_id: UUID) -> Record | None:
    """Hold an account."""
    return await connection.fetchrow(SQL["lock_account"], account_id)


async def lock_account_by_pin(connection: Connection, digests: list[bytes]) -> Record | None:
    """Hold the account of a PIN."""
    return await connection.fetchrow(SQL["lock_account_by_pin"], digests)


async def raise_version(connection: Connection, account_id: UUID, events: int) -> Record:
    """Raise an account's version; give it as it is, with `managers`."""
    row = await connection.fetchrow(SQL["raise_version"], account_id, events)
    assert row is not None
    return row


async def update_account(connection: Connection, account_id: UUID, facts: Facts) -> None:
    """Change what an account says of itself."""
    await connection.execute(SQL["update_account"], account_id, *_said(facts))


async def update_account_pin(connection: Connection, account_id: UUID, digest: bytes, sealed: bytes) -> datetime:
    """Give an account another PIN; give the moment."""
    since: datetime = await connection.fetchval(SQL["update_account_pin"], account_id, digest, sealed)
    return since


async def update_claimed(connection: Connection, account_id: UUID) -> None:
    """Note that an account has members."""
    await connection.execute(SQL["update_claimed"], account_id)


async def update_successor(connection: Connection, account_id: UUID, successor: UUID | None) -> None:
    """Name who follows, or nobody."""
    await connection.execute(SQL["update_successor"], account_id, successor)


async def clear_successor(connection: Connection, account_id: UUID, people: Sequence[UUID]) -> None:
    """Name nobody any more when it is one of these."""
    await connection.execute(SQL["clear_successor"], account_id, list(people))


async def clear_claimed(connection: Connection, account_id: UUID) -> None:
    """Let an account be as before it was claimed."""
    await connection.execute(SQL["clear_claimed"], account_id)


async def update_orphaned(connection: Connection, account_id: UUID, *, orphaned: bool) -> None:
    """Note that all managers are gone, or that there is one again."""
    await connection.execute(SQL["update_orphaned"], account_id, orphaned)


async def insert_contacts(connection: Connection, account_id: UUID, addresses: Sequence[str]) -> None:
    """Remember addresses of an account."""
    await connection.execute(SQL["insert_contacts"], account_id, list(addresses))


async def list_contacts(connection: Connection, account_id: UUID) -> list[str]:
    """Give up to 50 addresses of an account, the newest first."""
    return [row["email"] for row in await connection.fetch(SQL["list_contacts"], account_id)]


async def list_references(connection: Connection, account_id: UUID) -> list[str]:
    """Give up to 1,000 previous applications of an account."""
    return [row["reference"] for row in await connection.fetch(SQL["list_references"], account_id)]


async def find_account(source: Connection | Pool, account_id: UUID, person: UUID) -> Record | None:
    """Give an account and a person's membership of it."""
    return await source.fetchrow(SQL["find_account"], account_id, person)


async def list_mine(pool: Pool, person: UUID, sort: str, after: Place, limit: int) -> list[Record]:
    """Give a person's accounts."""
    return await pool.fetch(sorted_query("list_mine", sort), person, *after, limit)


def sorted_query(name: str, sort: str) -> str:
    """Complete a query whose order the caller chooses."""
    column, comparison, direction = SORTS[sort]
    return LISTS[name].format(column=column, comparison=comparison, direction=direction)


async def find_companies(pool: Pool, words: str, after: Place, limit: int) -> list[Record]:
    """Give companies that wish to be found, by beginnings of words."""
    return await pool.fetch(SQL["find_companies"], words, *after, limit)


async def find_company(pool: Pool, account_id: UUID) -> Record | None:
    """Give one company that wishes to be found."""
    return await pool.fetchrow(SQL["find_company"], account_id)


async def list_directory(
    pool: Pool, words: str | None, number: str | None, state: str | None, after: Place, limit: int
) -> list[Record]:
    """Give accounts to operators."""
    return await pool.fetch(SQL["list_directory"], words, number, state, *after, limit)
