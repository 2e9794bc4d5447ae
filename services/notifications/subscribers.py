"""What notifications hears: everything the e-mail table names, and every change of an address."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from services.notifications import commands, emails, store
from shared.contracts.envelope import Event
from shared.contracts.events import applications, audit, identity
from shared.contracts.registry import EVENTS
from shared.messaging import consumer
from shared.service import Received, Subscription

if TYPE_CHECKING:
    from services.notifications.settings import Settings
    from shared.db.pool import Connection


def table(settings: Settings) -> tuple[Subscription, ...]:
    """Give the subscriptions: an event remembers the person it is about, then asks for its e-mails."""
    rows: dict[type[Event], list[emails.Email]] = defaultdict(list)
    for row in emails.EMAILS:
        rows[row.event].append(row)
    heard = {event for event in EVENTS.values() if event in rows or issubclass(event, identity.User)}
    return (
        *(Subscription(one, _on_event(rows[one], settings)) for one in sorted(heard, key=lambda event: event.type)),
        Subscription(audit.RegisterSealed, on_register_sealed),
    )


async def on_register_sealed(connection: Connection, received: Received[audit.RegisterSealed]) -> None:
    """Keep what audit signed, as a witness; whether it is well signed is for those who compare."""
    sealed = received.data
    await store.insert_witness(connection, sealed.log, sealed.size, sealed.note)


def _on_event(rows: Sequence[emails.Email], settings: Settings) -> Any:
    async def on_event(connection: Connection, received: Received[Any]) -> None:
        envelope, data = received.envelope, received.data
        if isinstance(data, identity.UserRemoved):
            await commands.forget_recipient(connection, data, envelope.sequence)
        elif isinstance(data, identity.User):
            await commands.remember_recipient(connection, data, envelope.sequence)
        try:
            if isinstance(data, applications.AlertRaised):
                return await commands.hear_alert(connection, envelope, data, settings)
            for row in rows:
                await commands.request_email(connection, row, envelope, data, settings)
        except commands.NobodyYet as error:
            raise consumer.NotYet("the recipient has not been heard of yet") from error
        return None

    return on_event
