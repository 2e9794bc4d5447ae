"""A person's names, language and e-mail address."""

from __future__ import annotations

from typing import TYPE_CHECKING

import asyncpg

from services.identity import limits, rules, schemas, store, tokens
from services.identity.commands import passwords, registration, speaking
from shared.contracts.events import identity as events
from shared.contracts.problems import common
from shared.contracts.problems import identity as problems

if TYPE_CHECKING:
    from uuid import UUID

    from services.identity.deps import Deps
    from services.identity.store import Person, Request
    from shared.db.pool import Connection


async def change_profile(connection: Connection, person_id: UUID, change: schemas.ProfileChange) -> Person:
    """Change names and language; what is left out stays, and what is the same is not announced."""
    person = await store.lock_person(connection, person_id)
    if person is None:
        raise common.SignInRequired
    wanted = (
        change.first_name or person.first_name,
        change.last_name or person.last_name,
        str(change.language or person.language),
    )
    if wanted == (person.first_name, person.last_name, person.language):
        return person
    await store.set_profile(connection, person_id, *wanted)
    return await speaking.announce(connection, events.UserChanged, person_id)


async def ask_email_change(deps: Deps, person: Person, email: str, password: str, address: str) -> None:
    """Note that a person wants another address (`wrong-password`, `too-many-requests`)."""
    await limits.admit_letter(deps, address)
    await passwords.ensure_password(deps, person, password, address)
    await store.insert_request(deps.pool, "email", email, person.id)


async def send_email_link(deps: Deps, connection: Connection, request: Request) -> None:
    """Mail a link to the new address; when it is somebody else's, its owner is told instead."""
    if request.person_id is None or not await limits.may_write(deps, request.person_id):
        return
    key = rules.key(request.value)
    await store.lock_key(connection, key)
    await registration.forget_stale(connection, key)
    owner = await store.find_person(connection, key)
    if owner is None:
        sealed = await speaking.verification_link(deps, connection, request.person_id, speaking.EMAIL, request.value)
        more = {"sent_to": request.value, "sealed": sealed}
        await speaking.announce(connection, events.VerificationRequested, request.person_id, **more)
    elif owner.id != request.person_id and await limits.may_write(deps, owner.id):
        await speaking.announce(connection, events.RegistrationRepeated, owner.id)


async def confirm_email(connection: Connection, token: str) -> None:
    """Take the new address, proved by its link; the old one is told (`link-invalid`)."""
    used = await store.use_link(connection, tokens.digest(token), speaking.EMAIL)
    person = await store.lock_person(connection, used["person_id"]) if used else None
    if used is None or person is None:
        raise problems.LinkInvalid
    try:
        await store.set_email(connection, person.id, used["email"], used["email_key"])
    except asyncpg.UniqueViolationError as error:
        raise problems.LinkInvalid from error
    for purpose in (speaking.EMAIL, speaking.PASSWORD):
        await store.delete_links(connection, person.id, purpose)
    await speaking.announce(connection, events.EmailChanged, person.id, former_email=person.email)
