"""Registering, proving the address, and forgetting those who never did (Q15, Q16, decision 12).

The answer to a registration never tells whether the address is known: that is found out
after it, by the worker, and told by e-mail to the owner alone. A taken user name is told
at once: user names are handles that people give each other (Q16, Q25).
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

import structlog

from services.identity import limits, rules, schemas, store, tokens
from services.identity.commands import speaking, strength
from services.identity.store import Registration, Request
from shared import ids
from shared.contracts.events import identity as events
from shared.contracts.problems import identity as problems
from shared.messaging import forgetting

if TYPE_CHECKING:
    from services.identity.deps import Deps
    from shared.db.pool import Connection

log = structlog.get_logger()


async def register(deps: Deps, new: schemas.NewPerson, address: str) -> None:
    """Keep a registration to be worked off (`username-taken`, `password-too-weak`, `too-many-requests`)."""
    await limits.admit_registration(deps, address)
    password = new.password.get_secret_value()
    names = (new.username, new.email.partition("@")[0], new.first_name, new.last_name)
    strength.ensure_strong(password, names, deps.common)
    registration = _registration(new, await deps.hasher.hash(password))
    async with deps.pool.transaction() as connection:
        await store.lock_key(connection, registration.username_key)
        if not await store.insert_registration(connection, registration):
            log.info("user name taken")
            raise problems.UsernameTaken
        await store.insert_request(connection, "registration", str(registration.id))


def _registration(new: schemas.NewPerson, hashed: str) -> Registration:
    return Registration(
        id=ids.uuid7(),
        username=new.username,
        username_key=rules.key(new.username),
        email=new.email,
        email_key=rules.key(new.email),
        first_name=new.first_name,
        last_name=new.last_name,
        language=new.language,
        password_hash=hashed,
    )


async def open_registration(deps: Deps, connection: Connection, request: Request) -> None:
    """Add the person, or tell the owner of the address that somebody registered with it."""
    registration = await store.find_registration(connection, UUID(request.value))
    if registration is None:
        return
    await store.lock_key(connection, registration.username_key)
    await store.lock_key(connection, registration.email_key)
    await forget_stale(connection, registration.username_key, registration.email_key)
    owner = await store.find_person(connection, registration.email_key)
    if owner is None and await store.find_person(connection, registration.username_key) is None:
        await _add(deps, connection, registration)
    elif owner is not None and await limits.may_write(deps, owner.id):
        await speaking.announce(connection, events.RegistrationRepeated, owner.id)
    await store.delete_registration(connection, registration.id)


async def _add(deps: Deps, connection: Connection, registration: Registration) -> None:
    await store.insert_person(connection, registration)
    purpose, email = speaking.REGISTRATION, registration.email
    sealed = await speaking.verification_link(deps, connection, registration.id, purpose, email)
    await speaking.announce(connection, events.UserRegistered, registration.id, sealed=sealed)


async def verify_email(connection: Connection, token: str) -> None:
    """Note that the person got the letter (`link-invalid`); following the same link again changes nothing."""
    digest = tokens.digest(token)
    used = await store.use_link(connection, digest, speaking.REGISTRATION)
    if used is None:
        link = await store.find_link(connection, digest, speaking.REGISTRATION)
        if link is None or not link.used:
            raise problems.LinkInvalid
    elif await store.set_verified(connection, used["person_id"]):
        await speaking.announce(connection, events.UserVerified, used["person_id"])


async def ask_verification(deps: Deps, email: str, address: str) -> None:
    """Note that somebody wants the verification letter again (`too-many-requests`)."""
    await limits.admit_letter(deps, address)
    await store.insert_request(deps.pool, "verification", email)


async def send_verification(deps: Deps, connection: Connection, request: Request) -> None:
    """Mail a new link to a person who has not proved the address yet."""
    person = await store.find_person(connection, rules.key(request.value))
    if person is None or person.verified or not await limits.may_write(deps, person.id):
        return
    sealed = await speaking.verification_link(deps, connection, person.id, speaking.REGISTRATION, person.email)
    await speaking.announce(connection, events.VerificationRequested, person.id, sent_to=person.email, sealed=sealed)


async def forget_stale(connection: Connection, *keys: str) -> None:
    """Let people who did not prove their address in time make room for others who want the name or the address."""
    for person_id in await store.lock_stale(connection, keys):
        await forget(connection, person_id)


async def purge(deps: Deps) -> None:
    """Forget people who did not prove their address within 7 days."""
    async with deps.pool.transaction() as connection:
        for person_id in await store.list_purgeable(connection, rules.UNVERIFIED_KEPT):
            if await store.lock_person(connection, person_id) is not None:
                await forget(connection, person_id)


async def forget(connection: Connection, person_id: UUID) -> None:
    """Remove a person, and what was said of him; the other services hear that they must forget him too."""
    await speaking.announce_removal(connection, person_id)
    await store.delete_person(connection, person_id)
    await forgetting.forget(connection, person_id)
