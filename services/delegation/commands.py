"""What delegation does: keep copies, search, designate, end, begin to act."""

from __future__ import annotations

from typing import TYPE_CHECKING

from services.delegation import rules, store
from services.delegation.past import commands as attestations
from services.delegation.past import store as past
from shared import ids
from shared.contracts.events import delegation as events
from shared.contracts.people import Person
from shared.contracts.problems import common
from shared.contracts.problems import delegation as problems
from shared.messaging import forgetting, outbox

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from asyncpg import Record

    from shared.contracts.events.accounts import Licence
    from shared.contracts.events.identity import User
    from shared.db.pool import Connection


async def remember_person(connection: Connection, user: User, version: int) -> None:
    """Keep the copy of a person up to date."""
    await store.upsert_person(connection, user, version)


async def forget_person(connection: Connection, user: User, version: int) -> None:
    """Keep of a person the id and the version alone; nobody acts by or for him any more."""
    blank = dict.fromkeys(("username", "email", "first_name", "last_name"), "")
    await store.upsert_person(connection, user.model_copy(update={**blank, "verified": False}), version)
    await store.update_delegations_orphaned(connection, user.id)
    await attestations.forget(connection, user.id)
    await forgetting.forget(connection, user.id)


async def remember_licence(connection: Connection, licence: Licence, version: int, since: datetime) -> None:
    """Keep the copy of a licence, and its history; a suspension freezes its delegations at once (decision 11)."""
    await store.upsert_licence(connection, licence, version)
    await past.insert_licence_state(connection, licence, version, since)


async def ensure_delegator(connection: Connection, person: UUID) -> str:
    """Give the matricule of an active surveyor; `not-a-delegator` or `licence-suspended` otherwise."""
    licence = await store.lock_licence(connection, person)
    rules.ensure_delegator(licence.status)
    return licence.matricule or ""


async def search_candidate(
    connection: Connection, delegator: UUID, by: events.SearchField, value: str
) -> Record | None:
    """Look for a verified person by exact user name or e-mail address, and record that it was done (decision 8)."""
    found = await store.find_candidate(connection, by, value)
    version = await store.count_search(connection, delegator)
    searched = events.DelegateSearched(delegator_id=delegator, by=by, found=found is not None)
    await outbox.emit(connection, searched, sequence=version)
    return found


async def add_delegate(
    connection: Connection, delegator: UUID, delegate: UUID, password_changed_at: datetime | None
) -> events.DelegateAdded:
    """Designate a delegate (Q28, decision 5).

    Problems: `not-a-delegator`, `licence-suspended`, `cannot-delegate-to-oneself`, `candidate-not-found`,
    `password-change-required` (Q24), `already-a-delegate`.
    """
    ever_added = await store.lock_delegator(connection, delegator)
    matricule = await ensure_delegator(connection, delegator)
    rules.ensure_another(delegator, delegate)
    people = await _both(connection, delegator, delegate)
    if not ever_added:
        now = await store.read_clock(connection)
        if rules.must_change_password(password_changed_at, now, ever_added=False):
            raise problems.PasswordChangeRequired
    row = await store.insert_delegation(connection, ids.uuid7(), delegator, delegate, matricule)
    if row is None:
        raise problems.AlreadyADelegate
    added = events.DelegateAdded.model_validate(_state(row, people))
    await outbox.emit(connection, added, sequence=row["version"])
    return added


async def _both(connection: Connection, delegator: UUID, delegate: UUID) -> dict[UUID, Record]:
    """Give surveyor and candidate, whom nobody forgets until the transaction ends."""
    people = await store.lock_people(connection, delegator, delegate)
    if delegator in people and not people[delegator]["username"]:
        raise problems.NotADelegator  # forgotten in this moment
    if delegate not in people or not people[delegate]["verified"]:
        raise problems.CandidateNotFound
    return people


def delegation_of(standing: store.Standing, delegator: UUID, delegate: UUID) -> events.DelegateAdded | None:
    """Give the designation that nothing stands in the way of, to be written; None: `add_delegate` decides."""
    surveyor, candidate = standing.surveyor, standing.candidate
    free = rules.may_be_designated(delegator, delegate, standing.facts.status, ever_added=standing.ever_added)
    if not free or surveyor is None or candidate is None:
        return None
    return events.DelegateAdded(
        id=ids.uuid7(),
        delegator=surveyor,
        matricule=standing.facts.matricule or "",
        delegate=candidate,
        added_at=standing.now,
    )


async def remove_delegate(connection: Connection, delegator: UUID, delegation: UUID) -> None:
    """End a delegation for good (Q7, Q29); `not-found` when it is not this delegator's or has ended."""
    await store.lock_delegator(connection, delegator)
    row = await store.update_delegation_removed(connection, delegation, delegator)
    if row is None:
        raise common.NotFound
    people = await store.find_people(connection, row["delegator_id"], row["delegate_id"])
    removed = events.DelegateRemoved.model_validate(_state(row, people))
    await outbox.emit(connection, removed, sequence=row["version"])


async def begin_acting(connection: Connection, delegate: UUID, delegator: UUID) -> rules.Grant:
    """Ensure that a delegate may act for a delegator now, and say so when he had not for 30 minutes.

    Raises the refusal that a decision would give: `not-a-surveyor`, `licence-suspended`, `no-delegation`.
    The update comes first, so that nobody who holds a share of the row ever asks for more.
    """
    started = await store.update_delegation_acting(connection, delegator, delegate)
    facts, name = await store.lock_facts(connection, delegate, delegator)
    if refusal := rules.refusal(rules.Asked(delegate, delegator, acted=True), facts):
        raise refusal
    if started:
        people = await store.find_people(connection, delegator, delegate)
        acting = events.ActingStarted.model_validate(_state(started, people))
        on_behalf_of = f"user:{delegator}"
        await outbox.emit(connection, acting, sequence=started["version"], on_behalf_of=on_behalf_of)
    return rules.Grant(delegator, name, facts)


def _state(row: Record, people: dict[UUID, Record]) -> dict[str, object]:
    if row["delegator_id"] not in people:
        # The licence was heard of before its holder: that takes a moment only.
        raise common.TemporarilyUnavailable(retry_after=1)
    return {
        "id": row["id"],
        "delegator": Person.model_validate(dict(people[row["delegator_id"]])),
        "matricule": row["matricule"],
        "delegate": Person.model_validate(dict(people[row["delegate_id"]])),
        "added_at": row["added_at"],
        "removed_at": row["removed_at"],
    }
