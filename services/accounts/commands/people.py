"""The copies of people that accounts keeps, and what becomes of their accounts when an identifier ends."""

from __future__ import annotations

from typing import TYPE_CHECKING

from services.accounts import store, store_companies, store_members
from services.accounts.commands import licences, members, speaking, takeovers
from services.accounts.rules import members as rules
from shared.contracts.events import companies as events
from shared.contracts.events.companies import Right
from shared.messaging import forgetting

if TYPE_CHECKING:
    from uuid import UUID

    from asyncpg import Record

    from shared.contracts.events.identity import User
    from shared.contracts.people import Person
    from shared.db.pool import Connection


async def remember_person(connection: Connection, user: User, version: int) -> None:
    """Keep the copy of a person, who may claim when verified."""
    await store.upsert_person(connection, user, version)


async def notice_person(connection: Connection, person: UUID) -> None:
    """Note that a person is there."""
    await store_members.touch_member(connection, person)


async def forget_person(connection: Connection, user: User, version: int) -> None:
    """Keep of a person the id and the version alone, and part him from his accounts and his licence."""
    blank = dict.fromkeys(("username", "first_name", "last_name", "email"), "")
    await store.upsert_person(connection, user.model_copy(update={**blank, "verified": False}), version, gone=True)
    for account_id in await store_members.list_accounts(connection, user.id):
        account = await store_companies.lock_account(connection, account_id)
        assert account is not None
        await takeovers.abandon(connection, account_id, user.id)
        await _part(connection, account, await speaking.person(connection, user.id))
    await licences.release(connection, user.id)
    await forgetting.forget(connection, user.id)


async def _part(connection: Connection, account: Record, gone: Person) -> None:
    """End a membership whose person is gone; the last manager is followed by whom he named, or the account waits."""
    present = await store_members.lock_members(connection, account["id"], [gone.id])
    if gone.id not in present:
        return
    left: list[speaking.Said] = [(events.MemberLeft, {"member": gone, "rights": ()})]
    managers = {one.person for one in present.values() if Right.MANAGE in one.rights}
    if managers == {gone.id} and not await _follow(connection, account, gone.id, left):
        await _orphan(connection, account["id"], gone.id)
        return
    await members.end(connection, account["id"], [gone.id])
    await speaking.say(connection, account["id"], *left)


async def _follow(connection: Connection, account: Record, gone: UUID, left: list[speaking.Said]) -> bool:
    """Make the member manager who was named to follow; False when there is none."""
    successor = account["successor"]
    member = await store_members.find_member(connection, account["id"], successor) if successor else None
    if member is None or member.person == gone or member.suspended or member.gone:
        return False
    await store_members.insert_manager(connection, account["id"], successor, "pin")
    facts = {"member": await speaking.person(connection, successor), "rights": rules.in_order(rules.EVERY_RIGHT)}
    left.append((events.SuccessorPromoted, facts))
    return True


async def _orphan(connection: Connection, account_id: UUID, gone: UUID) -> None:
    """Keep the last manager's membership, by which nobody acts any more: the account can be taken over."""
    await store_members.update_gone(connection, account_id, gone)
    await store_companies.update_orphaned(connection, account_id, orphaned=True)
    await speaking.say(connection, account_id, (events.AccountOrphaned, {}))
