"""Says what happened to an account: one version and one event for each thing, with the account as it is then."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from services.accounts import store_companies, store_members
from shared.contracts.events import companies as events
from shared.contracts.problems import common
from shared.messaging import outbox

if TYPE_CHECKING:
    from uuid import UUID

    from asyncpg import Record

    from shared.contracts.people import Person
    from shared.db.pool import Connection

Said = tuple[type[events.Account], dict[str, Any]]


async def say(connection: Connection, account_id: UUID, *said: Said) -> Record:
    """Say events of an account that is held, after all is written; give the account with its new version."""
    row = await store_companies.raise_version(connection, account_id, len(said))
    state = account_state(row, row["managers"])
    first = row["version"] - len(said)
    made = [(kind(**state, **more), first + place) for place, (kind, more) in enumerate(said, 1)]
    await outbox.emit_many(connection, made)
    return row


def account_state(row: Record, managers: list[UUID]) -> dict[str, Any]:
    """Give what every event of an account says of it."""
    names = ("id", "kind", "legal_name", "operating_name", "tarion_number", "phone", "email", "language")
    return {
        **{name: row[name] for name in names},
        "address": address(row),
        "claimed": row["claimed_at"] is not None,
        "managers": tuple(managers),
    }


def address(row: Record) -> events.Address:
    """Give the mailing address of an account's row."""
    return events.Address(**{name: row[name] for name in ("street", "unit", "city", "province", "postal_code")})


async def person(connection: Connection, person_id: UUID) -> Person:
    """Give a person as events name him; one of whom we have not heard yet is `temporarily-unavailable`."""
    found = await store_members.find_people(connection, [person_id])
    if person_id not in found:
        raise common.TemporarilyUnavailable(retry_after=1)
    return found[person_id]
