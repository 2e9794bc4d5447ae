"""What accounts does with licences: grant, suspend, reinstate, issue PINs. Importing is in `imports.py`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar
from uuid import UUID

import structlog

from services.accounts import rules, store
from shared.contracts.events import accounts as events
from shared.contracts.problems import accounts as problems
from shared.contracts.problems import common
from shared.contracts.secrets import PinSecret
from shared.messaging import outbox
from shared.web import throttle

if TYPE_CHECKING:
    from asyncpg import Record

    from shared.crypto.keyring import Keyring
    from shared.crypto.sealing import Sealer
    from shared.db.pool import Connection, Pool

log = structlog.get_logger()
L = TypeVar("L", bound=events.Licence)

DAY = 86_400
FIRST_TRIES = throttle.Limit(3, DAY)
"""Every person has these each day, whatever others do: one guesser never locks out another (decision 9)."""
BURST = throttle.Limit(5, 900)
DAILY = throttle.Limit(20, DAY)
ALL_FAILURES = throttle.Limit(100, 3600)
PURPOSE = "pin"


@dataclass(frozen=True, slots=True)
class Secrets:
    """The keys of PINs, and the seal that only notifications opens."""

    pins: Keyring
    sealer: Sealer

    def new_pin(self) -> tuple[bytes, bytes, str]:
        """Make a PIN; give its digest, its ciphertext for display, and the sealed notice."""
        pin = rules.make_pin()
        signs = rules.normalise_pin(pin)
        assert signs is not None
        digest, shown = self.pins.digest(signs, PURPOSE), self.pins.seal(pin.encode(), PURPOSE)
        return digest, shown, self.sealer.seal(PinSecret(pin=pin))


def licence_event(kind: type[L], row: Record, **more: Any) -> L:
    """Make an event of a licence's row: the state after the change."""
    facts = {name: row[name] for name in ("id", "matricule", "first_name", "last_name", "email", "office", "language")}
    return kind(**facts, status=status_of(row), holder=row["holder"], **more)


def status_of(row: Record) -> events.LicenceStatus:
    """Name the state of a licence; a suspended one is that first."""
    if row["suspended"]:
        return events.LicenceStatus.SUSPENDED
    return events.LicenceStatus.ACTIVE if row["holder"] else events.LicenceStatus.UNCLAIMED


async def remember_person(connection: Connection, person: UUID, *, verified: bool, version: int) -> None:
    """Keep who may claim."""
    await store.upsert_person(connection, person, verified=verified, version=version)


async def claim(connection: Connection, pool: Pool, pins: Keyring, person: UUID, typed: str) -> Record:
    """Give the licence of a PIN to a person (decision 11); exactly one of many claimers gets it.

    `already-a-surveyor` when he holds one; `pin-not-accepted`, the same for every cause;
    `too-many-requests` by person and by all failures together (decision 9).
    """
    await _ensure_may_try(pool, person)
    if not await store.lock_person(connection, person):
        raise common.TemporarilyUnavailable(retry_after=1)
    if await store.find_licence_of(connection, person):
        raise problems.AlreadyASurveyor
    signs = rules.normalise_pin(typed) or ""
    licence = await store.lock_licence_by_pin(connection, pins.digests(signs, PURPOSE))
    if licence is None:
        await _count_failure(pool)
        raise problems.PinNotAccepted
    row = await store.grant_licence(connection, licence["id"], person)
    await outbox.emit(connection, licence_event(events.LicenceGranted, row), sequence=row["version"])
    return row


async def _ensure_may_try(pool: Pool, person: UUID) -> None:
    await throttle.spend(pool, f"pin:burst:{person}", BURST)
    await throttle.spend(pool, f"pin:day:{person}", DAILY)
    try:
        await throttle.spend(pool, f"pin:first:{person}", FIRST_TRIES)
    except common.TooManyRequests:
        await throttle.peek(pool, "pin:failures", ALL_FAILURES)


async def _count_failure(pool: Pool) -> None:
    try:
        await throttle.spend(pool, "pin:failures", ALL_FAILURES)
    except common.TooManyRequests:
        log.error("PINs are being guessed: the budget of failures is spent")  # noqa: TRY400 - no traceback wanted


async def suspend(connection: Connection, licence_id: UUID, reason: str) -> Record:
    """Freeze a licence and its delegations (decision 11); `licence-already-suspended` when it is."""
    await _locked(connection, licence_id, lambda row: not row["suspended"], problems.LicenceAlreadySuspended)
    row = await store.update_suspended(connection, licence_id, suspended=True)
    event = licence_event(events.LicenceSuspended, row, reason=reason)
    await outbox.emit(connection, event, sequence=row["version"])
    return row


async def reinstate(connection: Connection, licence_id: UUID, reason: str) -> Record:
    """Lift a suspension: everything is as before it; `licence-not-suspended` when there is none."""
    await _locked(connection, licence_id, lambda row: row["suspended"], problems.LicenceNotSuspended)
    row = await store.update_suspended(connection, licence_id, suspended=False)
    event = licence_event(events.LicenceReinstated, row, reason=reason)
    await outbox.emit(connection, event, sequence=row["version"])
    return row


async def issue_pin(connection: Connection, secrets: Secrets, licence_id: UUID) -> Record:
    """Give an unclaimed licence another PIN, sent to the roster's address; `licence-already-claimed` otherwise."""
    await _locked(connection, licence_id, lambda row: row["holder"] is None, problems.LicenceAlreadyClaimed)
    digest, shown, sealed = secrets.new_pin()
    row = await store.update_pin(connection, licence_id, digest, shown)
    await outbox.emit(connection, licence_event(events.PinIssued, row, sealed=sealed), sequence=row["version"])
    return row


async def _locked(
    connection: Connection, licence_id: UUID, fits: Callable[[Record], bool], otherwise: type[Exception]
) -> None:
    row = await store.lock_licence(connection, licence_id)
    if row is None:
        raise common.NotFound
    if not fits(row):
        raise otherwise
