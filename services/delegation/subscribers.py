"""What delegation hears: every state of a person and of a licence, in whatever order."""

from __future__ import annotations

from typing import TYPE_CHECKING

from services.delegation import commands
from shared.contracts.events import accounts, identity
from shared.service import Received, Subscription

if TYPE_CHECKING:
    from shared.db.pool import Connection


async def on_user(connection: Connection, received: Received[identity.User]) -> None:
    """Keep the person as the event shows him."""
    await commands.remember_person(connection, received.data, received.envelope.sequence)


async def on_user_removed(connection: Connection, received: Received[identity.UserRemoved]) -> None:
    """Forget a person who was removed; the version stays, so that nothing older brings him back."""
    await commands.forget_person(connection, received.data, received.envelope.sequence)


async def on_licence(connection: Connection, received: Received[accounts.Licence]) -> None:
    """Keep the licence as the event shows it."""
    await commands.remember_licence(connection, received.data, received.envelope.sequence, received.envelope.time)


SUBSCRIPTIONS = (
    Subscription(accounts.LicenceChanged, on_licence),
    Subscription(accounts.LicenceGranted, on_licence),
    Subscription(accounts.LicenceImported, on_licence),
    Subscription(accounts.LicenceReinstated, on_licence),
    Subscription(accounts.LicenceReleased, on_licence),
    Subscription(accounts.LicenceSuspended, on_licence),
    Subscription(identity.EmailChanged, on_user),
    Subscription(identity.LookBegun, on_user),
    Subscription(identity.PasswordChanged, on_user),
    Subscription(identity.PasswordResetRequested, on_user),
    Subscription(identity.RegistrationRepeated, on_user),
    Subscription(identity.UserChanged, on_user),
    Subscription(identity.UserRegistered, on_user),
    Subscription(identity.UserRemoved, on_user_removed),
    Subscription(identity.UserVerified, on_user),
    Subscription(identity.UsernameRequested, on_user),
    Subscription(identity.VerificationRequested, on_user),
)
