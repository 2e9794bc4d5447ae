"""The one door to changing an account: its row is held, and the caller has the right as of now."""

from __future__ import annotations

from typing import TYPE_CHECKING

from services.accounts import store, store_companies, store_members
from services.accounts.rules import members
from shared.contracts.problems import common

if TYPE_CHECKING:
    from uuid import UUID

    from asyncpg import Record

    from shared.contracts.events.companies import Right
    from shared.db.pool import Connection


async def ensure_there(connection: Connection, person: UUID) -> None:
    """Hold a person who does something with a token that may outlive him; `sign-in-required` when he was removed."""
    if await store.lock_person(connection, person):
        raise common.SignInRequired


async def lock(connection: Connection, account_id: UUID, person: UUID, right: Right) -> Record:
    """Hold an account until the transaction ends, for a person who has a right on it.

    Strangers get `not-found`; else `manager-required`, `right-missing`, `claim-contested`.
    """
    account, member = await hold(connection, account_id, person)
    members.ensure_right(member, right)
    return account


async def hold(connection: Connection, account_id: UUID, person: UUID) -> tuple[Record, members.Member]:
    """Hold an account, for a member of whatever rights; strangers get `not-found`."""
    account = await store_companies.lock_account(connection, account_id)
    # In a statement of its own, which sees what was committed while we waited for the account.
    member = await store_members.find_member(connection, account_id, person) if account else None
    if account is None or member is None or member.gone:
        raise common.NotFound
    if member.stale:
        await store_members.touch_member(connection, person)
    return account, member
