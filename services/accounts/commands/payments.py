"""Payments: started once for each fee, settled by what the provider says, released when nothing comes of them.

Lock order: accounts, fees, payment; each in the order of ids. Whoever starts or settles holds the fees,
so that no fee is ever waiting for two payments, nor settled twice.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import structlog

from services.accounts import store_fees, store_payments
from services.accounts.commands import access, fees, speaking
from services.accounts.rules import payments as rules
from shared import clock
from shared.contracts.events import fees as events
from shared.contracts.events.companies import Right
from shared.contracts.events.fees import FeeState, PaymentState
from shared.contracts.payments import Outcome
from shared.contracts.problems import common
from shared.contracts.problems import fees as problems
from shared.messaging import outbox

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from asyncpg import Record

    from shared.contracts.payments import Notice
    from shared.contracts.people import Language
    from shared.db.pool import Connection

log = structlog.get_logger()

SAID: dict[PaymentState, type[events.Payment]] = {
    PaymentState.FAILED: events.PaymentFailed,
    PaymentState.EXPIRED: events.PaymentExpired,
    PaymentState.PAID: events.PaymentReceived,
    PaymentState.REFUNDED: events.PaymentRefunded,
}
TOLD: dict[Outcome, PaymentState] = {
    Outcome.UNKNOWN: PaymentState.EXPIRED,
    Outcome.PAID: PaymentState.PAID,
    Outcome.FAILED: PaymentState.FAILED,
    Outcome.REFUNDED: PaymentState.REFUNDED,
}


async def start(
    connection: Connection, payer: UUID, wanted: Sequence[UUID], language: Language, seconds: int
) -> Record:
    """Start a payment of fees, or give the payer the one that is under way for the same fees.

    Needs the right to pay on each account as of now; `not-found` for fees of others, `fee-not-payable`,
    `payment-in-progress`.
    """
    for account in await store_fees.list_accounts_of_fees(connection, wanted):
        await access.lock(connection, account, payer, Right.PAY)
    found = await store_fees.lock_fees(connection, wanted)
    if len(found) < len(wanted):
        raise common.NotFound
    if any(row["state"] != FeeState.UNPAID for row in found):
        raise problems.FeeNotPayable
    if under_way := {row["payment_id"] for row in found if row["payment_id"]}:
        return await _resume(connection, payer, found, under_way)
    amount = sum(row["amount_cents"] for row in found)
    payment = await store_payments.insert_payment(connection, payer, amount, language, seconds, wanted)
    await store_fees.claim_fees(connection, wanted, payment["id"])
    await _say(connection, events.PaymentStarted, payment)
    return payment


async def _resume(connection: Connection, payer: UUID, found: Sequence[Record], under_way: set[UUID]) -> Record:
    """Give the payment that is under way when it is the payer's, can still be made, and is for just these fees."""
    first = min(under_way)
    held = await store_payments.list_fees_of_payments(connection, [first])
    same = {row["id"] for row in held[first]} == {row["id"] for row in found}
    payment = await store_payments.find_open_payment(connection, first) if len(under_way) == 1 and same else None
    if payment is not None and payment["payer"] == payer:
        return payment
    other = await store_payments.find_payment(connection, first)
    left = (other["expires_at"] - clock.moment()).total_seconds() if other else 0
    raise problems.PaymentInProgress(retry_after=max(60, math.ceil(left)))


async def take_notice(connection: Connection, notice: Notice) -> None:
    """Take what the provider says, once; `not-found` for a payment that is not here, or not yet, `payment-differs`."""
    payment = await store_payments.find_payment(connection, notice.payment)
    if payment is None:
        raise common.NotFound
    if not await store_payments.insert_notice(connection, notice.id, notice.payment, notice.state):
        return
    await settle(connection, notice.payment, Outcome(notice.state), notice.amount_cents, notice.currency)


async def settle(connection: Connection, payment_id: UUID, told: Outcome, amount_cents: int, currency: str) -> None:
    """Bring a payment to what the provider says; news that is old changes nothing (`payment-differs`)."""
    held = await store_payments.lock_fees_of_payment(connection, payment_id)
    payment = await store_payments.lock_payment(connection, payment_id)
    assert payment is not None
    state = TOLD[told]
    if state is not PaymentState.EXPIRED and (amount_cents, currency) != (payment["amount_cents"], payment["currency"]):
        log.error("the provider names another amount", payment=str(payment_id))
        raise problems.PaymentDiffers
    if not rules.goes_on(PaymentState(payment["state"]), state):
        return
    surplus = payment["surplus"]
    if state is PaymentState.PAID:
        surplus = await _pay(connection, payment, held)
    elif state is PaymentState.REFUNDED:
        await _refund(connection, payment, held)
    else:
        await store_fees.release_fees(connection, payment_id)
    changed = await store_payments.update_payment(connection, payment_id, state, surplus=surplus)
    await _say(connection, SAID[state], changed)


async def _pay(connection: Connection, payment: Record, held: Sequence[Record]) -> bool:
    """Settle fees; tell whether some of the money is for what was settled already, and so to be given back."""
    surplus = not rules.settles([FeeState(row["state"]) for row in held])
    if surplus:
        log.error("paid twice: to be given back", payment=str(payment["id"]))
    owed = [row["id"] for row in held if row["state"] == FeeState.UNPAID]
    rows = await store_fees.update_fees(connection, owed, FeeState.PAID, payment["id"])
    await fees.say(connection, events.FeePaid, rows, payment=payment["id"], payer=payment["payer"])
    return surplus


async def _refund(connection: Connection, payment: Record, held: Sequence[Record]) -> None:
    """Owe no more what this payment was for, whether we heard that it was paid or not."""
    own = [row["id"] for row in held if row["payment_id"] == payment["id"]]
    rows = await store_fees.update_fees(connection, own, FeeState.REFUNDED, payment["id"])
    await fees.say(connection, events.FeeRefunded, rows, payment=payment["id"], payer=payment["payer"])


async def _say(connection: Connection, kind: type[events.Payment], payment: Record) -> None:
    held = (await store_payments.list_fees_of_payments(connection, [payment["id"]]))[payment["id"]]
    more = {"surplus": payment["surplus"]} if kind is events.PaymentReceived else {}
    event = kind(
        id=payment["id"],
        payer=await speaking.person(connection, payment["payer"]),
        amount_cents=payment["amount_cents"],
        currency=payment["currency"],
        state=payment["state"],
        fees=tuple(events.Item(**item(row)) for row in held),
        **more,
    )
    await outbox.emit(connection, event, sequence=payment["version"])


def item(row: Record) -> dict[str, Any]:
    """Give what a payment says of one of its fees."""
    names = ("id", "reference", "label_fr", "label_en", "amount_cents")
    facts = {name: row[name] for name in names}
    return facts | {"account": row["account_id"], "account_name": row["legal_name"]}
