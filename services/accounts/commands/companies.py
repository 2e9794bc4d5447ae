"""Business accounts: register, change, replace the PIN, name who follows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import asyncpg

from services.accounts import pins, store_companies, store_members
from services.accounts.commands import access, speaking
from services.accounts.rules import members
from shared import ids
from shared.contracts.events import companies as events
from shared.contracts.events.companies import Right
from shared.contracts.problems import common
from shared.contracts.problems import companies as problems

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping
    from uuid import UUID

    from asyncpg import Record

    from shared.db.pool import Connection

TRIES = 3


async def register(connection: Connection, secrets: pins.Secrets, person: UUID, facts: Mapping[str, Any]) -> UUID:
    """Register a business account with its own PIN; the caller is its manager with every right (O8, O11)."""
    await access.ensure_there(connection, person)
    creator = await speaking.person(connection, person)
    account_id = ids.uuid7()

    async def insert(digest: bytes, shown: bytes) -> None:
        await store_companies.insert_account(connection, account_id, facts, digest, shown)

    await with_new_pin(connection, secrets, insert)
    await store_companies.insert_contacts(connection, account_id, [facts["email"]])
    await store_members.insert_manager(connection, account_id, person, "registered")
    await speaking.say(connection, account_id, (events.AccountRegistered, {"creator": creator}))
    return account_id


async def with_new_pin(
    connection: Connection, secrets: pins.Secrets, write: Callable[[bytes, bytes], Awaitable[Any]]
) -> tuple[str, Any]:
    """Write another PIN, and give it with what writing gave; one that exists already, if ever, is made anew."""
    for tried in range(1, TRIES + 1):
        pin, digest, shown = secrets.make()
        try:
            async with connection.transaction():
                return pin, await write(digest, shown)
        except asyncpg.UniqueViolationError:
            if tried == TRIES:
                raise
    raise AssertionError


async def change(connection: Connection, account_id: UUID, person: UUID, facts: Mapping[str, Any]) -> None:
    """Change what an account says of itself (O9); `facts` holds what changes, and maybe the `version` that was read.

    `account-changed-meanwhile` when that is not the present one; nothing is said when nothing changes.
    """
    account = await access.lock(connection, account_id, person, Right.MANAGE)
    if facts.get("version") not in (None, account["version"]):
        raise problems.AccountChangedMeanwhile(version=account["version"])
    said = {name: account[name] for name in store_companies.SAID}
    after = {name: facts.get(name, value) for name, value in said.items()}
    changed = changed_fields(said, after)
    if not changed:
        return
    await store_companies.update_account(connection, account_id, after)
    await store_companies.insert_contacts(connection, account_id, [after["email"]])
    await speaking.say(connection, account_id, (events.AccountChanged, {"changed": changed}))


ADDRESS = ("street", "unit", "city", "province", "postal_code")
GROUPS = dict.fromkeys(ADDRESS, "address") | {"listed": "listing", "shows": "listing"}


def changed_fields(before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[str, ...]:
    """Name what differs, as the forms do: an address and what is shown of a company each count as one."""
    names = (GROUPS.get(name, name) for name, value in before.items() if after[name] != value)
    return tuple(dict.fromkeys(names))


async def rotate_pin(connection: Connection, secrets: pins.Secrets, account_id: UUID, person: UUID) -> tuple[str, Any]:
    """Give an account another PIN; once this is committed nobody joins with the former one (O15, decision 9)."""
    await access.lock(connection, account_id, person, Right.MANAGE)
    pin, since = await renew_pin(connection, secrets, account_id)
    await speaking.say(connection, account_id, (events.AccountPinRotated, {}))
    return pin, since


async def renew_pin(connection: Connection, secrets: pins.Secrets, account_id: UUID) -> tuple[str, Any]:
    """Replace the PIN of an account that is held; give it with the moment."""

    async def write(digest: bytes, shown: bytes) -> Any:
        return await store_companies.update_account_pin(connection, account_id, digest, shown)

    return await with_new_pin(connection, secrets, write)


async def issue_pin(connection: Connection, secrets: pins.Secrets, account_id: UUID) -> None:
    """Send another PIN for an account that nobody has claimed; `account-already-claimed` otherwise (O3)."""
    account = await store_companies.lock_account(connection, account_id)
    if account is None:
        raise common.NotFound
    if account["claimed_at"] is not None:
        raise problems.AccountAlreadyClaimed
    pin, _ = await renew_pin(connection, secrets, account_id)
    await speaking.say(connection, account_id, (events.AccountPinIssued, {"sealed": secrets.seal(pin)}))


async def show_pin(connection: Connection, secrets: pins.Secrets, account_id: UUID, person: UUID) -> tuple[str, Record]:
    """Show the PIN to a manager (O15)."""
    account = await access.lock(connection, account_id, person, Right.MANAGE)
    return secrets.show(account["pin_sealed"]), account


async def name_successor(connection: Connection, account_id: UUID, person: UUID, successor: UUID | None) -> None:
    """Name the member who becomes manager when the last one is gone, or nobody; `members-unknown` for strangers."""
    account = await access.lock(connection, account_id, person, Right.MANAGE)
    if successor == account["successor"]:
        return
    named = None
    if successor is not None:
        present = await store_members.lock_members(connection, account_id, [successor])
        members.ensure_known(present, [successor])
        named = await speaking.person(connection, successor)
    await store_companies.update_successor(connection, account_id, successor)
    await speaking.say(connection, account_id, (events.SuccessorNamed, {"successor": named}))
