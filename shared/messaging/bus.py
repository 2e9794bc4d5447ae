"""What a bus is. Two are implemented: in process (`memory.py`) and RabbitMQ (`rabbit.py`)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from shared.contracts.envelope import Envelope


@dataclass(frozen=True, slots=True)
class Delivery:
    """One event as a bus hands it over: the envelope's JSON, and how many earlier deliveries the bus knows of."""

    body: bytes
    event_id: str
    deliveries: int = 0


class Undelivered(Exception):
    """The bus could not take the event, or could not tell whether it did: keep it and send it again."""


Receive = Callable[[Sequence[Delivery]], Awaitable[None]]
"""Takes what waits, in order; returns when each delivery is settled for good in the database.

It raises when none may be acknowledged. With no delivery it tells whether it could take some now.
"""


class Bus(Protocol):
    """Carries events from relays to consumers, at least once."""

    async def publish(self, envelope: Envelope) -> None:
        """Return when every wired queue holds the event for good; raise `Undelivered` otherwise."""

    async def subscribe(self, consumer: str, receive: Receive) -> None:
        """Feed a consumer of `wiring.WIRING` from now on."""

    async def unsubscribe(self, consumer: str) -> None:
        """Feed it no longer; return when its `receive` has ended."""

    async def close(self) -> None:
        """Let go of everything, within 10 seconds."""

    def connected(self) -> bool:
        """Tell whether events flow now."""
