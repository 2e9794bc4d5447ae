"""A service is a value: `build(settings, infra)` gives it, and one process, a container or a test runs it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from pydantic import BaseModel

from shared.contracts.envelope import Envelope, Event
from shared.web import clients

if TYPE_CHECKING:
    from aiohttp import ClientSession, web

    from shared.crypto.verify import TokenVerifier
    from shared.db.migrate import Area
    from shared.db.pool import Connection, Pool

E = TypeVar("E", bound=Event)


@dataclass(frozen=True, slots=True)
class Received(Generic[E]):
    """An event as a subscriber gets it: the envelope, and the data as the published model."""

    envelope: Envelope
    data: E


Together = Callable[["Connection", Sequence[Received[Any]]], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Subscription:
    """One line of a service's subscription table: on this event, do that in the consumer's transaction.

    `do` gets the connection of the transaction that also holds the inbox row; it raises to have
    the event tried again later, and must not touch anything that a rollback cannot undo. A subscriber
    that is better at many takes with `together` what came one after the other, also of other types.
    """

    event: type[Event]
    do: Callable[[Connection, Received[Any]], Awaitable[None]] | None = None
    together: Together | None = None


@dataclass(frozen=True, slots=True)
class Worker:
    """A long task that runs as long as the service: restarted when it ends, reported when it keeps ending."""

    name: str
    run: Callable[[], Awaitable[None]]


def every(name: str, seconds: float, do: Callable[[], Awaitable[Any]]) -> Worker:
    """Make a worker that does something now and then, `seconds` after the last time ended."""

    async def run() -> None:
        while True:
            await do()
            await asyncio.sleep(seconds)

    return Worker(name, run)


@dataclass(frozen=True, kw_only=True)
class Infra:
    """What a service is given and never opens itself. `pool` is its own database, as its own role."""

    pool: Pool
    http: ClientSession
    tokens: TokenVerifier
    proxies: clients.Proxies = clients.NOBODY


@dataclass(frozen=True, kw_only=True)
class Service:
    """What `build` returns. `app` is mounted under `/<name>`; its OpenAPI document lies at `/<name>/openapi.json`."""

    name: str
    app: web.Application
    areas: tuple[Area, ...]
    subscriptions: tuple[Subscription, ...] = ()
    workers: tuple[Worker, ...] = ()
    ready: Callable[[], Awaitable[dict[str, bool]]] | None = None
    speaks: bool = True
    """Whether it says events, and so has an outbox to relay; a connected application does not."""
    at_root: Callable[[web.Application], None] | None = None
    """How it is put into the root application; without it, `app` is mounted under the name."""
    ensure: Callable[[], Awaitable[None]] | None = field(default=None)
    """What must be there before the first request: a signing key, say. Safe with many starters at once."""


class Settings(BaseModel):
    """Base of the services' settings objects."""
