"""Connected applications and their secrets (RFC 6749 §4.4)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from services.identity import rules, store_sessions, tokens
from shared.contracts.problems import common
from shared.contracts.problems import identity as problems

if TYPE_CHECKING:
    from services.identity.deps import Deps
    from shared.db.pool import Connection

SHORTEST_SECRET = 32


async def register_application(connection: Connection, client_id: str, name: str, secret: str | None = None) -> str:
    """Add an application and give its secret (`client-id-taken`).

    With a secret of the caller's the call may be repeated: the application then accepts that one
    too, as when it is configured from a file.
    """
    added = await store_sessions.insert_application(connection, client_id, name)
    if not added and secret is None:
        raise problems.ClientIdTaken
    if secret is not None and len(secret) < SHORTEST_SECRET:
        raise ValueError(f"a client secret has at least {SHORTEST_SECRET} characters")
    chosen = secret or tokens.new_token()
    await store_sessions.upsert_secret(connection, client_id, tokens.digest(chosen))
    return chosen


async def rotate_secret(connection: Connection, client_id: str) -> str:
    """Make a new secret; the present one stays accepted for 24 hours (`not-found`)."""
    if not await store_sessions.lock_application(connection, client_id):
        raise common.NotFound
    await store_sessions.limit_secrets(connection, client_id, rules.SECRET_OVERLAP)
    secret = tokens.new_token()
    await store_sessions.upsert_secret(connection, client_id, tokens.digest(secret))
    return secret


async def remove_application(connection: Connection, client_id: str) -> None:
    """Remove an application with its secrets (`not-found`); tokens it holds expire within 5 minutes."""
    if not await store_sessions.delete_application(connection, client_id):
        raise common.NotFound


async def authenticate(deps: Deps, client_id: str, secret: str) -> None:
    """Check a client's secret (`invalid-client`); its 256 random bits need no throttle."""
    # PostgreSQL takes no NUL in a text, and no client id of ours holds one.
    known = client_id.isprintable() and await store_sessions.find_secret(deps.pool, client_id, tokens.digest(secret))
    if not known:
        raise problems.InvalidClient
