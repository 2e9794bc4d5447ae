"""What accounts says about business accounts. Each event carries the account as it is after it."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import ClassVar
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from shared.contracts.envelope import Event
from shared.contracts.people import Language, Person

PUBLISHER = "accounts"


class AccountKind(StrEnum):
    """What a business account is for (O1)."""

    PROFESSIONAL = "professional"
    CONTRACTOR = "contractor"


class Right(StrEnum):
    """What a member may do on behalf of the account (O13); `manage` is everything."""

    MANAGE = "manage"
    SUBMIT = "submit"
    PAY = "pay"
    INSPECT = "inspect"
    UPLOAD = "upload"
    TEMPLATES = "templates"


class Address(BaseModel):
    """A mailing address in Canada; the postal code is `A1A 1A1`, the province its two letters."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    street: str
    unit: str | None = None
    city: str
    province: str
    postal_code: str
    country: str = "CA"


class Account(Event):
    """The state every event of a business account carries; not an event itself. `managers` are users’ ids."""

    aggregate: ClassVar[str] = "account"

    id: UUID
    kind: AccountKind
    legal_name: str
    operating_name: str
    tarion_number: str | None
    phone: str
    email: str
    address: Address
    language: Language
    claimed: bool
    managers: tuple[UUID, ...]


class AccountRegistered(Account):
    """A person registered the business and is its manager (O8, O11)."""

    type: ClassVar[str] = "accounts.account.registered.v1"
    creator: Person


class AccountImported(Account):
    """A business of an import is new; `sealed` opens to `PinSecret` for notifications only (O3)."""

    type: ClassVar[str] = "accounts.account.imported.v1"
    number: str
    references: tuple[str, ...]
    sealed: str


class AccountChanged(Account):
    """A manager, or an import, changed what the account says of itself; `changed` names the fields.

    `references` are previous applications that were linked with it now (O3).
    """

    type: ClassVar[str] = "accounts.account.changed.v1"
    changed: tuple[str, ...]
    references: tuple[str, ...] = ()


class AccountClaimed(Account):
    """The first with the PIN of an imported account became its manager (O7); `references` are its applications."""

    type: ClassVar[str] = "accounts.account.claimed.v1"
    claim: UUID
    claimer: Person
    references: tuple[str, ...]


class AccountOrphaned(Account):
    """The last manager closed or lost his identifier, and nobody was named to follow: it can be taken over."""

    type: ClassVar[str] = "accounts.account.orphaned.v1"


class AccountPinIssued(Account):
    """An unclaimed account got another PIN; `sealed` opens to `PinSecret` for notifications only (O3)."""

    type: ClassVar[str] = "accounts.account-pin.issued.v1"
    sealed: str


class AccountPinRotated(Account):
    """A manager replaced the PIN: nobody joins with the former one any more (O15, decision 9)."""

    type: ClassVar[str] = "accounts.account-pin.rotated.v1"


class LastManagerRefused(Account):
    """Somebody tried to take away the last manager, which is refused (O14); nothing changed."""

    type: ClassVar[str] = "accounts.last-manager.refused.v1"


class Member(Account):
    """The state every event of a membership carries; not an event itself. `rights` are those after it."""

    member: Person
    rights: tuple[Right, ...]


class MemberJoined(Member):
    """A person joined with the PIN, without any right (O17, O18); every manager is told (decision 3)."""

    type: ClassVar[str] = "accounts.member.joined.v1"


class MemberChanged(Member):
    """A manager granted or withdrew rights (O19); the member is told (decision 3)."""

    type: ClassVar[str] = "accounts.member.changed.v1"
    granted: tuple[Right, ...]
    withdrawn: tuple[Right, ...]


class MemberRemoved(Member):
    """A manager removed the member (O19), who is told (decision 3)."""

    type: ClassVar[str] = "accounts.member.removed.v1"


class MemberLeft(Member):
    """The member left by himself (decision 10), or his identifier ended."""

    type: ClassVar[str] = "accounts.member.left.v1"


class Claim(Account):
    """The state every event of a claim carries; not an event itself."""

    claim: UUID
    claimer: Person


class ClaimAnnounced(Claim):
    """One known contact is told of the claim; `sealed` opens to `LinkSecret`, the link to contest it, until `until`."""

    type: ClassVar[str] = "accounts.claim.announced.v1"
    sent_to: str
    sealed: str
    until: datetime


class ClaimContested(Claim):
    """A contact contested the claim: the claimer’s rights are suspended until one of `operators` decides."""

    type: ClassVar[str] = "accounts.claim.contested.v1"
    operators: tuple[UUID, ...] = ()


class ContestUpheld(Claim):
    """An operator found the contest right: the account is as before the claim; `sealed` opens to its new PIN."""

    type: ClassVar[str] = "accounts.contest.upheld.v1"
    reason: str
    sealed: str


class ContestDismissed(Claim):
    """An operator found the claim right: the claimer has his rights back."""

    type: ClassVar[str] = "accounts.contest.dismissed.v1"
    reason: str


class SuccessorNamed(Account):
    """A manager named the member who follows when the last manager is gone, or nobody."""

    type: ClassVar[str] = "accounts.successor.named.v1"
    successor: Person | None


class SuccessorPromoted(Member):
    """The last manager is gone, and the member he had named is manager now."""

    type: ClassVar[str] = "accounts.successor.promoted.v1"


class TakeoverGround(StrEnum):
    """Why an account can be taken over: its managers’ identifiers ended, or they were silent for too long."""

    GONE = "gone"
    SILENT = "silent"


class Takeover(Account):
    """The state every event of a take-over carries; not an event itself. Nothing happens before `due_at`."""

    takeover: UUID
    asked_by: Person
    ground: TakeoverGround
    due_at: datetime


class TakeoverRequested(Takeover):
    """Somebody asked to become manager of an account whose managers are all gone or silent."""

    type: ClassVar[str] = "accounts.takeover.requested.v1"
    reason: str
    operators: tuple[UUID, ...] = ()


class TakeoverAnnounced(Takeover):
    """One known contact is told; `sealed` opens to `LinkSecret`, the link to object."""

    type: ClassVar[str] = "accounts.takeover.announced.v1"
    sent_to: str
    sealed: str


class TakeoverObjected(Takeover):
    """A contact objected."""

    type: ClassVar[str] = "accounts.takeover.objected.v1"


class TakeoverApproved(Takeover):
    """An operator approved; another one has to confirm."""

    type: ClassVar[str] = "accounts.takeover.approved.v1"
    reason: str
    operators: tuple[UUID, ...] = ()


class TakeoverCompleted(Takeover):
    """A second operator confirmed: who asked is manager now."""

    type: ClassVar[str] = "accounts.takeover.completed.v1"
    reason: str


class TakeoverRefused(Takeover):
    """An operator refused."""

    type: ClassVar[str] = "accounts.takeover.refused.v1"
    reason: str


class TakeoverWithdrawn(Takeover):
    """Who asked does not ask any more."""

    type: ClassVar[str] = "accounts.takeover.withdrawn.v1"


class GuessingDetected(Event):
    """PINs are being guessed: the budget of failures of all together is spent (decision 9); operators are told."""

    type: ClassVar[str] = "accounts.guessing.detected.v1"
    aggregate: ClassVar[str] = "guessing"

    id: UUID
    operators: tuple[UUID, ...]
