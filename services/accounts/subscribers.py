"""What accounts hears: who the users of identity are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from services.accounts import commands
from shared.contracts.events import EVENTS, identity
from shared.service import Received, Subscription

if TYPE_CHECKING:
    from shared.db.pool import Connection


async def on_user(connection: Connection, received: Received[identity.User]) -> None:
    """Keep whether a person is verified; every user event carries the whole state."""
    data, version = received.data, received.envelope.sequence
    await commands.remember_person(connection, data.id, verified=data.verified, version=version)


SUBSCRIPTIONS = tuple(Subscription(event, on_user) for event in EVENTS.values() if issubclass(event, identity.User))
