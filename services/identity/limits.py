"""Limits against guessing, searching and mail bombing (reliability §C8); all are rows in PostgreSQL.

An attempt at a password is charged before it is made, so that many at once gain nothing. Delays
grow to 15 minutes and are never permanent; a known device has a lane of its own, so that nobody
can lock a victim out.
"""

from __future__ import annotations

import ipaddress
from typing import TYPE_CHECKING

import structlog

from services.identity import store
from shared.contracts.problems import common
from shared.web import throttle

if TYPE_CHECKING:
    from uuid import UUID

    from services.identity.deps import Deps

log = structlog.get_logger()

HOUR = 3600
PREFIX = 64


def network(address: str) -> str:
    """Give what counts as one client: the IPv4 address, or the /64 of an IPv6 address."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return "unknown"
    if isinstance(parsed, ipaddress.IPv6Address):
        mapped = parsed.ipv4_mapped
        return str(mapped) if mapped else str(ipaddress.ip_network((parsed, PREFIX), strict=False))
    return str(parsed)


async def admit_registration(deps: Deps, address: str) -> None:
    """Charge a registration, whatever becomes of it: user names can be tried out no faster (`too-many-requests`)."""
    limit = throttle.Limit(deps.settings.registrations_per_hour, HOUR)
    await throttle.spend(deps.pool, f"register:{network(address)}", limit)


async def admit_letter(deps: Deps, address: str) -> None:
    """Charge a request for an e-mail or the use of a link (`too-many-requests`)."""
    limit = throttle.Limit(deps.settings.letters_per_hour, HOUR)
    await throttle.spend(deps.pool, f"letter:{network(address)}", limit)


async def may_write(deps: Deps, person_id: UUID) -> bool:
    """Tell whether a person may be sent one more e-mail that anybody can ask for."""
    limit = throttle.Limit(deps.settings.letters_per_person_per_hour, HOUR)
    try:
        await throttle.spend(deps.pool, f"letter-to:{person_id}", limit)
    except common.TooManyRequests:
        return False
    return True


class Guessing:
    """Attempts at one password from one client. `whose` is the person's id, or what was typed for an unknown one."""

    def __init__(self, deps: Deps, whose: str, address: str, *, device: bytes | None = None) -> None:
        self._deps = deps
        self._known = device is not None
        self._key = deps.keyring.digest(device.hex() if device else whose, "attempt")
        self._budgets = (
            (f"guess:{network(address)}", throttle.Limit(deps.settings.failures_per_hour, HOUR)),
            ("guess", throttle.Limit(deps.settings.failures_in_all_per_hour, HOUR)),
        )

    async def charge(self) -> None:
        """Charge an attempt before it is made (`too-many-requests`)."""
        if not self._known:
            for key, limit in self._budgets:
                await throttle.peek(self._deps.pool, key, limit)
        if not await store.charge_attempt(self._deps.pool, self._key):
            raise common.TooManyRequests(retry_after=await store.find_wait(self._deps.pool, self._key))

    async def failed(self) -> None:
        """Count a failure against the client's budget and everybody's (`too-many-requests` when one is used up)."""
        log.info("wrong password", known_device=self._known)
        if not self._known:
            for key, limit in self._budgets:
                await throttle.spend(self._deps.pool, key, limit)

    async def succeeded(self) -> None:
        """Forget the attempts before a success."""
        await store.clear_attempts(self._deps.pool, self._key)


async def forgive(deps: Deps, person_id: UUID) -> None:
    """Forget the attempts at a person's password: he proved by e-mail who he is."""
    await store.clear_attempts(deps.pool, deps.keyring.digest(str(person_id), "attempt"))
