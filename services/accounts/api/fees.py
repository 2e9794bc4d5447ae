"""Fees over HTTP: posted by connected applications, seen by who may pay."""

from __future__ import annotations

from typing import TYPE_CHECKING

from services.accounts.commands import fees as commands
from services.accounts.queries import fees as queries
from services.accounts.schemas import fees as schemas
from shared.web.routing import Call

if TYPE_CHECKING:
    from services.accounts.app import Deps


async def post_fees(call: Call[Deps], body: schemas.NewFees) -> schemas.Results:
    """Post fees to accounts, each once by its key; who may pay is told by e-mail."""
    outcomes = await commands.post(call.connection, call.principal.subject, body.fees)
    results = [
        schemas.Result(key=one.key, outcome=outcome, fee=fee)
        for one, (outcome, fee) in zip(body.fees, outcomes, strict=True)
    ]
    return schemas.Results(results=results)


async def list_posted(call: Call[Deps], query: schemas.PostedKeys) -> schemas.PostedFees:
    """Tell how the application’s own fees stand."""
    return await queries.list_posted(call.deps.pool, call.principal.subject, query.key)


async def withdraw_fees(call: Call[Deps], body: schemas.Withdrawal) -> schemas.WithdrawalResults:
    """Withdraw fees that are owed and that nobody is paying."""
    outcomes = await commands.withdraw(call.connection, call.principal.subject, body.keys)
    results = [schemas.WithdrawalResult(key=key, outcome=outcomes[key]) for key in body.keys]
    return schemas.WithdrawalResults(results=results)


async def list_fees(call: Call[Deps], query: schemas.Listing) -> schemas.Fees:
    """List the fees of every account for which the caller may pay [Frais impayés] (O4, O13)."""
    return await queries.list_fees(call.deps.pool, call.principal.user_id, query)
