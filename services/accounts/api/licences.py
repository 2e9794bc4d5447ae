"""Licences over HTTP."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from services.accounts.commands import licences as commands
from services.accounts.queries import licences as queries
from services.accounts.schemas import licences as schemas
from shared.web.routing import Call

if TYPE_CHECKING:
    from services.accounts.app import Deps


async def list_licences(call: Call[Deps], query: schemas.Listing) -> schemas.Licences:
    """List licences by matricule."""
    return await queries.list_licences(call.deps.pool, query)


async def list_mine(call: Call[Deps]) -> schemas.Licences:
    """List the caller’s own licence."""
    return await queries.list_mine(call.deps.pool, call.principal.user_id)


async def claim(call: Call[Deps], body: schemas.Claim) -> schemas.Licence:
    """Claim a licence with its PIN: the caller is a surveyor from then on."""
    row = await commands.claim(call.deps.pool, call.deps.secrets, call.principal.user_id, body.pin)
    return queries.licence(row)


async def suspend(call: Call[Deps], licence_id: UUID, body: schemas.Reason) -> schemas.Licence:
    """Suspend a licence: its delegations freeze at once (decision 11)."""
    return queries.licence(await commands.suspend(call.connection, licence_id, body.reason))


async def reinstate(call: Call[Deps], licence_id: UUID, body: schemas.Reason) -> schemas.Licence:
    """Reinstate a licence: its delegations are as before (decision 11)."""
    return queries.licence(await commands.reinstate(call.connection, licence_id, body.reason))


async def issue_pin(call: Call[Deps], licence_id: UUID) -> schemas.Licence:
    """Send another PIN for an unclaimed licence; the former one is dead."""
    return queries.licence(await commands.issue_pin(call.connection, call.deps.secrets, licence_id))
