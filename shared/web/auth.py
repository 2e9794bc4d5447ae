"""Who calls: the claims of an access token as a principal (RFC 9068, RFC 8693 §4.1)."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any
from uuid import UUID

from shared.contracts.permissions import Kind
from shared.contracts.problems import common
from shared.crypto.verify import LOOK, REMEMBERED, TYPE, InvalidToken

if TYPE_CHECKING:
    from collections.abc import Mapping

    from shared.crypto.verify import TokenVerifier


@dataclass(frozen=True)
class Principal:
    """A caller. With an acting token `subject` is the delegator, and the actor the delegate who calls."""

    kind: Kind
    subject: str = ""
    claims: Mapping[str, Any] = field(default_factory=dict, repr=False)

    @cached_property
    def user_id(self) -> UUID:
        """The person in whose name the call is made: the delegator when acting."""
        if self.kind not in (Kind.PERSON, Kind.OPERATOR, Kind.ACTING, Kind.LOOKING):
            raise TypeError("the caller is no person")
        return UUID(self.subject)

    @property
    def actor_id(self) -> UUID | None:
        """The delegate, when acting."""
        return UUID(self.claims["act"]["sub"]) if self.kind is Kind.ACTING else None

    @property
    def performer_id(self) -> UUID:
        """The person by whose rights the call is made: the delegate when acting; who is looked at, not who looks."""
        return self.actor_id or self.user_id

    @property
    def session_id(self) -> str | None:
        """The session of identity from which the token comes."""
        return self.claims.get("sid")

    @property
    def password_changed_at(self) -> datetime | None:
        """When the password was last changed (Q24); unknown for acting tokens and applications."""
        moment = self.claims.get("pwd_at")
        return None if moment is None else datetime.fromtimestamp(moment, UTC)

    @property
    def issued_at(self) -> datetime:
        """When the token was issued."""
        return datetime.fromtimestamp(self.claims["iat"], UTC)

    @property
    def name(self) -> str:
        """The name of the person in whose name the call is made."""
        return str(self.claims.get("name", ""))

    @cached_property
    def written(self) -> tuple[str, str | None]:
        """Give actor and on-behalf-of as the envelope writes them."""
        if self.kind is Kind.ANONYMOUS:
            return "system", None
        if self.kind is Kind.APPLICATION:
            return f"application:{self.subject}", None
        if self.kind is Kind.LOOKING:
            return f"user:{self.claims['look']['sub']}", f"user:{self.user_id}"
        return f"user:{self.performer_id}", f"user:{self.user_id}" if self.kind is Kind.ACTING else None


ANONYMOUS = Principal(Kind.ANONYMOUS)


class Callers:
    """Tells who calls by the `Authorization` header. Who called before is known again while his token holds."""

    def __init__(self, tokens: TokenVerifier) -> None:
        self._tokens = tokens
        self._known: dict[str, Principal] = {}

    async def find(self, header: str | None) -> Principal:
        """Read the bearer token; none is nobody, a wrong one is `sign-in-required`."""
        if not header:
            return ANONYMOUS
        scheme, _, token = header.partition(" ")
        if scheme.lower() != "bearer":
            return ANONYMOUS
        token = token.strip()
        known = self._known.get(token)
        if known is not None and known.claims is self._recall(token, known):
            return known
        try:
            principal = await self._verify(token)
        except InvalidToken as error:
            raise common.SignInRequired from error
        return self._remember(token, principal)

    async def _verify(self, token: str) -> Principal:
        try:
            return principal_of(await self._tokens.verify(token))
        except InvalidToken as error:
            if error.args != ("typ",):
                raise
        return looking(await self._tokens.verify(token, LOOK))

    def _recall(self, token: str, principal: Principal) -> Mapping[str, Any] | None:
        return self._tokens.recall(token, LOOK if principal.kind is Kind.LOOKING else TYPE)

    def _remember(self, token: str, principal: Principal) -> Principal:
        claims = self._recall(token, principal)
        if claims is None:
            return principal
        while len(self._known) >= REMEMBERED:
            del self._known[next(iter(self._known))]
        self._known[token] = principal = Principal(principal.kind, principal.subject, claims)
        return principal


def principal_of(claims: Mapping[str, Any]) -> Principal:
    """Read verified claims; a shape that no issuer of ours gives is `InvalidToken`."""
    kind = _kind(claims)
    if kind is not Kind.APPLICATION:
        _ensure_uuid(claims["sub"])
    if kind is Kind.ACTING:
        _ensure_uuid(claims["act"].get("sub"))
    return Principal(kind, claims["sub"], claims)


def looking(claims: Mapping[str, Any]) -> Principal:
    """Read the verified claims of a look: whose screens, and who looks; any other shape is `InvalidToken`."""
    look = claims.get("look")
    if not isinstance(look, dict) or claims.keys() & {"act", "app", "roles", "sid"}:
        raise InvalidToken("look")
    if not str(claims.get("iss")).endswith("/identity"):
        raise InvalidToken("iss")
    _ensure_uuid(claims["sub"])
    _ensure_uuid(look.get("sub"))
    return Principal(Kind.LOOKING, claims["sub"], claims)


def _kind(claims: Mapping[str, Any]) -> Kind:
    application, acting = claims.get("app") is True, "act" in claims
    if acting != str(claims.get("iss")).endswith("/delegation"):
        # Only delegation says who acts for whom, and it says nothing else: no role, no application.
        raise InvalidToken("iss")
    if acting and (application or "roles" in claims):
        raise InvalidToken("act")
    if application:
        return Kind.APPLICATION
    if acting:
        return Kind.ACTING
    roles = claims.get("roles", [])
    if not isinstance(roles, list):
        raise InvalidToken("roles")
    return Kind.OPERATOR if "operator" in roles else Kind.PERSON


def _ensure_uuid(value: Any) -> None:
    try:
        UUID(value)
    except (ValueError, TypeError, AttributeError) as error:
        raise InvalidToken("sub") from error
