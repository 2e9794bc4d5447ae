"""Notifications over HTTP."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from services.notifications import commands, queries, schemas
from shared.web.routing import Call

if TYPE_CHECKING:
    from services.notifications.app import Deps


async def raise_alerts(call: Call[Deps], body: schemas.Alerts) -> schemas.Results:
    """Alert the surveyors responsible for files; safe to send again (Q11)."""
    outcomes = await commands.take_alerts(call.connection, call.principal.subject, body.alerts, call.deps.settings)
    pairs = zip(body.alerts, outcomes, strict=True)
    return schemas.Results(results=[schemas.Result(key=alert.key, outcome=outcome) for alert, outcome in pairs])


async def list_emails(call: Call[Deps], query: schemas.Listing) -> schemas.Emails:
    """List deliveries, newest first."""
    return await queries.list_emails(call.deps.pool, query)


async def show_email(call: Call[Deps], email_id: UUID) -> schemas.Email:
    """Show one delivery."""
    return await queries.find_email(call.deps.pool, email_id)


async def retry_email(call: Call[Deps], email_id: UUID) -> schemas.Email:
    """Send an e-mail again that failed."""
    return queries.email(await commands.retry_email(call.connection, email_id))


async def list_witnessed(call: Call[Deps], query: schemas.WitnessPage) -> schemas.Witnessed:
    """List the signed states of the register that this service heard of, newest first."""
    return await queries.list_witnessed(call.deps.pool, query)
