"""What a sealed field of an event opens to, for notifications alone (a JWE; design §3)."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class VerificationSecret(BaseModel):
    """The single-use token of a verification link, for the address it was sent to."""

    model_config = ConfigDict(frozen=True)
    token: str


class ResetSecret(BaseModel):
    """The single-use token of a password reset link."""

    model_config = ConfigDict(frozen=True)
    token: str


class PinSecret(BaseModel):
    """A PIN as people read it, `M5D-C58-TA2`."""

    model_config = ConfigDict(frozen=True)
    pin: str


class LinkSecret(BaseModel):
    """The single-use token of a link to contest a claim, or to object to a take-over."""

    model_config = ConfigDict(frozen=True)
    token: str
