"""Payments over HTTP: started by who may pay, settled by what the provider says."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from services.accounts.commands import payments as commands
from services.accounts.queries import fees as queries
from services.accounts.rules import payments as rules
from services.accounts.schemas import fees as schemas
from shared.contracts.payments import Notice
from shared.crypto import signatures
from shared.web.routing import Call

if TYPE_CHECKING:
    from services.accounts.app import Deps


async def start_payment(call: Call[Deps], body: schemas.NewPayment) -> schemas.StartedPayment:
    """Start a payment of fees and get the address of the provider’s page; nothing is paid before it says so (O4)."""
    deps = call.deps
    payment = await commands.start(
        call.connection, call.principal.user_id, body.fees, call.language, deps.settings.payment_seconds
    )
    shown = await queries.shown(call.connection, payment)
    label = rules.label([(one["label_fr"], one["label_en"]) for one in shown["fees"]], call.language)
    return schemas.StartedPayment(**shown, redirect_url=deps.provider.link(payment, label))


async def show_payment(call: Call[Deps], payment_id: UUID) -> schemas.Payment:
    """Show one of one’s own payments: what the page says to which the browser returns."""
    return await queries.find_payment(call.deps.pool, call.principal.user_id, payment_id)


async def list_payments(call: Call[Deps], query: schemas.PaymentPage) -> schemas.Payments:
    """List one’s own payments, newest first."""
    return await queries.list_payments(call.deps.pool, call.principal.user_id, query)


async def take_notice(call: Call[Deps], body: Notice) -> None:
    """Take what the provider says, signed; repeated, late and out of order it does no harm."""
    call.deps.provider.ensure_signed(call.request.headers.get(signatures.HEADER), await call.request.read())
    await commands.take_notice(call.connection, body)
