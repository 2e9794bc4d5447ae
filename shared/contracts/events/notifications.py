"""What notifications says: how each e-mail ended. Addresses stay inside the service."""

from __future__ import annotations

from typing import ClassVar
from uuid import UUID

from shared.contracts.envelope import Event


class Email(Event):
    """What both events carry; not an event itself. `cause` is the id of the event that asked for the e-mail."""

    aggregate: ClassVar[str] = "email"

    id: UUID
    template: str
    cause: UUID | None
    recipient: UUID | None
    message_id: str


class EmailSent(Email):
    """The mail server took the e-mail."""

    type: ClassVar[str] = "notifications.email.sent.v1"


class EmailFailed(Email):
    """The mail server refused the e-mail for good, or every attempt failed."""

    type: ClassVar[str] = "notifications.email.failed.v1"
    reason: str
