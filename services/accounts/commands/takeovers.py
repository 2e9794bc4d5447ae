"""Taking over an account whose managers are gone: delayed, announced, open to objection, decided by two operators."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from services.accounts import pins, store, store_companies, store_disputes, store_members
from services.accounts.commands import access, contests, joining, speaking
from services.accounts.rules import members
from shared import ids
from shared.contracts.events import companies as events
from shared.contracts.events.companies import Right
from shared.contracts.problems import common
from shared.contracts.problems import companies as problems

if TYPE_CHECKING:
    from uuid import UUID

    from asyncpg import Record

    from services.accounts.settings import Settings
    from shared.db.pool import Connection, Pool


async def ask(
    connection: Connection, secrets: pins.Secrets, settings: Settings, account_id: UUID, person: UUID, reason: str
) -> UUID:
    """Let a member ask to take over an account; `takeover-not-possible`, `takeover-running`, `claim-contested`."""
    account, member = await access.hold(connection, account_id, person)
    if member.suspended:
        raise problems.ClaimContested
    return await _announce(connection, secrets, settings, account, person, reason)


async def ask_by_pin(
    pool: Pool, secrets: pins.Secrets, settings: Settings, person: UUID, typed: str, reason: str
) -> UUID:
    """Let anybody ask who proves the PIN; `account-pin-not-accepted`, `too-many-requests` as for joining."""
    if not await store.is_verified(pool, person):
        raise common.TemporarilyUnavailable(retry_after=1)
    async with pins.trying(pool, person, problems.AccountPinNotAccepted), pool.transaction() as connection:
        await access.ensure_there(connection, person)
        account = await joining.lock_by_pin(connection, secrets, typed)
        member = await store_members.find_member(connection, account["id"], person)
        if member and member.suspended:
            raise problems.ClaimContested
        return await _announce(connection, secrets, settings, account, person, reason)


async def _announce(
    connection: Connection, secrets: pins.Secrets, settings: Settings, account: Record, person: UUID, reason: str
) -> UUID:
    """Begin a take-over, and tell every known contact, who can object."""
    ground = await store_disputes.find_ground(connection, account["id"], settings.silence_days)
    if ground is None:
        raise problems.TakeoverNotPossible
    days = settings.objection_days
    row = await store_disputes.insert_takeover(connection, ids.uuid7(), account["id"], person, ground, reason, days)
    if row is None:
        raise problems.TakeoverRunning
    facts = await _facts(connection, row)
    people = await store_members.list_people(connection, account["id"])
    members_too = [one.email for one in people if one.email and one.id != person]
    links = await joining.announce(
        connection, secrets, account["id"], row["due_at"], also=members_too, takeover_id=row["id"]
    )
    told = [(events.TakeoverAnnounced, {**facts, "sent_to": one, "sealed": sealed}) for one, sealed in links]
    wanted = {"reason": reason, "operators": await store_members.list_operators(connection)}
    await speaking.say(connection, account["id"], (events.TakeoverRequested, facts | wanted), *told)
    return row["id"]  # type: ignore[no-any-return]


async def object_to(connection: Connection, token: str, reason: str) -> None:
    """Object to a take-over with the link of an e-mail; `link-not-valid`, also once it has ended."""
    link = await contests.hold_link(connection, token)
    row = link["takeover_id"] and await store_disputes.update_objected(connection, link["takeover_id"], reason)
    if not row:
        raise problems.LinkNotValid
    await _say(connection, row, events.TakeoverObjected)


async def withdraw(connection: Connection, takeover_id: UUID, person: UUID) -> None:
    """Let who asked ask no more; `takeover-ended`; what another asked for is `not-found`."""
    found = await store_disputes.find_takeover(connection, takeover_id)
    if found is None or found["asked_by"] != person:
        raise common.NotFound
    await store_companies.lock_account(connection, found["account_id"])
    row = await store_disputes.update_takeover_ended(connection, takeover_id, "withdrawn", person)
    await _say(connection, _at_this_step(row), events.TakeoverWithdrawn)


async def abandon(connection: Connection, account_id: UUID, gone: UUID) -> None:
    """End what a person asked for whose identifier ended: nobody is made manager who is no more."""
    if row := await store_disputes.abandon_takeover(connection, account_id, gone):
        await _say(connection, row, events.TakeoverWithdrawn)


async def approve(connection: Connection, settings: Settings, takeover_id: UUID, operator: UUID, reason: str) -> None:
    """Approve a take-over, for another operator to confirm; `takeover-not-due` while others can still object."""
    found = await _hold(connection, takeover_id)
    if operator == found["asked_by"]:
        raise problems.SecondPersonRequired
    if found["state"] not in ("announced", "objected"):
        raise problems.TakeoverEnded
    if not found["due"]:
        raise problems.TakeoverNotDue(due_at=found["due_at"].isoformat())
    await _ensure_ground(connection, settings, found)
    row = await store_disputes.update_approved(connection, takeover_id, operator, reason)
    others = tuple(one for one in await store_members.list_operators(connection) if one != operator)
    await _say(connection, _at_this_step(row), events.TakeoverApproved, reason=reason, operators=others)


async def refuse(connection: Connection, takeover_id: UUID, operator: UUID, reason: str) -> None:
    """Refuse a take-over, before or after another operator approved it; `takeover-ended`."""
    await _hold(connection, takeover_id)
    row = await store_disputes.update_takeover_ended(connection, takeover_id, "refused", operator, reason)
    await _say(connection, _at_this_step(row), events.TakeoverRefused, reason=reason)


async def confirm(connection: Connection, settings: Settings, takeover_id: UUID, operator: UUID, reason: str) -> None:
    """Confirm what another operator approved: who asked is manager, and the former ones are not any more.

    `second-person-required`, `takeover-ended`; `takeover-not-possible` when a manager came back meanwhile.
    """
    found = await _hold(connection, takeover_id)
    if found["state"] != "approved":
        raise problems.TakeoverEnded
    if operator in (found["approved_by"], found["asked_by"]):
        raise problems.SecondPersonRequired
    await _ensure_ground(connection, settings, found)
    row = _at_this_step(
        await store_disputes.update_takeover_ended(connection, takeover_id, "completed", operator, reason)
    )
    former = await _hand_over(connection, row["account_id"], row["asked_by"])
    facts = await _facts(connection, row) | {"reason": reason}
    await speaking.say(connection, row["account_id"], *former, (events.TakeoverCompleted, facts))


async def _hand_over(connection: Connection, account_id: UUID, asker: UUID) -> list[speaking.Said]:
    """Make who asked the manager; who is gone is no member any more, and who was silent manages no more."""
    present = await store_members.lock_members(connection, account_id, [])
    former = {one.person: one for one in present.values() if one.person != asker}
    gone = [one.person for one in former.values() if one.gone]
    silent = {one.person: one.rights - {Right.MANAGE} for one in former.values() if not one.gone}
    named = await store_members.find_people(connection, list(former))
    await store_members.insert_manager(connection, account_id, asker, "takeover")
    await store_members.update_rights(connection, account_id, silent)
    await store_members.delete_members(connection, account_id, gone)
    await store_companies.update_orphaned(connection, account_id, orphaned=False)
    lost: list[speaking.Said] = [(events.MemberLeft, {"member": named[one], "rights": ()}) for one in gone]
    for one, rights in silent.items():
        facts = {"member": named[one], "rights": members.in_order(rights), "granted": (), "withdrawn": (Right.MANAGE,)}
        lost.append((events.MemberChanged, facts))
    return lost


async def _hold(connection: Connection, takeover_id: UUID) -> Record:
    """Hold the account of a take-over; give the take-over as it is then."""
    found = await store_disputes.find_takeover(connection, takeover_id)
    if found is None:
        raise common.NotFound
    await store_companies.lock_account(connection, found["account_id"])
    row = await store_disputes.find_takeover(connection, takeover_id)
    assert row is not None
    return row


async def _ensure_ground(connection: Connection, settings: Settings, row: Record) -> None:
    if await store_disputes.find_ground(connection, row["account_id"], settings.silence_days) is None:
        raise problems.TakeoverNotPossible


def _at_this_step(row: Record | None) -> Record:
    if row is None:
        raise problems.TakeoverEnded
    return row


async def _say(connection: Connection, row: Record, kind: type[events.Takeover], **more: Any) -> None:
    await speaking.say(connection, row["account_id"], (kind, await _facts(connection, row) | more))


async def _facts(connection: Connection, row: Record) -> dict[str, Any]:
    names = {"takeover": row["id"], "ground": row["ground"], "due_at": row["due_at"]}
    return names | {"asked_by": await speaking.person(connection, row["asked_by"])}
