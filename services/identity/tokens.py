"""Secrets we give away and keep only as digests, and the access tokens we sign."""

from __future__ import annotations

import hashlib
import secrets
from typing import TYPE_CHECKING, Any

from services.identity import rules
from shared import clock, ids
from shared.contracts import proofs
from shared.contracts.audiences import MANDAT
from shared.crypto import verify

if TYPE_CHECKING:
    from uuid import UUID

    from services.identity.deps import Deps
    from services.identity.store import Person

BYTES = 32


def new_token() -> str:
    """Make a token of 256 random bits."""
    return secrets.token_urlsafe(BYTES)


def digest(token: str) -> bytes:
    """Give what we keep of a token: SHA-256, enough for 256 random bits (ASVS 6.5.2)."""
    return hashlib.sha256(token.encode()).digest()


async def for_person(deps: Deps, person: Person, session_id: UUID) -> str:
    """Sign an access token for a person in his own name; times in Unix seconds (RFC 9068)."""
    claims = {
        "sub": str(person.id),
        "sid": str(session_id),
        "name": f"{person.first_name} {person.last_name}",
        "username": person.username,
        "lang": person.language,
        "roles": ["operator"] if person.operator else [],
        "pwd_at": int(person.password_changed_at.timestamp()),
    }
    return await _sign(deps, claims)


async def for_application(deps: Deps, client_id: str) -> str:
    """Sign an access token for a connected application (RFC 6749 §4.4)."""
    return await _sign(deps, {"sub": client_id, "client_id": client_id, "app": True})


async def for_one_application(deps: Deps, person: Person, audience: str, left: int) -> tuple[str, int]:
    """Sign a token that one application alone believes, and give the seconds it holds: those `left`, if they are fewer.

    It says who the person is: nothing of his session, his password or his role in Mandat.
    """
    seconds = max(1, min(left, deps.settings.access_token_seconds))
    claims = {"sub": str(person.id), "name": f"{person.first_name} {person.last_name}", "lang": person.language}
    return await _sign(deps, claims, seconds=seconds, audience=audience), seconds


async def for_look(
    deps: Deps, operator: Person, look_id: UUID, person: Person, left: float, audience: str
) -> tuple[str, int]:
    """Sign a token that reads as a person and writes nothing, and give the seconds it holds; the look has `left`."""
    seconds = max(1, min(rules.LOOK_TOKEN_SECONDS, int(left)))
    claims = {
        "sub": str(person.id),
        "name": f"{person.first_name} {person.last_name}",
        "lang": person.language,
        "pwd_at": int(person.password_changed_at.timestamp()),
        "look": {"id": str(look_id), "sub": str(operator.id)},
    }
    return await _sign(deps, claims, typ=verify.LOOK, seconds=seconds, audience=audience), seconds


async def proof(deps: Deps, person: Person, session_id: UUID, purpose: proofs.Purpose) -> str:
    """Sign that a person just typed the password again in this session, for one purpose."""
    claims = {"sub": str(person.id), "sid": str(session_id), "purpose": purpose.value}
    return await _sign(deps, claims, typ=verify.PROOF, seconds=proofs.LIFETIME)


async def _sign(
    deps: Deps,
    claims: dict[str, Any],
    *,
    typ: str = verify.TYPE,
    seconds: int | None = None,
    audience: str = MANDAT,
) -> str:
    now = int(clock.now())
    standard = {
        "iss": deps.settings.issuer,
        "aud": audience,
        "iat": now,
        "exp": now + (seconds or deps.settings.access_token_seconds),
        "jti": str(ids.uuid7()),
    }
    return await deps.signing.sign(claims | standard, typ=typ)
