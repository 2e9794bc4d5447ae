"""Reads of fees and payments."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from services.accounts import store_fees, store_payments
from services.accounts.commands.payments import item
from services.accounts.schemas import fees as schemas
from shared import clock
from shared.contracts.events.fees import FeeState
from shared.contracts.problems import common

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date
    from uuid import UUID

    from asyncpg import Record

    from shared.db.pool import Connection, Pool

PLACE = ZoneInfo("America/Toronto")


async def list_fees(pool: Pool, person: UUID, listing: schemas.Listing) -> schemas.Fees:
    """Give fees of the accounts for which a person may pay [Frais impayés], and what is unpaid in all."""
    rows = await store_fees.list_fees(pool, person, listing)
    unpaid = await store_fees.count_unpaid(pool, person, listing.account)
    today = clock.moment().astimezone(PLACE).date()
    shown = [_fee(row, today) for row in rows[: listing.size]]
    after = shown[-1].id if len(rows) > listing.size else None
    return schemas.Fees(fees=shown, unpaid=schemas.Unpaid(**dict(unpaid)), next=after)


def _fee(row: Record, today: date) -> schemas.Fee:
    owed = row["state"] == FeeState.UNPAID
    return schemas.Fee(
        **item(row),
        currency=row["currency"],
        due_on=row["due_on"],
        overdue=owed and row["due_on"] < today,
        state=row["state"],
        payment=row["payment_id"],
        paid_by=None if owed or row["first_name"] is None else f"{row['first_name']} {row['last_name']}",
        paid_at=None if owed else row["paid_at"],
    )


async def list_posted(pool: Pool, application: str, keys: Sequence[str]) -> schemas.PostedFees:
    """Tell an application how its fees stand."""
    rows = await store_fees.list_posted(pool, application, keys)
    return schemas.PostedFees(fees=[schemas.PostedFee(**dict(row)) for row in rows.values()])


async def shown(source: Connection | Pool, payment: Record) -> dict[str, Any]:
    """Give what is shown of a payment."""
    held = (await store_payments.list_fees_of_payments(source, [payment["id"]]))[payment["id"]]
    return _payment(payment, held)


def _payment(payment: Record, held: Sequence[Record]) -> dict[str, Any]:
    names = ("id", "state", "surplus", "amount_cents", "currency", "started_at", "expires_at", "ended_at")
    return {name: payment[name] for name in names} | {"fees": [item(row) for row in held]}


async def find_payment(pool: Pool, person: UUID, payment_id: UUID) -> schemas.Payment:
    """Give one of a person's own payments; `not-found`."""
    payment = await store_payments.find_payment(pool, payment_id)
    if payment is None or payment["payer"] != person:
        raise common.NotFound
    return schemas.Payment(**await shown(pool, payment))


async def list_payments(pool: Pool, person: UUID, page: schemas.PaymentPage) -> schemas.Payments:
    """Give a person's own payments, newest first."""
    rows = await store_payments.list_payments(pool, person, page.after, page.size + 1)
    held = await store_payments.list_fees_of_payments(pool, [row["id"] for row in rows])
    shown = [schemas.Payment(**_payment(row, held[row["id"]])) for row in rows[: page.size]]
    return schemas.Payments(payments=shown, next=shown[-1].id if len(rows) > page.size else None)
