"""What the pages read of the answers of connected applications (`docs/connecting.md`), by contract."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from services.portal.answers import Answer
from services.portal.moments import PLACE


def _day(text: str) -> str:
    date.fromisoformat(text)
    return text


def _moment(text: str) -> str:
    try:
        datetime.fromisoformat(text).astimezone(PLACE)
    except OverflowError as error:
        raise ValueError("outside of the years") from error
    return text


Day = Annotated[str, AfterValidator(_day)]
Moment = Annotated[str, AfterValidator(_moment)]
Count = Annotated[int, Field(ge=0, le=10**12)]
Id = Annotated[str, Field(pattern=r"^[0-9a-f-]{1,36}$")]
Kind = Literal["building", "demolition", "plumbing", "pool", "sign"]
State = Literal["submitted", "in-review", "approved", "refused", "closed"]
InspectionKind = Literal["footing", "framing", "plumbing", "final"]
InspectionResult = Literal["passed", "failed", "cancelled"]


class File(Answer):
    """A file of a surveyor."""

    number: str
    title: str
    opened_at: Moment
    closes_on: Day | None
    unread: Count


class Files(Answer):
    """The files of a surveyor."""

    files: list[File]


class FileMessage(Answer):
    """A message on a file."""

    kind: str
    subject: str
    body: str
    posted_at: Moment
    read_at: Moment | None


class FileWithMessages(File):
    """A file with its messages."""

    domain: str
    messages: list[FileMessage]


class Request(Answer):
    """What was asked for in the name of a surveyor."""

    service: str
    file_number: str | None
    performed_by: str
    made_at: Moment


class Requests(Answer):
    """What was asked for in the name of a surveyor."""

    requests: list[Request]


class Fee(Answer):
    """A fee of an application."""

    label_fr: str
    label_en: str
    amount_cents: Count
    state: str


class Action(Answer):
    """What is asked of a client or a company."""

    kind: str
    detail: str
    fee: Fee | None
    due_on: Day | None


class RequiredAction(Action):
    """An action, with the application it is asked for on."""

    application: Id
    number: str
    title: str
    account_name: str | None


class RequiredActions(Answer):
    """A part of what is asked of somebody."""

    actions: list[RequiredAction]
    next: str | None


class Made(Answer):
    """An application that was submitted."""

    id: Id
    number: str


class Application(Made):
    """An application of a client or a company."""

    kind: Kind
    title: str
    address: str
    state: State
    client_name: str
    account_name: str | None
    opened_at: Moment
    unread: Count
    required_actions: Count


class Applications(Answer):
    """A part of somebody’s applications."""

    applications: list[Application]
    next: str | None


class Message(Answer):
    """A message on an application."""

    from_city: bool
    author_name: str
    body: str
    posted_at: Moment
    read_at: Moment | None


class Upload(Answer):
    """A file of an application."""

    id: Id
    name: str
    size: Count
    uploaded_by_name: str
    uploaded_at: Moment


class Inspection(Answer):
    """An inspection that was asked for."""

    kind: InspectionKind
    wanted_on: Day
    asked_by_name: str
    result: InspectionResult | None
    result_note: str | None


class WholeApplication(Application):
    """An application with all that happened on it."""

    description: str
    messages: list[Message]
    files: list[Upload]
    inspections: list[Inspection]
    fees: list[Fee]
    actions: list[Action]
    may: list[str]
    own: bool


class Content(Answer):
    """What a template fills in."""

    kind: Kind
    title: str
    address: str
    description: str


class Template(Answer):
    """A template of a company’s applications."""

    id: Id
    name: str
    content: Content
    changed_by_name: str
    changed_at: Moment


class Templates(Answer):
    """The templates of a company."""

    templates: list[Template]
