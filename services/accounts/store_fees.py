"""The named queries of fees as functions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shared import ids
from shared.db import queries

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from uuid import UUID

    from asyncpg import Record

    from services.accounts.schemas.fees import Listing, NewFee
    from shared.db.pool import Connection, Pool

SQL = queries.load("services.accounts", "sql/fees.sql")


async def insert_fees(connection: Connection, application: str, fees: Sequence[NewFee]) -> list[Record]:
    """Insert fees of accounts that exist; give those whose key is new."""
    rows = [
        (ids.uuid7(), one.key, one.account, one.reference, one.label_fr, one.label_en, one.amount_cents, one.due_on)
        for one in fees
    ]
    columns = [list(column) for column in zip(*rows, strict=True)]
    return await connection.fetch(SQL["insert_fees"], application, *columns)


async def list_posted(source: Connection | Pool, application: str, keys: Sequence[str]) -> dict[str, Record]:
    """Give fees of an application by key."""
    return {row["key"]: row for row in await source.fetch(SQL["list_posted"], application, list(keys))}


async def lock_posted(connection: Connection, application: str, keys: Sequence[str]) -> dict[str, Record]:
    """Hold fees of an application; give them by key."""
    return {row["key"]: row for row in await connection.fetch(SQL["lock_posted"], application, list(keys))}


async def update_fees(connection: Connection, fees: Collection[UUID], state: str, payment: UUID | None) -> list[Record]:
    """Set the state of fees that are held."""
    return await connection.fetch(SQL["update_fees"], list(fees), state, payment)


async def list_told(connection: Connection, accounts: Collection[UUID]) -> dict[UUID, Record]:
    """Give accounts by id, each with its managers and those who may pay."""
    return {row["id"]: row for row in await connection.fetch(SQL["list_told"], list(accounts))}


async def list_accounts_of_fees(connection: Connection, fees: Collection[UUID]) -> list[UUID]:
    """Give the accounts of fees, in order."""
    return [row["account_id"] for row in await connection.fetch(SQL["list_accounts_of_fees"], list(fees))]


async def lock_fees(connection: Connection, fees: Collection[UUID]) -> list[Record]:
    """Hold fees."""
    return await connection.fetch(SQL["lock_fees"], list(fees))


async def claim_fees(connection: Connection, fees: Collection[UUID], payment: UUID) -> None:
    """Let fees wait for a payment."""
    await connection.execute(SQL["claim_fees"], list(fees), payment)


async def release_fees(connection: Connection, payment: UUID) -> None:
    """Let the fees of a payment be paid by another."""
    await connection.execute(SQL["release_fees"], payment)


async def list_fees(pool: Pool, person: UUID, listing: Listing) -> list[Record]:
    """Give fees of the accounts for which a person may pay, one more than the page has."""
    asked = (listing.state, listing.account, listing.after, listing.size + 1)
    return await pool.fetch(SQL["list_fees"], person, *asked)


async def count_unpaid(pool: Pool, person: UUID, account: UUID | None) -> Record:
    """Count and sum up what is unpaid."""
    row = await pool.fetchrow(SQL["count_unpaid"], person, account)
    assert row is not None
    return row
