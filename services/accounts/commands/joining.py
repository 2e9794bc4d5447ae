"""Joining an account with its PIN; the first to join an imported one claims it (O7, O17, O18)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from services.accounts import pins, store, store_companies, store_disputes, store_members
from services.accounts.commands import access, speaking
from services.accounts.rules import links, members
from shared import clock, ids
from shared.contracts.events import companies as events
from shared.contracts.problems import common
from shared.contracts.problems import companies as problems

if TYPE_CHECKING:
    from uuid import UUID

    from asyncpg import Record

    from shared.contracts.people import Person
    from shared.db.pool import Connection, Pool

CONTESTABLE = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Joined:
    """Which account was joined, and whether as its manager."""

    account: UUID
    manager: bool


async def join(pool: Pool, secrets: pins.Secrets, person: UUID, typed: str) -> Joined:
    """Let a person belong to the account of a PIN: without any right (O18), or as manager where he is the first (O7).

    `account-pin-not-accepted`, the same for every cause; `already-a-member`; `too-many-requests` by person and by all
    failures together (decision 9).
    """
    if not await store.is_verified(pool, person):
        # Verified a moment ago, and we have not heard of it yet: that must not cost a try.
        raise common.TemporarilyUnavailable(retry_after=1)
    async with pins.trying(pool, person, problems.AccountPinNotAccepted), pool.transaction() as connection:
        await access.ensure_there(connection, person)
        account = await lock_by_pin(connection, secrets, typed)
        joiner = await speaking.person(connection, person)
        if account["claimed_at"] is None:
            await _claim(connection, secrets, account["id"], joiner)
            return Joined(account["id"], manager=True)
        if not await store_members.insert_member(connection, account["id"], person):
            raise problems.AlreadyAMember
        await speaking.say(connection, account["id"], (events.MemberJoined, {"member": joiner, "rights": ()}))
        return Joined(account["id"], manager=False)


async def lock_by_pin(connection: Connection, secrets: pins.Secrets, typed: str) -> Record:
    """Hold the account of a PIN; `account-pin-not-accepted` for one that is mistyped, replaced or of something else."""
    account = await store_companies.lock_account_by_pin(connection, secrets.digests(typed))
    if account is None:
        raise problems.AccountPinNotAccepted
    return account


async def _claim(connection: Connection, secrets: pins.Secrets, account_id: UUID, claimer: Person) -> None:
    """Make the first with the PIN the manager, and tell every known contact, who can contest it."""
    claim_id = ids.uuid7()
    await store_companies.update_claimed(connection, account_id)
    await store_members.insert_manager(connection, account_id, claimer.id, "claim")
    await store_disputes.insert_claim(connection, claim_id, account_id, claimer.id)
    facts = {"claim": claim_id, "claimer": claimer}
    references = await store_companies.list_references(connection, account_id)
    until = clock.moment() + CONTESTABLE
    announced = [
        (events.ClaimAnnounced, {**facts, "sent_to": address, "sealed": sealed, "until": until})
        for address, sealed in await announce(connection, secrets, account_id, until, claim_id=claim_id)
    ]
    joined = {"member": claimer, "rights": members.in_order(members.EVERY_RIGHT)}
    claimed = (events.AccountClaimed, {**facts, "references": tuple(references)})
    await speaking.say(connection, account_id, claimed, (events.MemberJoined, joined), *announced)


async def announce(
    connection: Connection,
    secrets: pins.Secrets,
    account_id: UUID,
    until: datetime,
    *,
    also: Sequence[str] = (),
    **about: Any,
) -> list[tuple[str, str]]:
    """Make a single-use link for every known contact, and others; give each address with its sealed link."""
    addresses = dict.fromkeys([*await store_companies.list_contacts(connection, account_id), *also])
    made = [(address, links.make_token()) for address in addresses]
    digests = [links.digest(token) for _, token in made]
    await store_disputes.insert_links(connection, account_id, digests, until, **about)
    return [(address, secrets.seal_link(token)) for address, token in made]
