"""Named queries about moments in the past, as functions."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from services.delegation import rules, store
from shared.db import queries

if TYPE_CHECKING:
    from asyncpg import Record

    from shared.contracts.events.accounts import Licence
    from shared.db.pool import Connection, Pool

SQL = queries.load("services.delegation", "sql/past.sql")


async def insert_licence_state(connection: Connection, licence: Licence, version: int, since: datetime) -> None:
    """Keep a state of a licence."""
    state = (licence.id, version, licence.matricule, licence.status, licence.holder, since)
    await connection.execute(SQL["insert_licence_state"], *state)


async def list_facts_at(database: Connection | Pool, asked: Sequence[rules.Asked]) -> list[rules.Facts]:
    """Give what decisions rested on, each at its moment."""
    if not asked:
        return []
    columns = ([one.performer for one in asked], [one.surveyor for one in asked], [one.moment for one in asked])
    return [store.facts(row) for row in await database.fetch(SQL["list_facts_at"], *columns)]


async def list_delegates_at(
    database: Connection | Pool, delegator: UUID, moment: datetime, after: UUID | None, limit: int
) -> list[Record]:
    """Give the delegates that a surveyor had at a moment."""
    return await database.fetch(SQL["list_delegates_at"], delegator, moment, after, limit)


async def list_delegators_at(
    pool: Pool, delegate: UUID, moment: datetime, after: UUID | None, limit: int
) -> list[Record]:
    """Give those for whom a person was a delegate at a moment."""
    return await pool.fetch(SQL["list_delegators_at"], delegate, moment, after, limit)


async def insert_attestation(connection: Connection, reference: UUID, content: dict[str, Any]) -> None:
    """Keep what was attested."""
    await connection.execute(SQL["insert_attestation"], reference, content)


async def list_attestations_naming(connection: Connection, person: UUID) -> list[Record]:
    """Give the attestations that name a person."""
    return await connection.fetch(SQL["list_attestations_naming"], str(person))


async def update_attestation(connection: Connection, reference: UUID, content: dict[str, Any]) -> None:
    """Keep an attestation with other words."""
    await connection.execute(SQL["update_attestation"], reference, content)


async def find_attestation(pool: Pool, reference: UUID) -> dict[str, Any] | None:
    """Give what was attested."""
    content: dict[str, Any] | None = await pool.fetchval(SQL["find_attestation"], reference)
    return content
