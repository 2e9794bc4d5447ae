"""What connected applications ask over HTTP, beside decisions."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from services.accounts.queries import connected as queries
from services.accounts.schemas import connected as schemas
from shared.web.routing import Call

if TYPE_CHECKING:
    from services.accounts.app import Deps


async def list_accounts_of_person(call: Call[Deps], person_id: UUID, query: schemas.Page) -> schemas.AccountsOfPerson:
    """List the accounts in which a person has any right, or had at `as_of`, for what a connected application shows."""
    return await queries.list_accounts(call.deps.pool, person_id, query)


async def show_name(call: Call[Deps], account_id: UUID) -> schemas.Name:
    """Give the name of an account, and whether clients find it as contact company (O16)."""
    return await queries.find_name(call.deps.pool, account_id)
