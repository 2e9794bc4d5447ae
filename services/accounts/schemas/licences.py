"""Licences: what is asked for and answered."""

from __future__ import annotations

from uuid import UUID

from pydantic import Field

from shared.contracts.events.accounts import LicenceStatus
from shared.contracts.people import Language
from shared.web.routing import Input, Output


class Licence(Output):
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


class Licences(Output):
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
