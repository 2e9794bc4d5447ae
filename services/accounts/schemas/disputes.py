"""Contested claims and take-overs: what is asked for and answered."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field, SecretStr

from services.accounts.schemas.companies import PinOnly
from shared.contracts.events.companies import AccountKind, TakeoverGround
from shared.web.routing import Input, Output

PRINTABLE = r"^[^\x00-\x1f\x7f]*$"
Words = Annotated[str, Field(max_length=500, pattern=PRINTABLE)]
Why = Annotated[str, Field(min_length=1, max_length=500, pattern=r"^[^\x00-\x1f\x7f]*\S[^\x00-\x1f\x7f]*$")]


class Linked(Input):
    """The single-use token of a link, and why if one likes."""

    token: SecretStr = Field(min_length=20, max_length=200)
    reason: Words = ""


class ClaimState(StrEnum):
    """How a claim stands: nobody contested it, somebody did, and what an operator found."""

    STANDING = "standing"
    CONTESTED = "contested"
    UPHELD = "upheld"
    DISMISSED = "dismissed"


class Someone(Output):
    """A person as operators see him."""

    id: UUID
    name: str
    username: str


class Claim(Output):
    """A claim of an imported account. `upheld` and `dismissed` are said of the contest."""

    id: UUID
    account: UUID
    legal_name: str
    number: str | None
    claimer: Someone
    state: ClaimState
    claimed_at: datetime
    contested_at: datetime | None
    contest_reason: str
    decided_at: datetime | None
    reason: str


class Claims(Output):
    """Claims, newest first; `next` goes into `after`."""

    claims: list[Claim]
    next: UUID | None


class ClaimPage(Input):
    """Which claims."""

    state: ClaimState | None = None
    after: UUID | None = None
    size: int = Field(default=50, ge=1, le=200)


class ClaimDecision(Input):
    """What an operator finds: the contest is right (`uphold`) or not (`dismiss`), and why."""

    decision: Literal["uphold", "dismiss"]
    reason: Why


class TakeoverState(StrEnum):
    """How a take-over stands."""

    ANNOUNCED = "announced"
    OBJECTED = "objected"
    APPROVED = "approved"
    COMPLETED = "completed"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


class NewTakeover(Input):
    """Why one asks to take over an account."""

    reason: Why


class TakeoverByPin(PinOnly):
    """The PIN that proves that one belongs to the company, and why one asks."""

    reason: Why


class Asked(Output):
    """The take-over that was asked for."""

    id: UUID


class Takeover(Output):
    """A take-over of an account; nothing happens before `due_at`, and others can object until it has ended."""

    id: UUID
    account: UUID
    legal_name: str
    asked_by: Someone
    ground: TakeoverGround
    state: TakeoverState
    reason: str
    asked_at: datetime
    due_at: datetime
    objections: int
    decision_reason: str


class Takeovers(Output):
    """Take-overs, newest first; `next` goes into `after`."""

    takeovers: list[Takeover]
    next: UUID | None


class TakeoverPage(Input):
    """Which take-overs."""

    state: TakeoverState | None = None
    after: UUID | None = None
    size: int = Field(default=50, ge=1, le=200)


class TakeoverDecision(Input):
    """What the first operator finds, and why."""

    decision: Literal["approve", "refuse"]
    reason: Why


class TakeoverConfirmation(Input):
    """What the second operator finds, and why."""

    decision: Literal["confirm", "refuse"]
    reason: Why


class AccountState(StrEnum):
    """Unclaimed: imported, without members. Orphaned: all its managers are gone."""

    UNCLAIMED = "unclaimed"
    ACTIVE = "active"
    ORPHANED = "orphaned"


class Listed(Output):
    """An account as operators see it in the directory."""

    id: UUID
    number: str | None
    kind: AccountKind
    legal_name: str
    operating_name: str
    phone: str
    email: str
    state: AccountState


class Directory(Output):
    """Accounts by name."""

    accounts: list[Listed]
    next: str | None


class DirectorySearch(Input):
    """Which accounts: by beginnings of words of the name, by number, by state."""

    name: str | None = Field(default=None, min_length=2, max_length=100)
    number: str | None = Field(default=None, max_length=40, pattern=PRINTABLE)
    state: AccountState | None = None
    after: str | None = Field(default=None, max_length=1000)
    size: int = Field(default=50, ge=1, le=200)
