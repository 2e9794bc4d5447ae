"""What permits answers."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from examples.permits.rules import Needed, Right, State
from examples.permits.schemas.asked import Content
from examples.permits.schemas.kinds import FeeState, InspectionKind, InspectionResult, Kind
from shared.web.routing import Output


class Application(Output):
    """An application as lists show it; `unread` counts what the other side wrote, `required_actions` what is asked."""

    id: UUID
    number: str
    kind: Kind
    title: str
    address: str
    state: State
    client_name: str
    account: UUID | None
    account_name: str | None
    opened_at: datetime
    unread: int
    required_actions: int


class Applications(Output):
    """Applications, newest first; `next` is what to list after."""

    applications: list[Application]
    next: UUID | None = None


class Message(Output):
    """A message; `read_at` says when the other side first read it."""

    id: UUID
    from_city: bool
    author_name: str
    body: str
    posted_at: datetime
    read_at: datetime | None


class File(Output):
    """An uploaded file: its safe name, what it is by its content, its size in bytes and its digest."""

    id: UUID
    name: str
    media_type: str
    size: int
    sha256: str
    uploaded_by_name: str
    uploaded_at: datetime


class Inspection(Output):
    """An inspection that was asked for; `result` once it was made."""

    id: UUID
    kind: InspectionKind
    wanted_on: date
    note: str
    asked_by_name: str
    asked_at: datetime
    result: InspectionResult | None
    result_note: str | None


class Fee(Output):
    """A fee of an application; it is paid in accounts [Frais impayés]."""

    id: UUID
    label_fr: str
    label_en: str
    amount_cents: int
    currency: str = "CAD"
    due_on: date
    state: FeeState


class Action(Output):
    """Something that is asked for and not yet done: `detail` in the reviewer’s words, or a fee to pay."""

    id: UUID
    kind: Needed
    detail: str
    fee: Fee | None
    due_on: date | None
    asked_at: datetime


class RequiredAction(Action):
    """An action with the application it is asked for on [Actions requises]."""

    application: UUID
    number: str
    title: str
    account: UUID | None
    account_name: str | None


class RequiredActions(Output):
    """What awaits a person, what is due first at the top; `next` is what to list after."""

    actions: list[RequiredAction]
    next: UUID | None = None


class Whole(Application):
    """An application with all that happened on it, and what the caller may do; `own`: he is its client."""

    description: str
    messages: list[Message]
    files: list[File]
    inspections: list[Inspection]
    fees: list[Fee]
    actions: list[Action]
    may: list[Right]
    own: bool


class Reading(Output):
    """How many messages became read."""

    read: int


class Template(Output):
    """A model of an application."""

    id: UUID
    name: str
    content: Content
    changed_by_name: str
    changed_at: datetime


class Templates(Output):
    """The models of a company, by name."""

    templates: list[Template]
