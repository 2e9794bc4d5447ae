"""Imports: what is asked for and answered."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from pydantic import Field

from shared.web.routing import Input, Output


class ImportState(StrEnum):
    """How an import stands. One that was cut off stays `running` until it is sent again."""

    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


class Fault(Output):
    """A row that did not land: the line in the file, the column, a stable code, and the reason."""

    line: int
    column: str | None
    code: str
    reason_fr: str
    reason_en: str


class Import(Output):
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


class Imports(Output):
    """The newest imports, without their faults."""

    imports: list[Import]


class FaultPage(Input):
    """Faults after a line."""

    after_line: int = Field(default=0, ge=0, le=2_147_483_647)
