"""What identity does by itself: work off requests, rotate keys, forget."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING

import structlog

from services.identity import store
from services.identity.commands import passwords, profile, registration
from shared import requests, service
from shared.db.pool import Connection, Unavailable

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from services.identity.deps import Deps
    from services.identity.store import Request

log = structlog.get_logger()

HOUR = 3600.0

WORK: dict[str, Callable[[Deps, Connection, Request], Awaitable[None]]] = {
    "email": profile.send_email_link,
    "password": passwords.send_reset,
    "registration": registration.open_registration,
    "username": passwords.send_username,
    "verification": registration.send_verification,
}


def table(deps: Deps) -> tuple[service.Worker, ...]:
    """List the workers."""
    return (
        service.every("identity.requests", deps.settings.worker_seconds, partial(_patiently, deps, work_off)),
        service.every("identity.keys", HOUR, partial(_patiently, deps, rotate_keys)),
        service.every("identity.tidy", HOUR, partial(_patiently, deps, tidy)),
    )


async def _patiently(deps: Deps, do: Callable[[Deps], Awaitable[None]]) -> None:
    try:
        await do(deps)
    except Unavailable as error:
        log.warning("database away", reason=str(error))


async def work_off(deps: Deps) -> None:
    """Do what was asked for, until nothing is due; what fails is tried again in a minute."""
    while await _work_off_one(deps):
        pass


async def _work_off_one(deps: Deps) -> bool:
    request: Request | None = None
    try:
        async with deps.pool.transaction() as connection:
            request = await store.take_request(connection)
            if request is None:
                return False
            with requests.working_for(request.origin):
                await WORK[request.kind](deps, connection, request)
    except Unavailable:
        raise
    except Exception:
        # The text of the error may hold what was typed: only its place in the code is logged.
        log.exception("request failed", kind=request.kind if request else None)
        if request is None:
            raise
        await store.postpone_request(deps.pool, request.id)
    return True


async def rotate_keys(deps: Deps) -> None:
    """Rotate the signing key when it is old."""
    if await deps.signing.rotate_when_due(timedelta(days=deps.settings.signing_key_days)):
        log.info("signing key rotated")


async def tidy(deps: Deps) -> None:
    """Forget who never proved his address, and what ended long ago."""
    await registration.purge(deps)
    await store.tidy(deps.pool)
