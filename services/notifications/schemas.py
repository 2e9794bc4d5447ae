"""Bodies and queries of notifications' HTTP interface."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from pydantic import Field

from shared.contracts.moments import Moment
from shared.web.routing import BIGGEST, Input, Output


class AlertKind(StrEnum):
    """What arrived on the file."""

    MESSAGE = "message"
    COMMUNIQUE = "communique"


class About(StrEnum):
    """What it arrived on: a surveyor’s file, or an application of whoever follows it."""

    FILE = "file"
    APPLICATION = "application"


class Alert(Input):
    """Something arrived on a file; `responsible` is the user id of who is told, `key` the application's own."""

    key: str = Field(min_length=1, max_length=100, pattern=r"^[\x21-\x7e]+$")
    responsible: UUID
    file_number: str = Field(min_length=1, max_length=40, pattern=r"^[^\x00-\x1f\x7f]+$")
    kind: AlertKind
    about: About = About.FILE
    occurred_at: Moment


class Alerts(Input):
    """A batch of at most 100."""

    alerts: list[Alert] = Field(min_length=1, max_length=100)


class Outcome(StrEnum):
    """How an alert ended. An unknown recipient may become known: raise it again later."""

    ACCEPTED = "accepted"
    DUPLICATE = "duplicate"
    UNKNOWN_RECIPIENT = "unknown-recipient"


class Result(Output):
    """The outcome of one alert."""

    key: str
    outcome: Outcome


class Results(Output):
    """The outcomes, in the order of the batch."""

    results: list[Result]


class State(StrEnum):
    """How an e-mail stands."""

    QUEUED = "queued"
    SENDING = "sending"
    SENT = "sent"
    BOUNCED = "bounced"
    FAILED = "failed"
    UNKNOWN = "unknown"


class Listing(Input):
    """Which e-mails, after which one."""

    state: State | None = None
    template: str | None = Field(default=None, max_length=60)
    after: UUID | None = None
    size: int = Field(default=50, ge=1, le=200)


class Email(Output):
    """The delivery of one e-mail; the address is masked."""

    id: UUID
    template: str
    address: str
    language: str
    state: State
    attempts: int
    last_reply: str | None
    message_id: str
    cause: UUID | None
    correlation_id: str | None
    created_at: datetime
    ended_at: datetime | None


class Emails(Output):
    """E-mails, newest first; `next` is what to list after."""

    emails: list[Email]
    next: UUID | None = None


class WitnessPage(Input):
    """A page of what was heard of the register from before this size; longer than `size` where many are of one size."""

    before: int | None = Field(default=None, ge=1, le=BIGGEST)
    size: int = Field(default=50, ge=1, le=1000)


class Heard(Output):
    """A signed state of the register, as it was heard."""

    size: int
    note: str
    heard_at: datetime


class Witnessed(Output):
    """What was heard, newest first; `next` goes into `before` and is null at the end."""

    checkpoints: list[Heard]
    next: int | None
