"""What accounts hears: who the users of identity are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from services.accounts.commands import people
from shared.contracts.events import identity
from shared.service import Received, Subscription

if TYPE_CHECKING:
    from shared.db.pool import Connection


async def on_user(connection: Connection, received: Received[identity.User]) -> None:
    """Keep the person as the event shows him."""
    await people.remember_person(connection, received.data, received.envelope.sequence)


async def on_user_acted(connection: Connection, received: Received[identity.User]) -> None:
    """Keep the person, who did this himself: he is there, and no account of his is abandoned."""
    await on_user(connection, received)
    await people.notice_person(connection, received.data.id)


async def on_user_removed(connection: Connection, received: Received[identity.UserRemoved]) -> None:
    """Forget a person who was removed; the version stays, so that nothing older brings him back."""
    await people.forget_person(connection, received.data, received.envelope.sequence)


SUBSCRIPTIONS = (
    Subscription(identity.EmailChanged, on_user_acted),
    Subscription(identity.LookBegun, on_user),
    Subscription(identity.PasswordChanged, on_user_acted),
    Subscription(identity.PasswordResetRequested, on_user),
    Subscription(identity.RegistrationRepeated, on_user),
    Subscription(identity.UserChanged, on_user),
    Subscription(identity.UserRegistered, on_user),
    Subscription(identity.UserRemoved, on_user_removed),
    Subscription(identity.UserVerified, on_user),
    Subscription(identity.UsernameRequested, on_user),
    Subscription(identity.VerificationRequested, on_user),
)
