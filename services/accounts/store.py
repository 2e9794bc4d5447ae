"""Accounts' named queries as functions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from services.accounts.rules import companies
from shared.db import queries

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from asyncpg import Record

    from services.accounts.rules import rosters
    from shared.contracts.events.identity import User
    from shared.db.pool import Connection, Pool

SQL = queries.load("services.accounts")


async def upsert_person(connection: Connection, user: User, version: int, *, gone: bool = False) -> None:
    """Keep the newest state of a person."""
    names = (user.id, user.username, user.first_name, user.last_name, user.email, user.verified, version)
    more = (user.language.value, user.operator, gone, companies.sort_key(f"{user.last_name} {user.first_name}"))
    await connection.execute(SQL["upsert_person"], *names, *more)


async def is_verified(pool: Pool, person: UUID) -> bool:
    """Tell whether we know a person as verified."""
    return await pool.fetchval(SQL["find_verified"], person) is not None


async def lock_person(connection: Connection, person: UUID) -> bool:
    """Hold a person; tell whether he was removed."""
    return bool(await connection.fetchval(SQL["lock_person"], person))


async def lock_roster(connection: Connection) -> bool:
    """Hold the right to import until the connection closes; False when it is taken."""
    taken: bool = await connection.fetchval(SQL["lock_roster"])
    return taken


async def insert_seen(connection: Connection, matricules: list[str]) -> set[str]:
    """Note matricules of the file that is imported; give those that stand there for the first time."""
    return {row["matricule"] for row in await connection.fetch(SQL["insert_seen"], matricules)}


async def is_done(pool: Pool, import_id: UUID) -> bool:
    """Tell whether an import ran to its end."""
    return await pool.fetchval(SQL["find_done"], import_id) is not None


async def begin_import(connection: Connection, import_id: UUID, started_by: str) -> bool:
    """Begin an import, or again; False when it is done already."""
    async with connection.transaction():
        began = await connection.fetchval(SQL["begin_import"], import_id, started_by) is not None
        if began:
            await connection.execute(SQL["end_others"], import_id)
            await connection.execute(SQL["delete_faults"], import_id)
            await connection.execute(SQL["forget_seen"])
    return began


async def count_import(connection: Connection, import_id: UUID, counts: Sequence[int]) -> None:
    """Count rows, created, changed, unchanged, bad."""
    await connection.execute(SQL["count_import"], import_id, *counts)


async def end_import(connection: Connection, import_id: UUID, state: str) -> None:
    """Say how an import ended."""
    await connection.execute(SQL["end_import"], import_id, state)


async def insert_faults(connection: Connection, import_id: UUID, faults: Sequence[rosters.RowFault]) -> None:
    """Record rows that did not land."""
    columns = [fault.line for fault in faults], [fault.column for fault in faults], [fault.code for fault in faults]
    await connection.execute(SQL["insert_faults"], import_id, *columns)


async def find_import(pool: Pool, import_id: UUID) -> Record | None:
    """Give one import."""
    return await pool.fetchrow(SQL["find_import"], import_id)


async def list_imports(pool: Pool) -> list[Record]:
    """Give the newest 50 imports."""
    return await pool.fetch(SQL["list_imports"])


async def list_faults(pool: Pool, import_id: UUID, after_line: int, limit: int) -> list[Record]:
    """Give faults after a line."""
    return await pool.fetch(SQL["list_faults"], import_id, after_line, limit)


async def lock_licences_by_matricule(connection: Connection, matricules: list[str]) -> dict[str, Record]:
    """Hold licences; give them by matricule."""
    rows = await connection.fetch(SQL["lock_licences_by_matricule"], matricules)
    return {row["matricule"]: row for row in rows}


async def insert_licences(connection: Connection, rows: Sequence[tuple[object, ...]]) -> list[Record]:
    """Insert (id, matricule, first name, last name, e-mail, office, language, PIN digest, sealed PIN)."""
    return await connection.fetch(SQL["insert_licences"], *(list(column) for column in zip(*rows, strict=True)))


async def update_licences(connection: Connection, rows: Sequence[tuple[object, ...]]) -> list[Record]:
    """Correct (id, first name, last name, e-mail, office, language)."""
    return await connection.fetch(SQL["update_licences"], *(list(column) for column in zip(*rows, strict=True)))


async def lock_licence(connection: Connection, licence_id: UUID) -> Record | None:
    """Hold one licence."""
    return await connection.fetchrow(SQL["lock_licence"], licence_id)


async def lock_licence_by_pin(connection: Connection, digests: list[bytes]) -> Record | None:
    """Hold the licence that can be claimed with a PIN."""
    return await connection.fetchrow(SQL["lock_licence_by_pin"], digests)


async def find_licence_of(source: Connection | Pool, person: UUID) -> Record | None:
    """Give the licence a person holds."""
    return await source.fetchrow(SQL["find_licence_of"], person)


async def grant_licence(connection: Connection, licence_id: UUID, holder: UUID) -> Record:
    """Give a licence to its holder."""
    return _one(await connection.fetchrow(SQL["grant_licence"], licence_id, holder))


async def release_licence(connection: Connection, holder: UUID) -> Record | None:
    """Take a licence from its holder; None when he holds none."""
    return await connection.fetchrow(SQL["release_licence"], holder)


async def update_suspended(connection: Connection, licence_id: UUID, *, suspended: bool) -> Record:
    """Suspend or reinstate."""
    return _one(await connection.fetchrow(SQL["update_suspended"], licence_id, suspended))


async def update_pin(connection: Connection, licence_id: UUID, digest: bytes, sealed: bytes) -> Record:
    """Give a licence another PIN."""
    return _one(await connection.fetchrow(SQL["update_pin"], licence_id, digest, sealed))


async def list_licences(pool: Pool, after: str, matricule: str | None, status: str | None, limit: int) -> list[Record]:
    """Give licences after a matricule."""
    return await pool.fetch(SQL["list_licences"], after, matricule, status, limit)


def _one(row: Record | None) -> Record:
    assert row is not None
    return row
