"""The named queries that an import of business accounts needs, as functions."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any
from uuid import UUID

from services.accounts.rules import companies
from shared.db import queries

if TYPE_CHECKING:
    from asyncpg import Record

    from services.accounts.rules.company_rows import Row
    from shared.db.pool import Connection

SQL = queries.load("services.accounts", "sql/imports.sql")


def _columns(rows: Sequence[tuple[Any, ...]]) -> list[list[Any]]:
    return [list(column) for column in zip(*rows, strict=True)]


def _said(row: Row) -> tuple[Any, ...]:
    key = companies.sort_key(row.legal_name)
    return *row.facts().values(), key, f"{key} {companies.sort_key(row.operating_name)}"


async def lock_accounts(connection: Connection, numbers: Sequence[str]) -> dict[str, Record]:
    """Hold accounts; give them by number."""
    rows = await connection.fetch(SQL["lock_accounts_by_number"], list(numbers))
    return {row["number"]: row for row in rows}


async def insert_accounts(connection: Connection, rows: Sequence[tuple[UUID, Row, bytes, bytes]]) -> list[Record]:
    """Insert accounts: id, row, PIN digest, sealed PIN of each."""
    values = [(one, row.number, row.kind, *_said(row), digest, shown) for one, row, digest, shown in rows]
    return await connection.fetch(SQL["insert_accounts"], *_columns(values))


async def update_accounts(connection: Connection, rows: Mapping[UUID, Row]) -> None:
    """Correct accounts."""
    await connection.execute(SQL["update_accounts"], *_columns([(one, *_said(row)) for one, row in rows.items()]))


async def insert_addresses(connection: Connection, addresses: Sequence[tuple[UUID, str]]) -> None:
    """Remember addresses of accounts."""
    await connection.execute(SQL["insert_addresses"], *_columns(addresses))


async def insert_references(connection: Connection, pairs: Sequence[tuple[UUID, str]]) -> dict[UUID, list[str]]:
    """Link previous applications; give by account those that are new."""
    new: dict[UUID, list[str]] = defaultdict(list)
    for row in await connection.fetch(SQL["insert_references"], *_columns(pairs)) if pairs else []:
        new[row["account_id"]].append(row["reference"])
    return new


async def raise_versions(connection: Connection, accounts: Sequence[UUID]) -> list[Record]:
    """Raise versions; give the accounts with `managers`."""
    return await connection.fetch(SQL["raise_versions"], list(accounts))
