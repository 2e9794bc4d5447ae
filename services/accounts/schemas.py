"""Bodies and queries of accounts' HTTP interface."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from pydantic import BaseModel, Field

from shared.contracts.events.accounts import LicenceStatus
from shared.contracts.people import Language
from shared.web.routing import Input


class Licence(BaseModel):
    """A land surveyor’s licence; `holder` is the user who claimed it."""

    id: UUID
    matricule: str
    first_name: str
    last_name: str
    email: str
    office: str
    language: Language
    status: LicenceStatus
    holder: UUID | None


class Licences(BaseModel):
    """Licences by matricule; `next` is the matricule to list after."""

    licences: list[Licence]
    next: str | None = None


class Listing(Input):
    """Which licences, and after which matricule."""

    matricule: str | None = Field(default=None, max_length=10)
    status: LicenceStatus | None = None
    after: str = Field(default="", max_length=10)
    size: int = Field(default=50, ge=1, le=200)


class Claim(Input):
    """The PIN of the notice; case, spaces and dashes do not matter (O17)."""

    pin: str = Field(max_length=200)


class Reason(Input):
    """Why, for the register and the surveyor."""

    reason: str = Field(min_length=1, max_length=300, pattern=r"^[^\x00-\x1f\x7f]*\S[^\x00-\x1f\x7f]*$")


class ImportState(StrEnum):
    """How an import stands. One that was cut off stays `running` until it is sent again."""

    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


class Fault(BaseModel):
    """A row that did not land: the line in the file, the column, a stable code, and the reason."""

    line: int
    column: str | None
    code: str
    reason_fr: str
    reason_en: str


class Import(BaseModel):
    """An import: how far it is, what came of it, and up to 1,000 faults; `next` is the line to list more after."""

    id: UUID
    state: ImportState
    rows: int
    created: int
    changed: int
    unchanged: int
    bad: int
    started_at: datetime
    finished_at: datetime | None
    faults: list[Fault] = Field(default_factory=list)
    next: int | None = None


class Imports(BaseModel):
    """The newest imports, without their faults."""

    imports: list[Import]


class FaultPage(Input):
    """Faults after a line."""

    after_line: int = Field(default=0, ge=0, le=2_147_483_647)
