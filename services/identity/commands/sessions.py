"""Signing in and out, and the rotation of refresh tokens (ASVS 7, RFC 9700 §4.14)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import structlog

from services.identity import limits, rules, store, store_sessions, tokens
from shared import ids
from shared.contracts.problems import common
from shared.contracts.problems import identity as problems

if TYPE_CHECKING:
    from uuid import UUID

    from services.identity.deps import Deps
    from services.identity.store import Person
    from shared.db.pool import Connection

log = structlog.get_logger()

CONTEXT = "refresh token"


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Begun:
    """A session with the secrets that carry it on; `device_token` only when the device was not known."""

    person: Person
    session_id: UUID
    refresh_token: str
    device_token: str | None = None


async def sign_in(deps: Deps, login: str, password: str, device_token: str | None, address: str) -> Begun:
    """Begin a session (`wrong-credentials`, `email-not-verified`, `too-many-requests`).

    An unknown person costs the same statements and the same hash as a known one.
    """
    key = rules.key(login)
    person = await store.find_person(deps.pool, key)
    device = await _known_device(deps, person, device_token)
    guessing = limits.Guessing(deps, str(person.id) if person else key, address, device=device)
    await guessing.charge()
    if not await deps.hasher.verify(person.password_hash if person else None, password) or person is None:
        await guessing.failed()
        raise problems.WrongCredentials
    await guessing.succeeded()
    if not person.verified:
        raise problems.EmailNotVerified
    await _refresh_hash(deps, person, password)
    async with deps.pool.transaction() as connection:
        return await begin(deps, connection, person, remember_device=device is None)


async def _known_device(deps: Deps, person: Person | None, device_token: str | None) -> bytes | None:
    if device_token is None:
        return None
    digest = tokens.digest(device_token)
    known = await store_sessions.use_device(deps.pool, digest, person.id if person else None)
    return digest if known else None


async def _refresh_hash(deps: Deps, person: Person, password: str) -> None:
    if deps.hasher.is_outdated(person.password_hash):
        hashed = await deps.hasher.hash(password)
        await store.set_hash(deps.pool, person.id, person.password_hash, hashed)


async def begin(deps: Deps, connection: Connection, person: Person, *, remember_device: bool) -> Begun:
    """Begin a session of a person whose password was just verified (`wrong-credentials` if it changed meanwhile)."""
    session_id, refresh_token = ids.uuid7(), tokens.new_token()
    lifetime = deps.settings.session_lifetime
    if not await store_sessions.insert_session(connection, session_id, person.id, person.password_changed_at, lifetime):
        raise problems.WrongCredentials
    await store_sessions.insert_refresh(
        connection, tokens.digest(refresh_token), session_id, deps.settings.idle_lifetime
    )
    device_token = tokens.new_token() if remember_device else None
    if device_token:
        await store_sessions.insert_device(connection, tokens.digest(device_token), person.id)
    return Begun(person=person, session_id=session_id, refresh_token=refresh_token, device_token=device_token)


async def refresh(deps: Deps, refresh_token: str) -> Begun:
    """Exchange a refresh token for its successor (`sign-in-required`).

    Many at once get the same successor for 45 seconds; a token used later was stolen, or its
    successor was: the whole session ends.
    """
    digest, following = tokens.digest(refresh_token), tokens.new_token()
    sealed = deps.keyring.seal(following.encode(), CONTEXT)
    session_id = await store_sessions.rotate_refresh(
        deps.pool, digest, tokens.digest(following), sealed, deps.settings.idle_lifetime
    )
    if session_id is None:
        session_id, following = await _second_use(deps, digest)
    person = await store_sessions.find_caller(deps.pool, session_id)
    if person is None:
        raise common.SignInRequired
    return Begun(person=person, session_id=session_id, refresh_token=following)


async def _second_use(deps: Deps, digest: bytes) -> tuple[UUID, str]:
    found = await store_sessions.find_refresh(deps.pool, digest, rules.REFRESH_GRACE)
    if found is not None and found.in_grace and found.successor is not None:
        return found.session_id, deps.keyring.open(found.successor, CONTEXT).decode()
    if found is not None and found.used and await store_sessions.end_family(deps.pool, found.session_id):
        log.warning("refresh token used again: session ended", session=str(found.session_id))
    raise common.SignInRequired


async def sign_out(connection: Connection, person: Person, session_id: UUID) -> None:
    """End one session of a person (`not-found`)."""
    if not await store_sessions.end_session(connection, session_id, person.id):
        raise common.NotFound


async def sign_out_everywhere(connection: Connection, person: Person) -> None:
    """End every session of a person."""
    await store_sessions.end_sessions(connection, person.id)
