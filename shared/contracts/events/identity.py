"""What identity says. Each event about a user carries the user as he is after it."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar
from uuid import UUID

from shared.contracts.envelope import Event
from shared.contracts.people import Language


class User(Event):
    """The state every user event carries; not an event itself."""

    aggregate: ClassVar[str] = "user"

    id: UUID
    username: str
    first_name: str
    last_name: str
    email: str
    language: Language
    verified: bool
    operator: bool


class UserRegistered(User):
    """A person created an identifier (Q15); `sealed` opens to `VerificationSecret` for notifications only."""

    type: ClassVar[str] = "identity.user.registered.v1"
    sealed: str


class UserVerified(User):
    """The person proved that the e-mail address is his."""

    type: ClassVar[str] = "identity.user.verified.v1"


class UserChanged(User):
    """Name, language, e-mail address or operator role changed."""

    type: ClassVar[str] = "identity.user.changed.v1"


class VerificationRequested(User):
    """A link that proves an e-mail address is to be mailed to `sent_to`: again, or for a new address."""

    type: ClassVar[str] = "identity.verification.requested.v1"
    sent_to: str
    sealed: str


class RegistrationRepeated(User):
    """Somebody registered with the e-mail address of this user, who is told so; nothing changed."""

    type: ClassVar[str] = "identity.registration.repeated.v1"


class PasswordChanged(User):
    """The password changed, by the person himself or through a recovery link; other sessions ended."""

    type: ClassVar[str] = "identity.password.changed.v1"
    changed_at: datetime
    by_recovery: bool


class UsernameRequested(User):
    """The person forgot the user name (Q14); it is mailed to him."""

    type: ClassVar[str] = "identity.username.requested.v1"


class PasswordResetRequested(User):
    """The person forgot the password (Q14); `sealed` opens to `ResetSecret` for notifications only."""

    type: ClassVar[str] = "identity.reset.requested.v1"
    sealed: str


class EmailChanged(User):
    """The e-mail address changed after the new one was proved; the old one is told too."""

    type: ClassVar[str] = "identity.email.changed.v1"
    former_email: str


class LookBegun(User):
    """An operator, the actor, began to look at this person's screens, read-only, until `ends_at`; `reason` is his."""

    type: ClassVar[str] = "identity.look.begun.v1"
    look: UUID
    reason: str
    ends_at: datetime


class UserRemoved(User):
    """The person is to be forgotten: a registration never proved ended, or an operator erased him (Law 25, s. 23).

    Who he was is blank here already.
    """

    type: ClassVar[str] = "identity.user.removed.v1"
