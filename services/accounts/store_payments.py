"""The named queries of payments as functions."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from shared import ids
from shared.db import queries

if TYPE_CHECKING:
    from collections.abc import Collection
    from uuid import UUID

    from asyncpg import Record

    from shared.db.pool import Connection, Pool

SQL = queries.load("services.accounts", "sql/payments.sql")


def _one(row: Record | None) -> Record:
    assert row is not None
    return row


async def insert_payment(
    connection: Connection, payer: UUID, amount_cents: int, language: str, seconds: int, fees: Collection[UUID]
) -> Record:
    """Begin a payment for fees."""
    row = (ids.uuid7(), payer, amount_cents, language, seconds)
    payment = _one(await connection.fetchrow(SQL["insert_payment"], *row))
    await connection.execute(SQL["insert_payment_fees"], payment["id"], list(fees))
    return payment


async def find_payment(source: Connection | Pool, payment: UUID) -> Record | None:
    """Give a payment."""
    return await source.fetchrow(SQL["find_payment"], payment)


async def find_open_payment(connection: Connection, payment: UUID) -> Record | None:
    """Give a payment that can still be made."""
    return await connection.fetchrow(SQL["find_open_payment"], payment)


async def lock_payment(connection: Connection, payment: UUID) -> Record | None:
    """Hold a payment."""
    return await connection.fetchrow(SQL["lock_payment"], payment)


async def lock_fees_of_payment(connection: Connection, payment: UUID) -> list[Record]:
    """Hold the fees of a payment."""
    return await connection.fetch(SQL["lock_fees_of_payment"], payment)


async def list_fees_of_payments(source: Connection | Pool, payments: Collection[UUID]) -> dict[UUID, list[Record]]:
    """Give what payments are for, by payment."""
    found: dict[UUID, list[Record]] = defaultdict(list)
    for row in await source.fetch(SQL["list_fees_of_payments"], list(payments)):
        found[row["payment_id"]].append(row)
    return found


async def update_payment(connection: Connection, payment: UUID, state: str, *, surplus: bool) -> Record:
    """Set the state of a payment that is held."""
    return _one(await connection.fetchrow(SQL["update_payment"], payment, state, surplus))


async def list_payments(pool: Pool, payer: UUID, after: UUID | None, limit: int) -> list[Record]:
    """Give a person's payments."""
    return await pool.fetch(SQL["list_payments"], payer, after, limit)


async def insert_notice(connection: Connection, notice: UUID, payment: UUID, state: str) -> bool:
    """Note a notice; False when it was taken before."""
    return await connection.fetchval(SQL["insert_notice"], notice, payment, state) is not None


async def delete_old_notices(pool: Pool, days: int, limit: int) -> int:
    """Forget some of the notices that were taken so many days ago; give how many."""
    return len(await pool.fetch(SQL["delete_old_notices"], days, limit))


async def claim_silent(pool: Pool) -> list[UUID]:
    """Take payments to ask the provider about."""
    return [row["id"] for row in await pool.fetch(SQL["claim_silent"])]
