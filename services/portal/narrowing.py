"""Tokens for one connected application alone: what it is sent is believed nowhere else (RFC 8693)."""

from __future__ import annotations

import time
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import structlog

from services.portal.answers import Unreachable
from services.portal.backend import Backend, Caller, Refused
from shared.contracts.audiences import ACCESS_TOKEN, TOKEN_EXCHANGE

if TYPE_CHECKING:
    from collections.abc import Callable

    from services.portal.sessions import Session

log = structlog.get_logger()

MOST = 4096
"""So many tokens are remembered; who is forgotten is given another."""
MARGIN = 20
"""Seconds before its end from which on a token is not used any more."""

Key = tuple[bytes, int, str]


@dataclass(frozen=True, kw_only=True)
class Narrowing:
    """Exchanges a session's access token for those of applications, and remembers them while they hold."""

    backend: Backend
    now: Callable[[], float] = time.monotonic
    _known: dict[Key, tuple[str, float]] = field(default_factory=dict)

    async def token(self, session: Session, caller: Caller, audience: str) -> str:
        """Give a token for an application; `Unreachable` when identity does not know it (any more)."""
        key = (session.digest, session.generation, audience)
        token, until = self._known.get(key, ("", 0.0))
        if self.now() >= until:
            token, seconds = await self._exchanged(session, caller, audience)
            self._remember(key, token, self.now() + seconds - MARGIN)
        return token

    async def _exchanged(self, session: Session, caller: Caller, audience: str) -> tuple[str, int]:
        own = session.access_token
        form = {
            "grant_type": TOKEN_EXCHANGE,
            "subject_token": own,
            "subject_token_type": ACCESS_TOKEN,
            "audience": audience,
        }
        with_own = replace(caller, token=own)
        try:
            answer = await self.backend.call(with_own, "POST", "/identity/v1/token", data=form)
        except Refused as refusal:
            raise without_token(refusal, audience) from refusal
        return str(answer["access_token"]), int(answer["expires_in"])

    def _remember(self, key: Key, token: str, until: float) -> None:
        while len(self._known) >= MOST:
            del self._known[next(iter(self._known))]
        self._known.pop(key, None)
        self._known[key] = token, until


def without_token(refusal: Refused, audience: str | None) -> Exception:
    """Say of an application that no token is given for that it cannot be reached; operators are told why in the log.

    Identity does not know it, or is older than this portal; what else is refused concerns the visitor.
    """
    if refusal.status != 400 or audience is None:
        return refusal
    log.error("no token for an application", application=audience, refused=refusal.slug)
    return Unreachable()
