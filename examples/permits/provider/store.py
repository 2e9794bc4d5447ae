"""The provider's named queries as functions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shared import ids
from shared.db import queries

if TYPE_CHECKING:
    from uuid import UUID

    from asyncpg import Record

    from shared.contracts.payments import Order
    from shared.db.pool import Connection, Pool

SQL = queries.load("examples.permits.provider")


async def insert_charge(connection: Connection, order: Order, state: str) -> bool:
    """Decide an order; False when it was decided before."""
    row = (order.payment, order.amount_cents, order.currency, state, order.notify_url)
    return await connection.fetchval(SQL["insert_charge"], *row) is not None


async def find_charge(source: Connection | Pool, payment: UUID) -> Record | None:
    """Give what became of an order."""
    return await source.fetchrow(SQL["find_charge"], payment)


async def refund_charge(connection: Connection, payment: UUID) -> bool:
    """Give a payment back; False when there is none to give back."""
    return await connection.fetchval(SQL["refund_charge"], payment) is not None


async def insert_notice(connection: Connection, payment: UUID, state: str) -> None:
    """Keep what the merchant is to be told."""
    await connection.execute(SQL["insert_notice"], ids.uuid7(), payment, state)


async def claim_notices(pool: Pool) -> list[Record]:
    """Take what is due."""
    return await pool.fetch(SQL["claim_notices"])


async def mark_taken(pool: Pool, notice: UUID) -> None:
    """Remember that the merchant was told."""
    await pool.execute(SQL["mark_taken"], notice)
