"""Bodies of cadastre's HTTP interface."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import Field

from shared.web.routing import Input, Output

FileNumber = Annotated[str, Field(pattern=r"^[0-9]{1,10}$")]
Line = Annotated[str, Field(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f]+$")]


class Domain(StrEnum):
    """The two business tabs: [Cadastre] and [Arpentage] (Q22)."""

    CADASTRE = "cadastre"
    SURVEY = "survey"


class NewFile(Input):
    """A file to open under the responsibility of a surveyor, named by his user id."""

    number: FileNumber
    title: Line
    responsible: UUID
    domain: Domain = Domain.CADASTRE
    closes_on: date | None = None


class File(Output):
    """A file as its list shows it; `unread` counts messages that neither the surveyor nor a delegate has read (Q12)."""

    number: str
    title: str
    domain: Domain
    opened_at: datetime
    closes_on: date | None
    unread: int


class Files(Output):
    """The surveyor’s files, newest first."""

    files: list[File]


class MessageKind(StrEnum):
    """What arrives on a file (Q11)."""

    MESSAGE = "message"
    COMMUNIQUE = "communique"


class NewMessage(Input):
    """A message from the ministry to whoever follows the file."""

    kind: MessageKind = MessageKind.MESSAGE
    subject: Line
    body: str = Field(min_length=1, max_length=10_000)


class Message(Output):
    """A message on a file; `read_at` says when it was first read, by the surveyor or a delegate (Q12)."""

    id: UUID
    kind: MessageKind
    subject: str
    body: str
    posted_at: datetime
    read_at: datetime | None


class FileWithMessages(File):
    """A file with its messages, newest first."""

    messages: list[Message]


class Reading(Output):
    """How many messages became read."""

    read: int


class LotReservation(Input):
    """A reservation of lot numbers in an update request."""

    lots: int = Field(ge=1, le=500)
    file_number: FileNumber | None = None


class LotCorrection(Input):
    """A lot whose correction is to be verified."""

    lot: Line
    file_number: FileNumber | None = None


class ProductOrder(Input):
    """An order of a cadastral product."""

    product: Line
    copies: int = Field(default=1, ge=1, le=100)
    file_number: FileNumber | None = None


class Submission(Input):
    """An update request [DM] to pre-validate or to deposit."""

    file_number: FileNumber


class Extension(Input):
    """A later closing date for a file."""

    closes_on: date


class Request(Output):
    """What was asked through a service, by whom and for whom (Q13)."""

    id: UUID
    service: str
    file_number: str | None
    performed_by: UUID
    performed_for: UUID
    made_at: datetime


class Requests(Output):
    """The newest requests made in the surveyor’s name, at most 100."""

    requests: list[Request]
