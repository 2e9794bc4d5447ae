"""What audit says: that the register was sealed, for others to keep as witnesses."""

from __future__ import annotations

from typing import ClassVar

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
