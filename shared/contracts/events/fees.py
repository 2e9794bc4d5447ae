"""What accounts says about fees, their payment, and bank details. Numbers of bank accounts stand in no event."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import ClassVar
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from shared.contracts.envelope import Event
from shared.contracts.events.companies import Account
from shared.contracts.people import Person

PUBLISHER = "accounts"


class FeeState(StrEnum):
    """How a fee stands. Refunded: its payment was given back, and it is owed no more."""

    UNPAID = "unpaid"
    PAID = "paid"
    REFUNDED = "refunded"
    WITHDRAWN = "withdrawn"


class PaymentState(StrEnum):
    """How a payment stands. Expired: the payer never came back from the provider, nor did an answer."""

    STARTED = "started"
    PAID = "paid"
    FAILED = "failed"
    EXPIRED = "expired"
    REFUNDED = "refunded"


class Fee(Event):
    """The state every event of a fee carries; not an event itself. Amounts are in cents."""

    aggregate: ClassVar[str] = "fee"

    id: UUID
    account: UUID
    account_name: str
    managers: tuple[UUID, ...]
    application: str
    reference: str
    label_fr: str
    label_en: str
    amount_cents: int
    currency: str
    due_on: date
    state: FeeState


class FeePosted(Fee):
    """A connected application posted a fee to an account; `told` are the users who may pay it."""

    type: ClassVar[str] = "accounts.fee.posted.v1"
    told: tuple[UUID, ...]


class FeeWithdrawn(Fee):
    """The application withdrew the fee: it is owed no more."""

    type: ClassVar[str] = "accounts.fee.withdrawn.v1"


class FeePaid(Fee):
    """A payment settled the fee."""

    type: ClassVar[str] = "accounts.fee.paid.v1"
    payment: UUID
    payer: UUID


class FeeRefunded(Fee):
    """The payment of the fee was given back."""

    type: ClassVar[str] = "accounts.fee.refunded.v1"
    payment: UUID
    payer: UUID


class Item(BaseModel):
    """One fee that a payment is for."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    id: UUID
    account: UUID
    account_name: str
    reference: str
    label_fr: str
    label_en: str
    amount_cents: int


class Payment(Event):
    """The state every event of a payment carries; not an event itself. Amounts are in cents."""

    aggregate: ClassVar[str] = "payment"

    id: UUID
    payer: Person
    amount_cents: int
    currency: str
    state: PaymentState
    fees: tuple[Item, ...]


class PaymentStarted(Payment):
    """A member went to the provider’s page; nothing is paid yet."""

    type: ClassVar[str] = "accounts.payment.started.v1"


class PaymentReceived(Payment):
    """The provider took the money. `surplus`: for fees that were settled already, so that it is to be given back."""

    type: ClassVar[str] = "accounts.payment.received.v1"
    surplus: bool


class PaymentFailed(Payment):
    """The card was declined, or the payer gave up; the fees can be paid again."""

    type: ClassVar[str] = "accounts.payment.failed.v1"


class PaymentExpired(Payment):
    """The payer never paid in time; the fees can be paid again."""

    type: ClassVar[str] = "accounts.payment.expired.v1"


class PaymentRefunded(Payment):
    """The provider gave the money back."""

    type: ClassVar[str] = "accounts.payment.refunded.v1"


class BankDetails(Account):
    """The state every event of bank details carries; not an event itself. `changed_by` is the manager who did it."""

    changed_by: Person


class BankDetailsChanged(BankDetails):
    """A manager set or changed the account’s bank details, after typing the password again; every manager is told."""

    type: ClassVar[str] = "accounts.bank-details.changed.v1"


class BankDetailsRemoved(BankDetails):
    """A manager removed the account’s bank details, after typing the password again; every manager is told."""

    type: ClassVar[str] = "accounts.bank-details.removed.v1"
