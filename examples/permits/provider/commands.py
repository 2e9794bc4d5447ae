"""What the provider does: decide an order once, give money back, and tell the merchant until he takes it."""

from __future__ import annotations

import base64
import binascii
from typing import TYPE_CHECKING

import aiohttp
import structlog
from pydantic import ValidationError

from examples.permits.provider import store
from shared import clock
from shared.contracts.payments import LINK_LIFETIME, Notice, Order, Outcome, Standing
from shared.contracts.problems import permits as problems
from shared.crypto import signatures

if TYPE_CHECKING:
    from uuid import UUID

    from asyncpg import Record

    from shared.db.pool import Connection, Pool

log = structlog.get_logger()

TIMEOUT = aiohttp.ClientTimeout(total=5)
CHOICES = {"pay": Outcome.PAID, "decline": Outcome.FAILED, "cancel": Outcome.FAILED}


def read_order(signer: signatures.Signer, request: str, signature: str) -> Order:
    """Read the order of a link; `payment-link-wrong` when it is not the merchant's, or at its end."""
    try:
        body = base64.urlsafe_b64decode(request + "=" * (-len(request) % 4))
        signer.check(signature, body, LINK_LIFETIME)
        order = Order.model_validate_json(body)
    except (binascii.Error, ValueError, signatures.NotSigned, ValidationError) as error:
        raise problems.PaymentLinkWrong from error
    if order.expires <= clock.now():
        raise problems.PaymentLinkWrong
    return order


async def decide(connection: Connection, order: Order, state: Outcome) -> None:
    """Charge an order or not, once whatever is clicked, and have the merchant told."""
    if await store.insert_charge(connection, order, state):
        await store.insert_notice(connection, order.payment, state)


async def refund(connection: Connection, payment: UUID) -> None:
    """Give a payment back in full (`not-refundable`), and have the merchant told."""
    if not await store.refund_charge(connection, payment):
        raise problems.NotRefundable
    await store.insert_notice(connection, payment, Outcome.REFUNDED)


async def standing(pool: Pool, payment: UUID) -> Standing:
    """Say how an order stands."""
    charge = await store.find_charge(pool, payment)
    if charge is None:
        return Standing(payment=payment, state=Outcome.UNKNOWN)
    return Standing(
        payment=payment, state=charge["state"], amount_cents=charge["amount_cents"], currency=charge["currency"]
    )


async def tell_due(pool: Pool, http: aiohttp.ClientSession, signer: signatures.Signer) -> int:
    """Tell the merchant what is due once; give how many notices he took."""
    taken = 0
    for row in await store.claim_notices(pool):
        if await _tell(http, signer, row):
            await store.mark_taken(pool, row["id"])
            taken += 1
    return taken


async def _tell(http: aiohttp.ClientSession, signer: signatures.Signer, row: Record) -> bool:
    facts = ("id", "payment", "state", "amount_cents", "currency", "occurred_at")
    body = Notice(**{name: row[name] for name in facts}).model_dump_json().encode()
    headers = {"Content-Type": "application/json", signatures.HEADER: signer.sign(body)}
    try:
        async with http.post(row["notify_url"], data=body, headers=headers, timeout=TIMEOUT) as answer:
            return answer.status < 300
    except (aiohttp.ClientError, TimeoutError) as error:
        log.info("the merchant does not answer", error=type(error).__name__)
        return False
