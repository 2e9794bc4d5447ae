"""Changing a password, and recovering a forgotten user name or password (Q14, Q24, decision 12)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from services.identity import limits, rules, store, store_sessions, tokens
from services.identity.commands import sessions, speaking, strength
from shared.contracts.events import identity as events
from shared.contracts.problems import identity as problems

if TYPE_CHECKING:
    from uuid import UUID

    from services.identity.deps import Deps
    from services.identity.store import Person, Request
    from shared.db.pool import Connection


async def ensure_password(deps: Deps, person: Person, password: str, address: str) -> None:
    """Ask a person who is signed in for the password once more (`wrong-password`, `too-many-requests`)."""
    guessing = limits.Guessing(deps, f"confirm:{person.id}", address)
    await guessing.charge()
    if not await deps.hasher.verify(person.password_hash, password):
        await guessing.failed()
        raise problems.WrongPassword
    await guessing.succeeded()


async def change_password(deps: Deps, person: Person, old: str, new: str, address: str) -> sessions.Begun:
    """Change the password, end every session and begin a new one (`wrong-password`, `password-too-weak`)."""
    await ensure_password(deps, person, old, address)
    strength.ensure_strong(new, person.names, deps.common, former=old)
    hashed = await deps.hasher.hash(new)
    async with deps.pool.transaction() as connection:
        present = await store.lock_person(connection, person.id)
        if present is None or present.password_hash != person.password_hash:
            raise problems.WrongPassword
        changed = await _set_password(connection, person.id, hashed, by_recovery=False)
        return await sessions.begin(deps, connection, changed, remember_device=True)


async def _set_password(connection: Connection, person_id: UUID, hashed: str, *, by_recovery: bool) -> Person:
    changed_at = await store.set_password(connection, person_id, hashed)
    await store.delete_links(connection, person_id, speaking.PASSWORD)
    await store_sessions.end_sessions(connection, person_id)
    await store_sessions.delete_devices(connection, person_id)
    more = {"changed_at": changed_at, "by_recovery": by_recovery}
    return await speaking.announce(connection, events.PasswordChanged, person_id, **more)


async def ask_username(deps: Deps, email: str, address: str) -> None:
    """Note that somebody forgot the user name (`too-many-requests`)."""
    await limits.admit_letter(deps, address)
    await store.insert_request(deps.pool, "username", email)


async def ask_reset(deps: Deps, login: str, address: str) -> None:
    """Note that somebody forgot the password; the account stays as it is (`too-many-requests`)."""
    await limits.admit_letter(deps, address)
    await store.insert_request(deps.pool, "password", login)


async def send_username(deps: Deps, connection: Connection, request: Request) -> None:
    """Mail the user name to the owner of the address, if there is one."""
    person = await store.find_person(connection, rules.key(request.value))
    if person is not None and await limits.may_write(deps, person.id):
        await speaking.announce(connection, events.UsernameRequested, person.id)


async def send_reset(deps: Deps, connection: Connection, request: Request) -> None:
    """Mail a recovery link to the person, if there is one; who has not proved the address gets that link instead."""
    person = await store.find_person(connection, rules.key(request.value))
    if person is None or not await limits.may_write(deps, person.id):
        return
    if not person.verified:
        sealed = await speaking.verification_link(deps, connection, person.id, speaking.REGISTRATION, person.email)
        more = {"sent_to": person.email, "sealed": sealed}
        await speaking.announce(connection, events.VerificationRequested, person.id, **more)
    else:
        sealed = await speaking.reset_link(deps, connection, person)
        await speaking.announce(connection, events.PasswordResetRequested, person.id, sealed=sealed)


async def reset_password(deps: Deps, token: str, new: str, address: str) -> None:
    """Set a new password by a recovery link, once; nobody is signed in by it (`link-invalid`, `password-too-weak`)."""
    await limits.admit_letter(deps, address)
    digest = tokens.digest(token)
    link = await store.find_link(deps.pool, digest, speaking.PASSWORD)
    person = await store.find_person(deps.pool, rules.key(link.email)) if link and link.live else None
    if person is None:
        raise problems.LinkInvalid
    strength.ensure_strong(new, person.names, deps.common)
    hashed = await deps.hasher.hash(new)
    async with deps.pool.transaction() as connection:
        await store.lock_person(connection, person.id)
        if await store.use_link(connection, digest, speaking.PASSWORD) is None:
            raise problems.LinkInvalid
        await _set_password(connection, person.id, hashed, by_recovery=True)
    await limits.forgive(deps, person.id)
