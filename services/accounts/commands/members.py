"""Members of an account: rights, removals, leaving; an account never loses its last manager (O14, O18, O19)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from services.accounts import store_companies, store_members
from services.accounts.commands import access, speaking
from services.accounts.rules import members
from shared.contracts.events import companies as events
from shared.contracts.events.companies import Right
from shared.contracts.problems import companies as problems

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from shared.contracts.people import Person
    from shared.db.pool import Connection, Pool

    Rights = members.Rights


async def change_rights(
    connection: Connection, account_id: UUID, manager: UUID, people: Sequence[UUID], grant: Rights, withdraw: Rights
) -> dict[UUID, tuple[members.Outcome, Rights]]:
    """Grant and withdraw rights of several members, all or nothing; give what it came to for each (O19, decision 10).

    `members-unknown`, `manager-has-all-rights`, `last-manager`. Who already has them so is unchanged, and told nothing.
    """
    await access.lock(connection, account_id, manager, Right.MANAGE)
    present = await store_members.lock_members(connection, account_id, people)
    after = members.plan_rights(present, people, grant, withdraw)
    changed = {person: rights for person, rights in after.items() if rights != present[person].rights}
    if changed:
        await store_members.update_rights(connection, account_id, changed)
        named = await store_members.find_people(connection, list(changed))
        said = [_changed(named[person], present[person].rights, rights) for person, rights in changed.items()]
        await speaking.say(connection, account_id, *said)
    outcomes = {True: members.Outcome.CHANGED, False: members.Outcome.UNCHANGED}
    return {person: (outcomes[person in changed], rights) for person, rights in after.items()}


def _changed(member: Person, before: Rights, after: Rights) -> speaking.Said:
    facts = {
        "member": member,
        "rights": members.in_order(after),
        "granted": members.in_order(after - before),
        "withdrawn": members.in_order(before - after),
    }
    return events.MemberChanged, facts


async def remove(connection: Connection, account_id: UUID, manager: UUID, people: Sequence[UUID]) -> None:
    """Remove several members, all or nothing (O19); `members-unknown`, `last-manager`."""
    await access.lock(connection, account_id, manager, Right.MANAGE)
    present = await store_members.lock_members(connection, account_id, people)
    members.ensure_removable(present, people)
    named = await store_members.find_people(connection, people)
    await end(connection, account_id, people)
    said = [(events.MemberRemoved, {"member": named[person], "rights": ()}) for person in people]
    await speaking.say(connection, account_id, *said)


async def leave(connection: Connection, account_id: UUID, person: UUID) -> None:
    """Leave an account by oneself (decision 10); `last-manager`. Whose claim is contested waits for the decision."""
    _, member = await access.hold(connection, account_id, person)
    if member.suspended:
        raise problems.ClaimContested
    present = await store_members.lock_members(connection, account_id, [person])
    members.ensure_removable(present, [person])
    named = await speaking.person(connection, person)
    await end(connection, account_id, [person])
    await speaking.say(connection, account_id, (events.MemberLeft, {"member": named, "rights": ()}))


async def end(connection: Connection, account_id: UUID, people: Sequence[UUID]) -> None:
    """End memberships of an account that is held; who is named to follow and leaves is named no more."""
    await store_members.delete_members(connection, account_id, people)
    await store_companies.clear_successor(connection, account_id, people)


async def note_refusal(pool: Pool, account_id: UUID) -> None:
    """Keep in the register that somebody tried to take away the last manager: what was refused left no trace."""
    async with pool.transaction() as connection:
        if await store_companies.lock_account(connection, account_id):
            await speaking.say(connection, account_id, (events.LastManagerRefused, {}))
