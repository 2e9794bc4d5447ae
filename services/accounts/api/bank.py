"""Bank details over HTTP [Informations bancaires] (O10)."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from services.accounts.commands import bank as commands
from services.accounts.queries import bank as queries
from services.accounts.schemas import bank as schemas
from shared.contracts.proofs import Purpose
from shared.web import proofs
from shared.web.routing import Call

if TYPE_CHECKING:
    from services.accounts.app import Deps


async def show_bank_details(call: Call[Deps], account_id: UUID) -> schemas.BankDetails:
    """Show an account’s bank details, masked, to who may pay for it."""
    deps = call.deps
    return await queries.find(deps.pool, deps.bank, account_id, call.principal.user_id)


async def change_bank_details(call: Call[Deps], account_id: UUID, body: schemas.NewBankDetails) -> schemas.BankDetails:
    """Set an account’s bank details: a manager who just typed his password again; every manager is told by e-mail."""
    deps = call.deps
    proof = await proofs.check(deps.tokens, call.principal, body.proof, Purpose.BANK_DETAILS)
    row = await commands.change(call.connection, deps.bank, account_id, call.principal.user_id, proof, body)
    return queries.masked(deps.bank, row)


async def remove_bank_details(call: Call[Deps], account_id: UUID, body: schemas.Removal) -> None:
    """Remove an account’s bank details: a manager who just typed his password again; every manager is told."""
    proof = await proofs.check(call.deps.tokens, call.principal, body.proof, Purpose.BANK_DETAILS)
    await commands.remove(call.connection, account_id, call.principal.user_id, proof)
