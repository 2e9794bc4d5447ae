"""An event that has come in: read, checked, and matched with what the service does about it."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import NAMESPACE_OID, UUID, uuid5

from pydantic import ValidationError

from shared import requests
from shared.contracts.envelope import Envelope, Event
from shared.messaging.failures import Undecodable
from shared.service import Received, Subscription, Together

if TYPE_CHECKING:
    from shared.db.pool import Connection
    from shared.messaging.bus import Delivery


@dataclass(frozen=True, slots=True)
class Unread:
    """A delivery that could not be read, under its own id or under one made from its body."""

    event_id: UUID
    body: bytes
    type: None = None
    correlation_id: None = None


Table = Mapping[str, Sequence[Subscription]]
"""What a service does about each type of event."""


@dataclass(frozen=True, slots=True)
class Incoming:
    """One event on its way in. `given_back` counts how often the bus handed it over before."""

    event_id: UUID
    body: bytes
    given_back: int
    envelope: Envelope
    data: Event
    subscriptions: Sequence[Subscription]

    @property
    def type(self) -> str:
        """Give the wire name."""
        return self.envelope.type

    @property
    def correlation_id(self) -> str:
        """Give what ties the event to the request that led to it; an event without one begins its own."""
        return self.envelope.correlationid or str(self.envelope.id)

    async def run(self, connection: Connection) -> None:
        """Run the effects in the caller's transaction, as work that this event caused."""
        origin = requests.Origin(
            correlation_id=self.correlation_id,
            causation_id=str(self.event_id),
            traceparent=self.envelope.traceparent,
        )
        with requests.working_for(origin):
            for subscription in self.subscriptions:
                if subscription.do:
                    await subscription.do(connection, Received(self.envelope, self.data))
                if subscription.together:
                    await subscription.together(connection, [Received(self.envelope, self.data)])

    @property
    def together(self) -> Together | None:
        """Give the subscriber that takes this event with its neighbours, where there is only that one."""
        only = self.subscriptions[0] if len(self.subscriptions) == 1 else None
        return only.together if only else None


async def run_all(connection: Connection, events: Sequence[Incoming]) -> None:
    """Run the effects of events in their order; those that one subscriber takes together, in one call."""
    for together, group in itertools.groupby(events, key=lambda event: event.together):
        one, *others = group
        if together and others:
            await together(connection, [Received(event.envelope, event.data) for event in (one, *others)])
        else:
            for event in (one, *others):
                await event.run(connection)


def decode(delivery: Delivery, table: Table) -> Incoming | None:
    """Read a delivery; None when the service does nothing about this type, `Undecodable` when it cannot be read."""
    try:
        envelope = Envelope.model_validate_json(delivery.body)
        subscriptions = table.get(envelope.type)
        if not subscriptions:
            return None
        data = subscriptions[0].event.model_validate(envelope.data)
    except ValidationError as error:
        # The message would repeat what the event says; where it is wrong is enough.
        faults = ", ".join(".".join(map(str, fault["loc"])) + f" {fault['type']}" for fault in error.errors()[:5])
        raise Undecodable(faults) from None
    return Incoming(envelope.id, delivery.body, delivery.deliveries, envelope, data, subscriptions)


def unread(delivery: Delivery) -> Unread:
    """Keep a delivery that cannot be read."""
    try:
        event_id = UUID(delivery.event_id)
    except ValueError:
        event_id = uuid5(NAMESPACE_OID, delivery.body.hex())
    return Unread(event_id, delivery.body)
