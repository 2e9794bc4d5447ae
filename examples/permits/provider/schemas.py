"""Queries and forms of the provider's page."""

from __future__ import annotations

from typing import Literal
from uuid import UUID

from pydantic import Field

from shared.web.routing import Input


class Link(Input):
    """An order as the payer's browser brings it."""

    request: str = Field(max_length=4000)
    signature: str = Field(max_length=200)


class Decision(Link):
    """What the payer chose."""

    choice: Literal["pay", "decline", "cancel"]


class Refund(Input):
    """A payment to give back."""

    payment: UUID
