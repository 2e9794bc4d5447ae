"""Checks a proof that the caller just typed the password again, by its signature; the owner of the act spends it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from shared.contracts import proofs
from shared.contracts.problems import common
from shared.crypto import verify

if TYPE_CHECKING:
    from shared.web.auth import Principal


@dataclass(frozen=True, slots=True)
class Proof:
    """A proof that holds: `id` is to be spent once, and may be forgotten after `expires_at`."""

    id: UUID
    expires_at: datetime


async def check(tokens: verify.TokenVerifier, principal: Principal, proof: str, purpose: proofs.Purpose) -> Proof:
    """Give the proof of this person, this session and this purpose; `reauthentication-required` otherwise."""
    try:
        claims = await tokens.verify(proof, verify.PROOF)
        _ensure_meant(claims, principal, purpose)
        return Proof(UUID(claims["jti"]), datetime.fromtimestamp(claims["exp"], UTC))
    except (verify.InvalidToken, KeyError, ValueError, TypeError, AttributeError) as error:
        raise common.ReauthenticationRequired from error


def _ensure_meant(claims: dict[str, Any], principal: Principal, purpose: proofs.Purpose) -> None:
    meant = {
        "iss": principal.claims["iss"],
        "sub": principal.subject,
        "sid": principal.session_id,
        "purpose": purpose.value,
    }
    if meant["sid"] is None or any(claims.get(name) != value for name, value in meant.items()):
        raise verify.InvalidToken("purpose")
    if claims["exp"] - claims["iat"] > proofs.LIFETIME:
        raise verify.InvalidToken("exp")
