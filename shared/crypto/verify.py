"""Verifies tokens of the trusted issuers (RFC 9068, RFC 8725) with the keys they publish."""

from __future__ import annotations

import json
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, TypeGuard

from joserfc import jwk, jws
from joserfc.errors import JoseError

from shared import clock
from shared.contracts.audiences import MANDAT
from shared.contracts.problems import common
from shared.crypto.keysets import KeySource

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

    import aiohttp

ALGORITHM = "Ed25519"
TYPE = "at+jwt"
PROOF = "reauth+jwt"
LOOK = "look+jwt"
"""What a token may be: an access token, a proof that the password was typed again, or an operator's look at somebody's
screens. None passes for another: who does not know of looks refuses theirs."""
TYPES = frozenset({TYPE, PROOF, LOOK})
HEADER = frozenset({"alg", "typ", "kid"})
LEEWAY = 5
LARGEST = 8192
REMEMBERED = 2048


class InvalidToken(Exception):
    """The token proves nothing: forged, expired, malformed, or meant for somebody else."""


@dataclass(frozen=True, slots=True)
class _Read:
    signed: jws.CompactSignature
    typ: str
    key_id: str
    claims: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class _Verified:
    source: KeySource
    key: jwk.OKPKey
    read: _Read
    begins: float
    ends: float


class TokenVerifier:
    """Answers a token's claims, or refuses it. One for a whole process.

    `issuers` maps each trusted `iss` to the address of its JWKS; `audiences` are those for whom a
    token may be that is believed here; `now` is in Unix seconds. A
    token already verified is not verified again as long as its key is published and it has
    not expired: its signature cannot become wrong.
    """

    def __init__(
        self,
        http: aiohttp.ClientSession,
        issuers: Mapping[str, str],
        audiences: Collection[str] = (MANDAT,),
        *,
        now: Callable[[], float] = clock.now,
    ) -> None:
        self._sources = {issuer: KeySource(http, url) for issuer, url in issuers.items()}
        self._audiences = frozenset(audiences)
        self._now = now
        self._verified: dict[str, _Verified] = {}

    async def verify(self, token: str, typ: str = TYPE) -> dict[str, Any]:
        """Give the claims of a token of this type, by default an access token.

        `InvalidToken` when refused, `temporarily-unavailable` when the keys cannot be had.
        """
        if (claims := self.recall(token, typ)) is not None:
            return dict(claims)
        if len(token) > LARGEST or not token.isascii():
            raise InvalidToken("size")
        known = self._verified.get(token)
        read = known.read if known else _read(token)
        if read.typ != typ:
            raise InvalidToken("typ")
        key = await self._key(read)
        if known is None or known.key is not key:
            _check_signature(read, key)
        check_claims(read.claims, self._audiences, self._now())
        self._remember(token, read, key)
        return dict(read.claims)

    def recall(self, token: str, typ: str = TYPE) -> Mapping[str, Any] | None:
        """Give the claims of a token verified before that holds now, the same object each time; None: verify it.

        What can change is looked at each time: the clock, and whether its issuer publishes the same key still.
        """
        known = self._verified.get(token)
        if known is None or known.read.typ != typ or not known.begins <= self._now() < known.ends:
            return None
        same_key = known.source.known(known.read.key_id) is known.key
        return known.read.claims if same_key else None

    async def _key(self, read: _Read) -> jwk.OKPKey:
        source = self._source(read)
        key = await source.find(read.key_id)
        if key is None and not source.answered:
            raise common.TemporarilyUnavailable(retry_after=5)
        if key is None:
            raise InvalidToken("kid")
        return key

    def _source(self, read: _Read) -> KeySource:
        issuer = read.claims.get("iss")
        source = self._sources.get(issuer) if isinstance(issuer, str) else None
        if source is None:
            raise InvalidToken("iss")
        return source

    def _remember(self, token: str, read: _Read, key: jwk.OKPKey) -> None:
        begins = max(read.claims["iat"], read.claims.get("nbf", 0)) - LEEWAY
        self._verified[token] = _Verified(self._source(read), key, read, begins, read.claims["exp"])
        while len(self._verified) > REMEMBERED:
            del self._verified[next(iter(self._verified))]


def _read(token: str) -> _Read:
    """Read what a token of the shapes we take says; nothing of it is believed yet."""
    try:
        signed = jws.extract_compact(token.encode())
        claims = json.loads(signed.payload or b"")
    except (JoseError, ValueError, RecursionError) as error:
        raise InvalidToken("shape") from error
    header = signed.protected
    if set(header) != HEADER or header["alg"] != ALGORITHM or header["typ"] not in TYPES:
        raise InvalidToken("header")
    if not isinstance(header["kid"], str) or not isinstance(claims, dict):
        raise InvalidToken("shape")
    return _Read(signed, header["typ"], header["kid"], MappingProxyType(claims))


def _check_signature(read: _Read, key: jwk.OKPKey) -> None:
    try:
        good = jws.validate_compact(read.signed, key, algorithms=[ALGORITHM])
    except (JoseError, ValueError) as error:
        raise InvalidToken("signature") from error
    if not good:
        raise InvalidToken("signature")


def check_claims(claims: Mapping[str, Any], audiences: Collection[str], now: float) -> None:
    """Check audience, times in Unix seconds, subject and actor; `InvalidToken` names the claim at fault.

    An actor inside an actor is refused: rights that were received are not passed on (Q4, RFC 8693 §4.1).
    """
    expires, issued, begins = claims.get("exp"), claims.get("iat"), claims.get("nbf", 0)
    if not isinstance(claims.get("aud"), str) or claims["aud"] not in audiences:
        raise InvalidToken("aud")
    if not _is_time(expires) or expires <= now:
        raise InvalidToken("exp")
    if not _is_time(issued) or issued > now + LEEWAY:
        raise InvalidToken("iat")
    if not _is_time(begins) or begins > now + LEEWAY:
        raise InvalidToken("nbf")
    if not isinstance(claims.get("sub"), str) or not claims["sub"]:
        raise InvalidToken("sub")
    if "act" in claims and (not isinstance(claims["act"], dict) or "act" in claims["act"]):
        raise InvalidToken("act")


def _is_time(value: Any) -> TypeGuard[int]:
    return isinstance(value, int) and not isinstance(value, bool)
