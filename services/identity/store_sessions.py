"""Sessions, refresh tokens and known devices; connected applications and their secrets."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from services.identity.store import SQL, Person

if TYPE_CHECKING:
    from datetime import datetime, timedelta
    from uuid import UUID

    from shared.db.pool import Connection, Pool


@dataclass(frozen=True, slots=True)
class Session:
    """A living session."""

    id: UUID
    created_at: datetime
    last_used_at: datetime
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Refresh:
    """A refresh token: `successor` is sealed, and may be given again while `in_grace`."""

    session_id: UUID
    successor: bytes | None
    used: bool
    in_grace: bool


@dataclass(frozen=True, slots=True)
class Application:
    """A connected application and how many secrets it may use."""

    client_id: str
    name: str
    created_at: datetime
    secrets: int


async def insert_session(
    connection: Connection, session_id: UUID, person_id: UUID, verified_against: datetime, lifetime: timedelta
) -> bool:
    """Begin a session; false when the password was changed since it was verified."""
    begun = await connection.fetchval(SQL["insert_session"], session_id, person_id, verified_against, lifetime)
    return begun is not None


async def insert_refresh(connection: Connection, digest: bytes, session_id: UUID, lifetime: timedelta) -> None:
    """Keep the digest of a session's first refresh token."""
    await connection.execute(SQL["insert_refresh"], digest, session_id, lifetime)


async def rotate_refresh(
    pool: Pool, digest: bytes, following: bytes, sealed: bytes, lifetime: timedelta
) -> UUID | None:
    """Put the successor in place of a refresh token and give the session's id; None when that cannot be."""
    session_id: UUID | None = await pool.fetchval(SQL["rotate_refresh"], digest, following, sealed, lifetime)
    return session_id


async def find_refresh(pool: Pool, digest: bytes, grace: timedelta) -> Refresh | None:
    """Find a refresh token."""
    row = await pool.fetchrow(SQL["find_refresh"], digest, grace)
    return Refresh(**row) if row else None


async def find_caller(connection: Connection | Pool, session_id: UUID) -> Person | None:
    """Give the person of a living session."""
    row = await connection.fetchrow(SQL["find_caller"], session_id)
    return Person(**row) if row else None


async def list_sessions(connection: Connection | Pool, person_id: UUID) -> list[Session]:
    """Give a person's living sessions, the latest first."""
    return [Session(**row) for row in await connection.fetch(SQL["list_sessions"], person_id)]


async def end_session(connection: Connection, session_id: UUID, person_id: UUID) -> bool:
    """End one session of a person; false when he has none such."""
    return await connection.fetchval(SQL["end_session"], session_id, person_id) is not None


async def end_family(pool: Pool, session_id: UUID) -> UUID | None:
    """End the session of a refresh token that was used twice; give its person unless it had ended."""
    person_id: UUID | None = await pool.fetchval(SQL["end_family"], session_id)
    return person_id


async def end_sessions(connection: Connection, person_id: UUID) -> None:
    """End every session of a person."""
    await connection.execute(SQL["end_sessions"], person_id)


async def insert_device(connection: Connection, digest: bytes, person_id: UUID) -> None:
    """Remember a device on which a person signed in; the twenty used last are kept."""
    await connection.execute(SQL["insert_device"], digest, person_id)
    await connection.execute(SQL["trim_devices"], person_id)


async def use_device(pool: Pool, digest: bytes, person_id: UUID | None) -> bool:
    """Tell whether this is a device of this person, and note its use."""
    return await pool.fetchval(SQL["use_device"], digest, person_id) is not None


async def delete_devices(connection: Connection, person_id: UUID) -> None:
    """Forget a person's devices."""
    await connection.execute(SQL["delete_devices"], person_id)


async def insert_application(connection: Connection, client_id: str, name: str) -> bool:
    """Add a connected application; false when the client id is taken."""
    return await connection.fetchval(SQL["insert_application"], client_id, name) is not None


async def lock_application(connection: Connection, client_id: str) -> bool:
    """Tell whether there is such an application, and keep others from changing its secrets."""
    return await connection.fetchval(SQL["lock_application"], client_id) is not None


async def has_application(pool: Pool, client_id: str) -> bool:
    """Tell whether there is such an application."""
    return bool(await pool.fetchval(SQL["has_application"], client_id))


async def list_applications(connection: Connection | Pool) -> list[Application]:
    """Give the connected applications."""
    return [Application(**row) for row in await connection.fetch(SQL["list_applications"])]


async def delete_application(connection: Connection, client_id: str) -> bool:
    """Remove an application; false when there is none such."""
    return await connection.fetchval(SQL["delete_application"], client_id) is not None


async def limit_secrets(connection: Connection, client_id: str, overlap: timedelta) -> None:
    """Let the newest secret live for a while longer; the older ones end at once."""
    await connection.execute(SQL["limit_secrets"], client_id, overlap)


async def upsert_secret(connection: Connection, client_id: str, digest: bytes) -> None:
    """Accept a secret from now on."""
    await connection.execute(SQL["upsert_secret"], client_id, digest)


async def find_secret(pool: Pool, client_id: str, digest: bytes) -> bool:
    """Tell whether this is a living secret of the application."""
    return await pool.fetchval(SQL["find_secret"], client_id, digest) is not None
