"""Bodies and queries of audit's HTTP interface."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from pydantic import Field

from services.audit.rules import Unit
from shared.contracts.moments import Moment
from shared.web.routing import Input, Output


class Sort(StrEnum):
    """The five columns (Q30), ascending; a leading `-` means descending."""

    DATE = "date"
    DATE_DOWN = "-date"
    FILE = "file"
    FILE_DOWN = "-file"
    KIND = "kind"
    KIND_DOWN = "-kind"
    BY = "by"
    BY_DOWN = "-by"
    FOR = "for"
    FOR_DOWN = "-for"


class Filters(Input):
    """Which activities (Q33). Days are days in Québec, both included; `file` is the beginning of a file number."""

    from_day: date | None = Field(default=None, alias="from")
    to_day: date | None = Field(default=None, alias="to")
    file: str | None = Field(default=None, min_length=1, max_length=40)
    kind: str | None = Field(default=None, max_length=80)
    performed_by: UUID | None = Field(default=None, alias="by")
    performed_for: UUID | None = Field(default=None, alias="for")
    account: UUID | None = None
    mine: bool = False


class Sorted(Filters):
    """Which activities, in which order."""

    sort: Sort = Sort.DATE_DOWN


class Listing(Sorted):
    """A page of a list: by number, or after a cursor that an earlier answer gave."""

    page: int = Field(default=1, ge=1, le=100_000)
    size: int = Field(default=10, ge=1, le=100)
    after: str | None = Field(default=None, max_length=400)


class Somebody(Output):
    """A person by the name he had then; `id` is absent for the system and for callers not signed in."""

    id: UUID | None
    name: str


class Activity(Output):
    """One row of the register (Q30)."""

    id: UUID
    occurred_at: datetime
    day: date
    file_number: str | None
    kind: str
    activity: str
    performed_by: Somebody
    performed_for: Somebody
    reason: str | None = None
    """Why an operator looked at somebody's screens."""


class Page(Output):
    """A page of activities: `[Page 2 de 3 (23 activités)]` (Q35)."""

    items: list[Activity]
    page: int | None
    pages: int
    total: int
    next: str | None


class Bar(Output):
    """How many activities there were from one day to another, both included."""

    from_day: date = Field(serialization_alias="from")
    to_day: date = Field(serialization_alias="to")
    count: int


class Histogram(Output):
    """Activity over time: bars of a day, a week or a month, from the first to the last, without gaps."""

    unit: Unit
    bars: list[Bar]


class Choices(Output):
    """What the filters in the column headers offer: only values that occur (Q33)."""

    performed_by: list[Somebody]
    performed_for: list[Somebody]
    kinds: list[Kind]


class Kind(Output):
    """A kind of activity with its sentence in both languages."""

    tag: str
    fr: str
    en: str
    reported: bool


class Kinds(Output):
    """All kinds."""

    kinds: list[Kind]


class Report(Input):
    """One activity as a connected application reports it; `key` is its own and makes the report idempotent."""

    key: str = Field(min_length=1, max_length=100, pattern=r"^[\x21-\x7e]+$")
    kind: str = Field(min_length=1, max_length=80)
    performed_by: UUID
    performed_for: UUID
    file_number: str | None = Field(default=None, min_length=1, max_length=40, pattern=r"^[^\x00-\x1f\x7f]+$")
    occurred_at: Moment


class Reports(Input):
    """A batch of at most 100."""

    activities: list[Report] = Field(min_length=1, max_length=100)


class Outcome(StrEnum):
    """How a report ended. An unknown person may become known: report again later."""

    ACCEPTED = "accepted"
    DUPLICATE = "duplicate"
    UNKNOWN_KIND = "unknown-kind"
    UNKNOWN_PERSON = "unknown-person"


class Result(Output):
    """The outcome of one report."""

    key: str
    outcome: Outcome


class Results(Output):
    """The outcomes, in the order of the batch."""

    results: list[Result]


Choices.model_rebuild()
