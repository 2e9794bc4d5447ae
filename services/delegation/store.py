"""Delegation's named queries as functions."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from services.delegation import rules
from shared.contracts.events.accounts import LicenceStatus
from shared.contracts.people import Person
from shared.db import queries
from shared.messaging import outbox

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from uuid import UUID

    from asyncpg import Record

    from shared.contracts.events import delegation as events
    from shared.contracts.events.accounts import Licence
    from shared.contracts.events.delegation import SearchField
    from shared.contracts.events.identity import User
    from shared.db.pool import Connection, Pool
    from shared.web import idempotency

SQL = queries.load("services.delegation")
STATUS = {status.value: status for status in LicenceStatus}


async def upsert_person(connection: Connection, user: User, version: int) -> None:
    """Keep the newest state of a person."""
    await connection.execute(
        SQL["upsert_person"],
        user.id,
        user.username,
        rules.normal_form(user.username),
        user.email,
        rules.normal_form(user.email),
        user.first_name,
        user.last_name,
        rules.sort_key(user.first_name, user.last_name),
        user.language,
        user.verified,
        version,
    )


async def upsert_licence(connection: Connection, licence: Licence, version: int) -> None:
    """Keep the newest state of a licence."""
    names = (licence.first_name, licence.last_name)
    values = (licence.id, licence.matricule, *names, licence.status, licence.holder, version)
    await connection.execute(SQL["upsert_licence"], *values)


async def lock_delegator(connection: Connection, delegator: UUID) -> bool:
    """Lock a surveyor's row, and tell whether he ever had a delegate."""
    return bool(await connection.fetchval(SQL["lock_delegator"], delegator))


async def lock_licence(connection: Connection, holder: UUID) -> rules.Facts:
    """Give the licence that a person holds, kept as it is until the transaction ends."""
    return facts(await connection.fetchrow(SQL["lock_licence"], holder))


async def count_search(connection: Connection, delegator: UUID) -> int:
    """Count a search; give the delegator's version."""
    return int(await connection.fetchval(SQL["count_search"], delegator))


async def find_candidate(connection: Connection, by: SearchField, value: str) -> Record | None:
    """Find the verified person of exactly this user name or e-mail address."""
    return await connection.fetchrow(SQL[f"find_candidate_by_{by.value}"], rules.normal_form(value))


async def find_people(connection: Connection, *people: UUID) -> dict[UUID, Record]:
    """Give those of these people who are known."""
    return {row["id"]: row for row in await connection.fetch(SQL["find_people"], list(people))}


async def lock_people(connection: Connection, *people: UUID) -> dict[UUID, Record]:
    """Give those of these people who are known, kept as they are until the transaction ends."""
    return {row["id"]: row for row in await connection.fetch(SQL["lock_people"], list(people))}


async def read_clock(connection: Connection) -> datetime:
    """Give the database's time."""
    now: datetime = await connection.fetchval(SQL["read_clock"])
    return now


async def insert_delegation(
    connection: Connection, delegation: UUID, delegator: UUID, delegate: UUID, matricule: str
) -> Record | None:
    """Designate a delegate; None when the surveyor has this one already."""
    return await connection.fetchrow(SQL["insert_delegation"], delegation, delegator, delegate, matricule)


class Standing(NamedTuple):
    """What a designation rests on: the surveyor with his licence, the candidate, and the database's time."""

    ever_added: bool
    facts: rules.Facts
    surveyor: Person | None
    candidate: Person | None
    now: datetime


class Designation(NamedTuple):
    """A designation to write, with the event that says it and the answer that is kept for its key."""

    added: events.DelegateAdded
    licence: UUID
    said: outbox.Row
    kept: idempotency.Row


async def list_standings(pool: Pool, asked: Sequence[tuple[UUID, UUID]]) -> list[Standing]:
    """Give what designations rest on for pairs of surveyor and candidate; an unverified candidate is none."""
    surveyors, candidates = zip(*asked, strict=True)
    return [_standing(row) for row in await pool.fetch(SQL["list_standings"], surveyors, candidates)]


def _standing(row: Record) -> Standing:
    status = STATUS.get(row["status"])
    facts = rules.Facts(row["licence"], row["matricule"], status)
    candidate = _person(row, "c_") if row["verified"] else None
    return Standing(bool(row["ever_added"]), facts, _person(row, "s_"), candidate, row["now"])


def _person(row: Record, prefix: str) -> Person | None:
    if row[prefix + "id"] is None:
        return None
    return Person.model_validate({name: row[prefix + name] for name in Person.model_fields})


async def insert_designations(pool: Pool, asked: Sequence[Designation]) -> list[bool]:
    """Designate in one statement, and tell for each whether it was done."""
    columns = (list(column) for column in zip(*map(_row, asked), strict=True))
    done = {row["id"] for row in await pool.fetch(SQL["insert_designations"], *columns)}
    if done:
        pool.ring(outbox.CHANNEL)
    return [one.added.id in done for one in asked]


def _row(one: Designation) -> tuple[object, ...]:
    added = one.added
    ids = (added.id, added.delegator.id, added.delegate.id, one.licence)
    return (*ids, added.matricule, added.added_at, *one.said, *one.kept)


async def update_delegation_removed(connection: Connection, delegation: UUID, delegator: UUID) -> Record | None:
    """End a delegation; None when this delegator has none of this id that has not ended."""
    return await connection.fetchrow(SQL["update_delegation_removed"], delegation, delegator)


async def update_delegations_orphaned(connection: Connection, person: UUID) -> None:
    """End the delegations by or to a person who is no more."""
    await connection.execute(SQL["update_delegations_orphaned"], person)


async def update_delegation_acting(connection: Connection, delegator: UUID, delegate: UUID) -> Record | None:
    """Note that the delegate begins to act; None when he acted in the last half hour, or has no delegation."""
    return await connection.fetchrow(SQL["update_delegation_acting"], delegator, delegate)


async def lock_facts(connection: Connection, performer: UUID, surveyor: UUID) -> tuple[rules.Facts, str]:
    """Give what a decision rests on, kept as it is until the transaction ends, and the surveyor's name."""
    (row,) = await connection.fetch(SQL["lock_facts"], performer, surveyor)
    return facts(row), f"{row['first_name']} {row['last_name']}"


async def list_facts(pool: Pool, asked: Sequence[tuple[UUID, UUID]]) -> list[rules.Facts]:
    """Give what decisions rest on for pairs of performer and surveyor, in one statement begun now."""
    performers, surveyors = zip(*asked, strict=True)
    return [facts(row) for row in await pool.fetch(SQL["list_facts"], performers, surveyors)]


def facts(row: Record | None) -> rules.Facts:
    """Read facts from a row; without a licence there are none."""
    if row is None or row["licence"] is None:
        return rules.Facts()
    return rules.Facts(row["licence"], row["matricule"], STATUS[row["status"]], row["delegation"], row["version"])


async def find_standing(pool: Pool, person: UUID) -> Record:
    """Say what a person is: surveyor or not, with delegates ever, a delegate ever, and the time."""
    (row,) = await pool.fetch(SQL["find_standing"], person)
    return row


async def list_delegates(pool: Pool, delegator: UUID, after: UUID | None, limit: int) -> list[Record]:
    """Give present delegates by name."""
    return await pool.fetch(SQL["list_delegates"], delegator, after, limit)


async def list_delegators(pool: Pool, delegate: UUID, after: UUID | None, limit: int) -> list[Record]:
    """Give present delegators by name."""
    return await pool.fetch(SQL["list_delegators"], delegate, after, limit)
