"""Licences: grant, suspend, reinstate, issue PINs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from services.accounts import pins, store
from services.accounts.commands import access
from services.accounts.rules import licences as rules
from shared.contracts.events import accounts as events
from shared.contracts.problems import accounts as problems
from shared.contracts.problems import common
from shared.messaging import outbox

if TYPE_CHECKING:
    from collections.abc import Callable
    from uuid import UUID

    from asyncpg import Record

    from shared.db.pool import Connection, Pool

L = TypeVar("L", bound=events.Licence)


def licence_event(kind: type[L], row: Record, **more: Any) -> L:
    """Make an event of a licence's row: the state after the change."""
    facts = {name: row[name] for name in ("id", "matricule", "first_name", "last_name", "email", "office", "language")}
    return kind(**facts, holder=row["holder"], status=rules.status(row["holder"], suspended=row["suspended"]), **more)


async def claim(pool: Pool, secrets: pins.Secrets, person: UUID, typed: str) -> Record:
    """Give the licence of a PIN to a person (decision 11); exactly one of many claimers gets it.

    Sent again by its holder it is done already. `already-a-surveyor` when he holds another one;
    `pin-not-accepted`, the same for every cause; `too-many-requests` by person and by all failures
    together (decision 9).
    """
    if not await store.is_verified(pool, person):
        # Verified a moment ago, and we have not heard of it yet: that must not cost a try.
        raise common.TemporarilyUnavailable(retry_after=1)
    first = await pins.begin_try(pool, person)
    try:
        async with pool.transaction() as connection:
            return await _claim(connection, secrets.digests(typed), person)
    except problems.PinNotAccepted:
        await pins.failed(pool, first=first)
        raise


async def _claim(connection: Connection, digests: list[bytes], person: UUID) -> Record:
    await access.ensure_there(connection, person)
    if held := await store.find_licence_of(connection, person):
        if held["claimed_with"] in digests:
            return held
        raise problems.AlreadyASurveyor
    licence = await store.lock_licence_by_pin(connection, digests)
    if licence is None:
        raise problems.PinNotAccepted
    row = await store.grant_licence(connection, licence["id"], person)
    await outbox.emit(connection, licence_event(events.LicenceGranted, row), sequence=row["version"])
    return row


async def release(connection: Connection, gone: UUID) -> None:
    """Part a licence from a holder whose identifier ended: an operator can have another PIN sent for it."""
    if row := await store.release_licence(connection, gone):
        await outbox.emit(connection, licence_event(events.LicenceReleased, row), sequence=row["version"])


async def suspend(connection: Connection, licence_id: UUID, reason: str) -> Record:
    """Freeze a licence and its delegations (decision 11); `licence-already-suspended` when it is."""
    await _lock(connection, licence_id, lambda row: not row["suspended"], problems.LicenceAlreadySuspended)
    row = await store.update_suspended(connection, licence_id, suspended=True)
    event = licence_event(events.LicenceSuspended, row, reason=reason)
    await outbox.emit(connection, event, sequence=row["version"])
    return row


async def reinstate(connection: Connection, licence_id: UUID, reason: str) -> Record:
    """Lift a suspension: everything is as before it; `licence-not-suspended` when there is none."""
    await _lock(connection, licence_id, lambda row: row["suspended"], problems.LicenceNotSuspended)
    row = await store.update_suspended(connection, licence_id, suspended=False)
    event = licence_event(events.LicenceReinstated, row, reason=reason)
    await outbox.emit(connection, event, sequence=row["version"])
    return row


async def issue_pin(connection: Connection, secrets: pins.Secrets, licence_id: UUID) -> Record:
    """Give an unclaimed licence another PIN, sent to the roster's address; `licence-already-claimed` otherwise."""
    await _lock(connection, licence_id, lambda row: row["holder"] is None, problems.LicenceAlreadyClaimed)
    digest, shown, sealed = secrets.new_pin()
    row = await store.update_pin(connection, licence_id, digest, shown)
    await outbox.emit(connection, licence_event(events.PinIssued, row, sealed=sealed), sequence=row["version"])
    return row


async def _lock(
    connection: Connection, licence_id: UUID, fits: Callable[[Record], bool], otherwise: type[Exception]
) -> None:
    row = await store.lock_licence(connection, licence_id)
    if row is None:
        raise common.NotFound
    if not fits(row):
        raise otherwise
