"""What a connected application may put on the bus itself; the same bodies go over HTTP."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar
from uuid import UUID

from pydantic import Field

from shared.contracts.envelope import Event


class ActivityReported(Event):
    """Somebody did something in a connected application, for himself or for another (Q30, Q36).

    `key` is the application's own and makes reporting idempotent; `kind` is a tag of
    `shared.contracts.activities`; `performed_by` is a user’s id, `performed_for` a user’s or a business account’s.
    """

    type: ClassVar[str] = "applications.activity.reported.v1"
    aggregate: ClassVar[str] = "activity"
    identified_by: ClassVar[str] = "key"

    key: str = Field(min_length=1, max_length=100)
    kind: str = Field(min_length=1, max_length=80)
    performed_by: UUID
    performed_for: UUID
    file_number: str | None = Field(default=None, max_length=40)
    occurred_at: datetime


class AlertRaised(Event):
    """A communiqué or a message arrived on a file: the surveyor responsible is told, nobody else (Q11).

    `about`: what was written on, a surveyor’s file or an application; whoever is responsible for that one is told.
    """

    type: ClassVar[str] = "applications.alert.raised.v1"
    aggregate: ClassVar[str] = "alert"
    identified_by: ClassVar[str] = "key"

    key: str = Field(min_length=1, max_length=100)
    responsible: UUID
    file_number: str = Field(min_length=1, max_length=40)
    kind: str = Field(pattern="^(message|communique)$")
    about: str = Field(default="file", pattern="^(file|application)$")
    occurred_at: datetime
