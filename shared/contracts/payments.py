"""What a merchant and its payment provider say to each other: the order in a link, the notices, the state.

The order travels in the payer's browser, hence signed; so is each notice (`shared.crypto.signatures`).
What a browser comes back with says nothing: only a notice, or the answer to a question, does.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from shared.contracts.moments import Moment
from shared.contracts.people import Language

LINK_LIFETIME = 1800
"""Seconds in which a provider takes an order; it charges nothing after that."""


class Outcome(StrEnum):
    """What became of an order at the provider. `unknown`: nothing, and after the end of the link nothing ever will."""

    UNKNOWN = "unknown"
    PAID = "paid"
    FAILED = "failed"
    REFUNDED = "refunded"


class _Said(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Order(_Said):
    """What the provider is to charge: once for each `payment`, and not after `expires` (Unix seconds)."""

    payment: UUID
    amount_cents: int = Field(ge=1)
    currency: Literal["CAD"]
    label: str = Field(max_length=200)
    language: Language
    return_url: str = Field(pattern=r"^https?://", max_length=500)
    notify_url: str = Field(pattern=r"^https?://", max_length=500)
    expires: int


class Notice(BaseModel):
    """What the provider tells the merchant; repeated under the same `id` until it is taken, in any order."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    id: UUID
    payment: UUID
    state: Literal[Outcome.PAID, Outcome.FAILED, Outcome.REFUNDED]
    amount_cents: int = Field(ge=0, le=2**53)
    currency: str = Field(max_length=3)
    occurred_at: Moment


class Question(_Said):
    """The merchant's question how an order stands."""

    payment: UUID


class Standing(_Said):
    """How an order stands at the provider."""

    payment: UUID
    state: Outcome
    amount_cents: int = 0
    currency: str = "CAD"
