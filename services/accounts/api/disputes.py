"""Contested claims, take-overs and the operators' directory over HTTP."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from services.accounts.commands import companies, contests, takeovers
from services.accounts.queries import disputes as queries
from services.accounts.schemas import disputes as schemas
from shared.web import throttle
from shared.web.routing import Call

if TYPE_CHECKING:
    from services.accounts.app import Deps


ASKING = throttle.Limit(5, 86_400)
"""Take-overs that a person may ask for in a day, withdrawn ones too: each writes to all contacts of an account."""


async def contest(call: Call[Deps], body: schemas.Linked) -> None:
    """Contest a claim with the link of an e-mail: the claimer’s rights are suspended until an operator decides."""
    await contests.contest(call.connection, body.token.get_secret_value(), body.reason)


async def object_to(call: Call[Deps], body: schemas.Linked) -> None:
    """Object to a take-over with the link of an e-mail."""
    await takeovers.object_to(call.connection, body.token.get_secret_value(), body.reason)


async def list_claims(call: Call[Deps], query: schemas.ClaimPage) -> schemas.Claims:
    """List claims of imported accounts, newest first."""
    return await queries.list_claims(call.deps.pool, query)


async def decide_claim(call: Call[Deps], claim_id: UUID, body: schemas.ClaimDecision) -> None:
    """Decide a contested claim: the account is as before it, or the claimer has his rights back."""
    operator = call.principal.user_id
    if body.decision == "uphold":
        await contests.uphold(call.connection, call.deps.secrets, claim_id, operator, body.reason)
    else:
        await contests.dismiss(call.connection, claim_id, operator, body.reason)


async def ask_takeover(call: Call[Deps], account_id: UUID, body: schemas.NewTakeover) -> schemas.Asked:
    """Ask to take over an account that one belongs to, whose managers are all gone or silent."""
    deps, person = call.deps, call.principal.user_id
    await throttle.spend(deps.pool, f"takeover:{person}", ASKING)
    made = await takeovers.ask(call.connection, deps.secrets, deps.settings, account_id, person, body.reason)
    return schemas.Asked(id=made)


async def ask_takeover_by_pin(call: Call[Deps], body: schemas.TakeoverByPin) -> schemas.Asked:
    """Ask to take over the account of a PIN, whose managers are all gone or silent."""
    deps, person = call.deps, call.principal.user_id
    made = await takeovers.ask_by_pin(deps.pool, deps.secrets, deps.settings, person, body.pin, body.reason)
    return schemas.Asked(id=made)


async def list_my_takeovers(call: Call[Deps], query: schemas.TakeoverPage) -> schemas.Takeovers:
    """List the take-overs that the caller asked for."""
    return await queries.list_takeovers(call.deps.pool, query, call.principal.user_id)


async def withdraw_takeover(call: Call[Deps], takeover_id: UUID) -> None:
    """Withdraw a take-over of one’s own."""
    await takeovers.withdraw(call.connection, takeover_id, call.principal.user_id)


async def list_takeovers(call: Call[Deps], query: schemas.TakeoverPage) -> schemas.Takeovers:
    """List take-overs, newest first."""
    return await queries.list_takeovers(call.deps.pool, query)


async def decide_takeover(call: Call[Deps], takeover_id: UUID, body: schemas.TakeoverDecision) -> None:
    """Approve a take-over, for another operator to confirm, or refuse it."""
    deps, operator = call.deps, call.principal.user_id
    if body.decision == "approve":
        await takeovers.approve(call.connection, deps.settings, takeover_id, operator, body.reason)
    else:
        await takeovers.refuse(call.connection, takeover_id, operator, body.reason)


async def confirm_takeover(call: Call[Deps], takeover_id: UUID, body: schemas.TakeoverConfirmation) -> None:
    """Confirm what another operator approved: who asked is manager from then on; or refuse it."""
    deps, operator = call.deps, call.principal.user_id
    if body.decision == "confirm":
        await takeovers.confirm(call.connection, deps.settings, takeover_id, operator, body.reason)
    else:
        await takeovers.refuse(call.connection, takeover_id, operator, body.reason)


async def list_directory(call: Call[Deps], query: schemas.DirectorySearch) -> schemas.Directory:
    """List accounts to operators, by name."""
    return await queries.list_directory(call.deps.pool, query)


async def issue_account_pin(call: Call[Deps], account_id: UUID) -> None:
    """Send another PIN for an account that nobody has claimed; the former one is dead (O3)."""
    await companies.issue_pin(call.connection, call.deps.secrets, account_id)
