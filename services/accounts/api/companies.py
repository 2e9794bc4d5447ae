"""Business accounts over HTTP."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from services.accounts.commands import companies as commands
from services.accounts.commands import joining
from services.accounts.queries import companies as queries
from services.accounts.schemas import companies as schemas
from services.accounts.schemas import members as member_schemas
from shared.web import throttle
from shared.web.routing import Call

if TYPE_CHECKING:
    from services.accounts.app import Deps

SEARCHES = throttle.Limit(60, 600)
DAY = 86_400


async def register_account(call: Call[Deps], body: schemas.NewAccount) -> schemas.Account:
    """Register a business account: the caller is its manager, with every right (O8–O11)."""
    person = call.principal.user_id
    limit = throttle.Limit(call.deps.settings.registrations_per_day, DAY)
    await throttle.spend(call.deps.pool, f"account-registration:{person}", limit)
    account = await commands.register(call.connection, call.deps.secrets, person, schemas.flat(body))
    return await queries.find_account(call.connection, account, person)


async def list_accounts(call: Call[Deps], query: schemas.Sorting) -> schemas.Accounts:
    """List the caller’s accounts by name or telephone number (O6)."""
    return await queries.list_mine(call.deps.pool, call.principal.user_id, query)


async def join_account(call: Call[Deps], body: schemas.PinOnly) -> schemas.Joined:
    """Join the account of a PIN: as manager for the first of an imported one, else without rights (O7, O17, O18)."""
    deps, person = call.deps, call.principal.user_id
    joined = await joining.join(deps.pool, deps.secrets, person, body.pin)
    account = await queries.find_mine(deps.pool, joined.account, person)
    return schemas.Joined(account=account, role="manager" if joined.manager else "member")


async def show_account(call: Call[Deps], account_id: UUID) -> schemas.Account:
    """Show an account to a member with a right (O9, O10)."""
    return await queries.find_account(call.deps.pool, account_id, call.principal.user_id)


async def change_account(call: Call[Deps], account_id: UUID, body: schemas.AccountChange) -> schemas.Account:
    """Change what an account says of itself (O9); every manager is told of it by e-mail."""
    person = call.principal.user_id
    await commands.change(call.connection, account_id, person, schemas.flat(body))
    return await queries.find_account(call.connection, account_id, person)


async def show_pin(call: Call[Deps], account_id: UUID) -> schemas.Pin:
    """Show the PIN to a manager (O15)."""
    async with call.deps.pool.transaction() as connection:
        pin, account = await commands.show_pin(connection, call.deps.secrets, account_id, call.principal.user_id)
    return schemas.Pin(pin=pin, since=account["pin_since"])


async def rotate_pin(call: Call[Deps], account_id: UUID) -> schemas.Pin:
    """Replace the PIN: nobody joins with the former one any more (O15, decision 9)."""
    async with call.deps.pool.transaction() as connection:
        pin, since = await commands.rotate_pin(connection, call.deps.secrets, account_id, call.principal.user_id)
    return schemas.Pin(pin=pin, since=since)


async def name_successor(call: Call[Deps], account_id: UUID, body: member_schemas.Successor) -> schemas.Account:
    """Name the member who becomes manager when the last one is gone, or nobody."""
    person = call.principal.user_id
    await commands.name_successor(call.connection, account_id, person, body.member)
    return await queries.find_account(call.connection, account_id, person)


async def search_companies(call: Call[Deps], query: schemas.Search) -> schemas.Companies:
    """Find a contact company by name: what each chose to show (O16)."""
    await throttle.spend(call.deps.pool, f"company-search:{call.principal.user_id}", SEARCHES)
    return await queries.find_companies(call.deps.pool, query)


async def show_company(call: Call[Deps], account_id: UUID) -> schemas.Company:
    """Show a contact company as it chose to show itself (O16)."""
    return await queries.find_company(call.deps.pool, account_id)
