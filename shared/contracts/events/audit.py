"""What audit says: that the register was sealed, for others to keep as witnesses; and that a file is ready."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar
from uuid import UUID

from shared.contracts.envelope import Event


class RegisterSealed(Event):
    """The register had this many leaves and this root; `note` is the signed checkpoint (C2SP) that says so."""

    type: ClassVar[str] = "audit.register.sealed.v1"
    aggregate: ClassVar[str] = "register"
    identified_by: ClassVar[str] = "log"

    log: str
    size: int
    root: str
    note: str


class ExportReady(Event):
    """A file that `asked_by` asked for is ready; only he can fetch it, until `expires_at`. `size` is in bytes."""

    type: ClassVar[str] = "audit.export.ready.v1"
    aggregate: ClassVar[str] = "export"

    id: UUID
    asked_by: UUID
    format: str
    rows: int
    size: int
    expires_at: datetime
