"""Members of an account over HTTP."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from services.accounts.commands import members as commands
from services.accounts.queries import members as queries
from services.accounts.rules import members as rules
from services.accounts.schemas import members as schemas
from shared.contracts.problems import companies as problems
from shared.contracts.problems.base import Problem
from shared.web.routing import Call

if TYPE_CHECKING:
    from services.accounts.app import Deps


async def list_members(call: Call[Deps], account_id: UUID, query: schemas.Sorting) -> schemas.Members:
    """List the members of an account with their rights, to its managers (O12)."""
    return await queries.list_members(call.deps.pool, account_id, call.principal.user_id, query)


async def change_rights(call: Call[Deps], account_id: UUID, body: schemas.RightsChange) -> schemas.Results:
    """Grant and withdraw rights of several members: all of it, or nothing (O19)."""
    found = await commands.change_rights(
        call.connection, account_id, call.principal.user_id, body.members, body.grant, body.withdraw
    )
    results = [
        schemas.Result(member=person, outcome=outcome, rights=rules.in_order(rights))
        for person, (outcome, rights) in found.items()
    ]
    return schemas.Results(results=results)


async def remove_members(call: Call[Deps], account_id: UUID, body: schemas.Removal) -> schemas.Results:
    """Remove several members: all of them, or nobody (O19)."""
    await commands.remove(call.connection, account_id, call.principal.user_id, body.members)
    outcome = rules.Outcome.REMOVED
    return schemas.Results(results=[schemas.Result(member=one, outcome=outcome, rights=()) for one in body.members])


async def leave_account(call: Call[Deps], account_id: UUID) -> None:
    """Leave an account; the last manager cannot (O14, decision 10)."""
    await commands.leave(call.connection, account_id, call.principal.user_id)


async def note_refusal(call: Call[Deps], refusal: Problem, account_id: UUID) -> None:
    """Keep in the register that the last manager was to go."""
    if isinstance(refusal, problems.LastManager):
        await commands.note_refusal(call.deps.pool, account_id)
