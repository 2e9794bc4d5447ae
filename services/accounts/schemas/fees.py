"""Fees and payments: what is asked for and answered."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import AfterValidator, Field

from shared.contracts.events.fees import FeeState, Item, PaymentState
from shared.web.routing import Input, Output

Key = Annotated[str, Field(min_length=1, max_length=100, pattern=r"^[\x21-\x7e]+$")]
Keys = Annotated[list[Key], Field(min_length=1, max_length=100)]
Line = Annotated[
    str, Field(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f]*[^\x00-\x20\x7f][^\x00-\x1f\x7f]*$")
]
Size = Annotated[int, Field(ge=1, le=100)]


def _each_once(ids: list[UUID]) -> list[UUID]:
    return list(dict.fromkeys(ids))


class NewFee(Input):
    """A fee as a connected application posts it; `key` is its own and makes posting idempotent."""

    key: Key
    account: UUID
    reference: Line
    label_fr: Line
    label_en: Line
    amount_cents: int = Field(ge=1, le=100_000_000)
    due_on: date


class NewFees(Input):
    """A batch of at most 100."""

    fees: list[NewFee] = Field(min_length=1, max_length=100)


class Outcome(StrEnum):
    """How one fee of a batch ended. `conflict`: its key stands for another fee; an unknown account may become known."""

    ACCEPTED = "accepted"
    DUPLICATE = "duplicate"
    CONFLICT = "conflict"
    UNKNOWN_ACCOUNT = "unknown-account"


class Result(Output):
    """The outcome of one fee."""

    key: str
    outcome: Outcome
    fee: UUID | None


class Results(Output):
    """The outcomes, in the order of the batch."""

    results: list[Result]


class PostedKeys(Input):
    """Which of one’s fees."""

    key: list[Key] = Field(min_length=1, max_length=100)


class PostedFee(Output):
    """How a fee stands, for the application that posted it."""

    key: str
    id: UUID
    state: FeeState


class PostedFees(Output):
    """The fees that are known; others were never posted."""

    fees: list[PostedFee]


class Withdrawal(Input):
    """Fees to withdraw by their keys."""

    keys: Keys


class WithdrawalOutcome(StrEnum):
    """How one withdrawal ended. Somebody is paying: try again later."""

    WITHDRAWN = "withdrawn"
    UNKNOWN = "unknown"
    SETTLED = "settled"
    IN_PAYMENT = "in-payment"


class WithdrawalResult(Output):
    """The outcome of one withdrawal."""

    key: str
    outcome: WithdrawalOutcome


class WithdrawalResults(Output):
    """The outcomes, in the order of the batch."""

    results: list[WithdrawalResult]


class Listing(Input):
    """Which fees, after which one."""

    state: FeeState = FeeState.UNPAID
    account: UUID | None = None
    after: UUID | None = None
    size: Size = 25


class Fee(Output):
    """A fee of an account for which the caller may pay; `payment` is under way for it, or settled it."""

    id: UUID
    account: UUID
    account_name: str
    reference: str
    label_fr: str
    label_en: str
    amount_cents: int
    currency: str
    due_on: date
    overdue: bool
    state: FeeState
    payment: UUID | None
    paid_by: str | None
    paid_at: datetime | None


class Unpaid(Output):
    """How many fees are unpaid, and what they come to."""

    fees: int
    amount_cents: int


class Fees(Output):
    """Fees by the day they are due [Frais impayés]; `next` is what to list after."""

    fees: list[Fee]
    unpaid: Unpaid
    next: UUID | None = None


class NewPayment(Input):
    """The fees to pay at once, of one account or several."""

    fees: Annotated[list[UUID], Field(min_length=1, max_length=50), AfterValidator(_each_once)]


class Payment(Output):
    """A payment; only `state` tells what became of it, not the return of the browser. `surplus` is given back."""

    id: UUID
    state: PaymentState
    surplus: bool
    amount_cents: int
    currency: str
    fees: list[Item]
    started_at: datetime
    expires_at: datetime
    ended_at: datetime | None


class StartedPayment(Payment):
    """A payment to be made: send the browser to `redirect_url`."""

    redirect_url: str


class Payments(Output):
    """One’s own payments, newest first; `next` is what to list after."""

    payments: list[Payment]
    next: UUID | None = None


class PaymentPage(Input):
    """After which payment."""

    after: UUID | None = None
    size: Size = 25
