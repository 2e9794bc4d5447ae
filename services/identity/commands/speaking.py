"""How identity says that something happened to a person, and makes the links that are mailed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from services.identity import rules, store, tokens
from shared.contracts import secrets
from shared.contracts.events import identity as events
from shared.messaging import outbox

if TYPE_CHECKING:
    from datetime import timedelta
    from uuid import UUID

    from services.identity.deps import Deps
    from services.identity.store import Person
    from shared.db.pool import Connection

REGISTRATION = "registration"
EMAIL = "email"
PASSWORD = "password"  # noqa: S105 - a purpose, no secret


async def announce(connection: Connection, event: type[events.User], person_id: UUID, **more: Any) -> Person:
    """Say an event about a person as he is now in this transaction, and give him under its version."""
    person = await store.raise_version(connection, person_id)
    said = event(
        id=person.id,
        username=person.username,
        first_name=person.first_name,
        last_name=person.last_name,
        email=person.email,
        language=person.language,
        verified=person.verified,
        operator=person.operator,
        **more,
    )
    await outbox.emit(connection, said, sequence=person.version)
    return person


async def announce_removal(connection: Connection, person_id: UUID) -> None:
    """Say in this transaction that a person is to be forgotten, and no longer who he was."""
    person = await store.raise_version(connection, person_id)
    blank = dict.fromkeys(("username", "first_name", "last_name", "email"), "")
    said = events.UserRemoved(id=person_id, language=person.language, verified=False, operator=False, **blank)
    await outbox.emit(connection, said, sequence=person.version)


async def verification_link(deps: Deps, connection: Connection, person_id: UUID, purpose: str, email: str) -> str:
    """Make a link that proves an address, for 24 hours, and give its token sealed for notifications."""
    token = await _link(connection, person_id, purpose, email, rules.VERIFICATION_LIFETIME)
    return deps.sealer.seal(secrets.VerificationSecret(token=token))


async def reset_link(deps: Deps, connection: Connection, person: Person) -> str:
    """Make a link that sets a new password, for 30 minutes, and give its token sealed for notifications."""
    token = await _link(connection, person.id, PASSWORD, person.email, rules.RESET_LIFETIME)
    return deps.sealer.seal(secrets.ResetSecret(token=token))


async def _link(connection: Connection, person_id: UUID, purpose: str, email: str, lifetime: timedelta) -> str:
    token = tokens.new_token()
    address = (email, rules.key(email))
    await store.insert_link(connection, tokens.digest(token), person_id, purpose, email=address, lifetime=lifetime)
    return token
