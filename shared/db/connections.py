"""What every database connection of ours looks like, and which errors mean that the database is away."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, TypeAlias
from uuid import UUID, SafeUUID

import asyncpg
import orjson

if TYPE_CHECKING:
    from collections.abc import Mapping

    _Connection: TypeAlias = asyncpg.Connection[asyncpg.Record]
else:
    _Connection = asyncpg.Connection


class Connection(_Connection):
    """One connection of ours. `rings` is a channel to ring when it is given back, which is after the commit."""

    rings: str | None = None


CONNECT_SECONDS = 5.0
CLOSE_SECONDS = 5.0
# Longer than statement_timeout: it only ends the wait for a server that has stopped answering at all.
COMMAND_SECONDS = 15.0
SETTINGS = {
    "timezone": "UTC",
    "jit": "off",
    "lock_timeout": "2s",
    "statement_timeout": "10s",
    "idle_in_transaction_session_timeout": "15s",
    "default_transaction_isolation": "read committed",
}

LOST = (
    ConnectionError,
    asyncpg.PostgresConnectionError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    asyncpg.CannotConnectNowError,
    asyncpg.IdleInTransactionSessionTimeoutError,
    asyncpg.IdleSessionTimeoutError,
)
# What connecting raises while the database is away, starting, or full.
AWAY = (*LOST, OSError, asyncpg.TooManyConnectionsError)
CONFLICTS = (
    asyncpg.DeadlockDetectedError,
    asyncpg.SerializationError,
    asyncpg.LockNotAvailableError,
    asyncpg.InvalidCachedStatementError,
)


UNKNOWN = SafeUUID.unknown
"""Looked up once: a member of an enumeration takes as long to name as an id to make."""


class Unavailable(Exception):
    """No database connection within the time limit, or it was lost; the caller may try again later (503)."""


async def connect(
    dsn: str,
    *,
    name: str,
    settings: Mapping[str, str] | None = None,
    command_seconds: float | None = COMMAND_SECONDS,
) -> Connection:
    """Open one connection with our limits and codecs; `settings` overrides some. Raises Unavailable (within 5 s)."""
    try:
        async with asyncio.timeout(CONNECT_SECONDS):
            connection = await asyncpg.connect(
                dsn,
                timeout=CONNECT_SECONDS,
                command_timeout=command_seconds,
                connection_class=Connection,
                server_settings={"application_name": name, **SETTINGS, **(settings or {})},
            )
            await prepare(connection)
    except AWAY as error:
        raise Unavailable(f"the database of {name} is away: {type(error).__name__}") from error
    return connection


async def prepare(connection: Connection) -> None:
    """Register our codecs: json and jsonb are Python objects both ways, uuid is the standard library's."""
    await _set_codec(connection, "json", orjson.dumps, orjson.loads)
    await _set_codec(connection, "jsonb", _to_jsonb, _from_jsonb)
    # asyncpg's own is a subclass of UUID that orjson does not write.
    await _set_codec(connection, "uuid", _to_uuid, _from_uuid)


async def _set_codec(connection: Connection, name: str, encoder: Any, decoder: Any) -> None:
    await connection.set_type_codec(name, schema="pg_catalog", encoder=encoder, decoder=decoder, format="binary")


def _to_jsonb(value: Any) -> bytes:
    return b"\x01" + orjson.dumps(value)  # the byte is the version of jsonb's wire format


def _from_jsonb(data: bytes) -> Any:
    return orjson.loads(data[1:])


def _to_uuid(value: UUID | str) -> bytes:
    return (value if isinstance(value, UUID) else UUID(value)).bytes


def _from_uuid(data: bytes) -> UUID:
    # The constructor checks what needs no check here, and takes three times as long.
    found = object.__new__(UUID)
    object.__setattr__(found, "int", int.from_bytes(data))
    object.__setattr__(found, "is_safe", UNKNOWN)
    return found


def is_lost(error: BaseException, connection: Connection) -> bool:
    """Tell whether an error in work on this connection means that the connection is gone."""
    # asyncpg says InternalClientError when the session ends just before a statement.
    doubtful = (OSError, asyncpg.InterfaceError, asyncpg.InternalClientError)
    return isinstance(error, LOST) or (isinstance(error, doubtful) and _is_closed(connection))


def _is_closed(connection: Connection) -> bool:
    return connection.is_closed()


def is_transient(error: BaseException) -> bool:
    """Tell whether the same work may pass when tried again: deadlock, conflict, lock wait, lost connection."""
    if isinstance(error, asyncpg.InterfaceError):
        return "is closed" in str(error)
    return isinstance(error, (Unavailable, *LOST, *CONFLICTS, asyncpg.TooManyConnectionsError))
