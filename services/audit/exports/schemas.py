"""Bodies and queries of downloads."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from services.audit.schemas import Sorted
from shared.contracts.people import Language
from shared.web.routing import Output


class Format(StrEnum):
    """What a download may be."""

    XLSX = "xlsx"
    PDF = "pdf"
    CSV = "csv"
    JSONL = "jsonl"


MEDIA_TYPES = {
    Format.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    Format.PDF: "application/pdf",
    Format.CSV: "text/csv",
    Format.JSONL: "application/jsonl",
}


class Download(Sorted):
    """Which activities, in which order and language; the language is the caller’s unless it is given."""

    lang: Language | None = None


class Prepare(Download):
    """A file to be prepared in the background; `everything` is the whole register, for operators."""

    format: Format
    everything: bool = False


class State(StrEnum):
    """How far a file is."""

    QUEUED = "queued"
    RUNNING = "running"
    READY = "ready"
    FAILED = "failed"
    CANCELLED = "cancelled"


class Export(Output):
    """A file that is prepared: `done` of `total` rows are written; when ready, its size, and until when it is kept."""

    id: UUID
    format: Format
    state: State
    total: int
    done: int
    size: int | None
    asked_at: datetime
    finished_at: datetime | None
    expires_at: datetime | None


class Exports(Output):
    """The files that the caller asked for, the newest first."""

    exports: list[Export]
