"""Who calls, by the session row: in identity a token alone is not enough."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from services.identity import store_sessions
from shared.contracts.problems import common

if TYPE_CHECKING:
    from services.identity.store import Person
    from shared.db.pool import Connection, Pool
    from shared.web.auth import Principal


def session_of(principal: Principal) -> UUID:
    """Give the session that a person's token names (`sign-in-required`)."""
    try:
        return UUID(principal.session_id)
    except (TypeError, ValueError) as error:
        raise common.SignInRequired from error


async def person(connection: Connection | Pool, principal: Principal) -> Person:
    """Give the person as he is now (`sign-in-required` when the session has ended)."""
    found = await store_sessions.find_caller(connection, session_of(principal))
    if found is None or found.id != principal.user_id:
        raise common.SignInRequired
    return found


async def operator(connection: Connection | Pool, principal: Principal) -> Person:
    """Give the operator (`not-permitted` when the role was taken since the token was signed)."""
    found = await person(connection, principal)
    if not found.operator:
        raise common.NotPermitted
    return found
