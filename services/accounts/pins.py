"""PINs: their keys, and the limits of guessing (decision 9; reliability S6)."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

import prometheus_client
import structlog

from services.accounts import store_members
from services.accounts.rules import pins as rules
from shared import ids
from shared.contracts.events.companies import GuessingDetected
from shared.contracts.problems import common
from shared.contracts.secrets import LinkSecret, PinSecret
from shared.messaging import outbox
from shared.web import metrics, throttle

if TYPE_CHECKING:
    from uuid import UUID

    from shared.contracts.problems.base import Problem
    from shared.crypto.keyring import Keyring
    from shared.crypto.sealing import Sealer
    from shared.db.pool import Pool

log = structlog.get_logger()

PURPOSE = "pin"
HOUR, DAY = 3_600, 86_400

# What is spent comes back evenly, so within one period a limit lets through twice its count.
BURST = throttle.Limit(5, 900)
DAILY = throttle.Limit(10, DAY)
FIRST = throttle.Limit(3, DAY)
FAILURES = throttle.Limit(50, HOUR)
ALARM = throttle.Limit(1, 60)
ALERT = throttle.Limit(1, HOUR)

_failures = prometheus_client.Counter("mandat_pin_failures", "PINs not accepted", registry=metrics.REGISTRY)
_refusals = prometheus_client.Counter(
    "mandat_pin_budget_refusals", "Tries refused because the budget of failures was spent", registry=metrics.REGISTRY
)


@dataclass(frozen=True, slots=True)
class Secrets:
    """The keys of PINs, and the seal that only notifications opens."""

    pins: Keyring
    sealer: Sealer

    def new_pin(self) -> tuple[bytes, bytes, str]:
        """Make a PIN; give its digest, its ciphertext for display, and the sealed notice."""
        pin, digest, shown = self.make()
        return digest, shown, self.seal(pin)

    def make(self) -> tuple[str, bytes, bytes]:
        """Make a PIN that is shown to whoever asks for it; give it, its digest and its ciphertext."""
        pin = rules.make_pin()
        digest = self.pins.digest(pin.replace("-", ""), PURPOSE)
        return pin, digest, self.pins.seal(pin.encode(), PURPOSE)

    def seal(self, pin: str) -> str:
        """Seal a PIN for a notice."""
        return self.sealer.seal(PinSecret(pin=pin))

    def seal_link(self, token: str) -> str:
        """Seal the token of a link for the e-mail that carries it."""
        return self.sealer.seal(LinkSecret(token=token))

    def show(self, shown: bytes) -> str:
        """Open the ciphertext of a PIN."""
        return self.pins.open(shown, PURPOSE).decode()

    def digests(self, typed: str) -> list[bytes]:
        """Give what a typed PIN may lie under, by each accepted key; nothing lies under what cannot be a PIN."""
        return self.pins.digests(rules.normalise_pin(typed) or "", PURPOSE)


async def begin_try(pool: Pool, person: UUID) -> bool:
    """Spend one of a person's tries, 20 a day at most; `too-many-requests`.

    True: one of his first three of the day, which nobody else's failures can take from him. Any
    other is paid from the budget of all failures, 100 an hour at most, whatever comes of it.
    """
    await throttle.spend(pool, f"pin:burst:{person}", BURST)
    await throttle.spend(pool, f"pin:day:{person}", DAILY)
    with suppress(common.TooManyRequests):
        await throttle.spend(pool, f"pin:first:{person}", FIRST)
        return True
    await _spend_failure(pool)
    return False


@asynccontextmanager
async def trying(pool: Pool, person: UUID, refusal: type[Problem]) -> AsyncIterator[None]:
    """Let a person try a PIN within the limits; the refusal that tells a wrong one is counted."""
    first = await begin_try(pool, person)
    try:
        yield
    except refusal:
        await failed(pool, first=first)
        raise


async def failed(pool: Pool, *, first: bool) -> None:
    """Count a PIN that was not accepted; a first try is charged now, so that others' later tries know of it."""
    _failures.inc()
    if first:
        with suppress(common.TooManyRequests):
            await _spend_failure(pool)


async def _spend_failure(pool: Pool) -> None:
    try:
        await throttle.spend(pool, "pin:failures", FAILURES)
    except common.TooManyRequests:
        _refusals.inc()
        with suppress(common.TooManyRequests):
            await throttle.spend(pool, "pin:alarm", ALARM)
            log.error("PINs are being guessed: the budget of failures is spent")  # noqa: TRY400 - no fault of ours
            await _alert(pool)
        raise


async def _alert(pool: Pool) -> None:
    """Tell the operators by e-mail, once or twice an hour however long it goes on."""
    await throttle.spend(pool, "pin:alert", ALERT)
    async with pool.transaction() as connection:
        operators = await store_members.list_operators(connection)
        await outbox.emit(connection, GuessingDetected(id=ids.uuid7(), operators=operators), sequence=1)
