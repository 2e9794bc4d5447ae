"""Web sessions: an opaque cookie, the tokens on the server, and one renewal at a time."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

from services.portal import secrecy, store
from services.portal.answers import Unreachable
from services.portal.backend import Backend, Caller, Refused

if TYPE_CHECKING:
    from asyncpg import Record

    from services.portal.settings import Settings
    from shared.db.pool import Pool

LOOKS = 100
LOOK = ("id", "operator", "reason", "ends_at")
PAUSE = 0.1
"""Who waits for another request's renewal looks every tenth of a second, ten seconds at most."""
FACTS = ("username", "first_name", "last_name", "email", "language", "operator")


class SignedOut(Exception):
    """The session has ended; the visitor has to sign in again."""


@dataclass(frozen=True, slots=True)
class Look:
    """An operator's look at somebody's screens: his own name, why, and until when."""

    id: str
    operator: str
    reason: str
    ends_at: str


@dataclass(frozen=True, slots=True)
class Session:
    """Somebody signed in, as this browser has it; during a look `person` and `facts` are those of who is looked at."""

    secret: str = field(repr=False)
    digest: bytes
    person: UUID
    facts: dict[str, Any]
    access_token: str = field(repr=False)
    refresh_token: str = field(repr=False)
    generation: int
    fresh: bool
    look: Look | None = None

    @property
    def name(self) -> str:
        """First and last name."""
        return f"{self.facts['first_name']} {self.facts['last_name']}"

    @property
    def binding(self) -> bytes:
        """Bind forms to the session, and to the look in which they were shown: none is sent in another."""
        return self.digest + self.look.id.encode() if self.look else self.digest

    @property
    def operator(self) -> bool:
        """Whether he looks after the service."""
        return bool(self.facts["operator"])


@dataclass(frozen=True, kw_only=True)
class Sessions:
    """Begins, finds, renews and ends web sessions."""

    pool: Pool
    backend: Backend
    settings: Settings

    async def begin(self, signed_in: dict[str, Any]) -> str:
        """Begin a session with the answer to a sign-in; give its secret, for the cookie."""
        secret = secrecy.new()
        await store.insert_session(
            self.pool,
            secrecy.digest(secret),
            UUID(signed_in["user"]["id"]),
            _facts(signed_in),
            _seal(secret, signed_in),
            _lifetime(signed_in),
            self.settings.longest,
        )
        return secret

    async def find(self, secret: str | None) -> Session | None:
        """Find the session of a cookie."""
        if secret is None or not secrecy.is_one(secret):
            return None
        row = await store.find_session(self.pool, secrecy.digest(secret), self.settings.idle)
        if row is None:
            return None
        if row["to_touch"]:
            await store.touch_session(self.pool, row["digest"])
        return _session(secret, row)

    async def renewed(self, session: Session, caller: Caller) -> Session:
        """Give the session with new tokens (`SignedOut` when identity gives none).

        One request renews; the others of the same browser wait for what it gets. Should it die, identity gives
        the same successor again for 45 seconds, so that whoever takes over loses nothing.
        """
        for _ in range(LOOKS):
            if await store.claim_renewal(self.pool, session.digest, session.generation):
                await self._renew(session, caller)
            found = await self.find(session.secret)
            if found is None:
                raise SignedOut
            if found.generation != session.generation:
                return found
            await asyncio.sleep(PAUSE)
        raise Unreachable

    async def _renew(self, session: Session, caller: Caller) -> None:
        try:
            body = {"refresh_token": session.refresh_token}
            answer = await self.backend.call(caller, "POST", "/identity/v1/sessions/refresh", json=body)
        except Refused as refusal:
            if refusal.status != 401:
                await store.release_renewal(self.pool, session.digest, session.generation)
                raise
            # A password change may have given new tokens meanwhile: then the session lives on with those.
            await store.delete_session(self.pool, session.digest, session.generation)
            return
        except Unreachable:
            await store.release_renewal(self.pool, session.digest, session.generation)
            raise
        await self.keep(session, answer, session.generation)

    async def keep(self, session: Session, signed_in: dict[str, Any], generation: int | None = None) -> None:
        """Keep the tokens that identity gave for a session; without a generation, whatever happened meanwhile."""
        await store.renew_session(
            self.pool,
            session.digest,
            generation,
            _seal(session.secret, signed_in),
            _facts(signed_in),
            _lifetime(signed_in),
        )

    async def begin_look(self, session: Session, begun: dict[str, Any], reason: str) -> None:
        """Have a session show the screens of the person whom identity named, until the look ends."""
        look = {name: begun[name] for name in ("id", "ends_at")} | {"reason": reason, "operator": session.name}
        person = {"person": begun["person"]["id"], "facts": _facts({"user": begun["person"]}) | {"operator": False}}
        await store.set_look(self.pool, session.digest, look | person)

    async def end_look(self, session: Session) -> None:
        """Have a session show its own screens again."""
        await store.set_look(self.pool, session.digest, None)

    async def end(self, session: Session) -> None:
        """End a session here."""
        await store.delete_session(self.pool, session.digest)


def _session(secret: str, row: Record) -> Session | None:
    tokens = secrecy.unseal(secret, row["tokens"])
    if tokens is None:
        return None
    look = row["look"]
    return Session(
        secret=secret,
        digest=row["digest"],
        person=UUID(look["person"]) if look else row["person"],
        facts=look["facts"] if look else row["facts"],
        access_token=tokens["access"],
        refresh_token=tokens["refresh"],
        generation=row["generation"],
        fresh=row["fresh"],
        look=Look(**{name: look[name] for name in LOOK}) if look else None,
    )


def _facts(signed_in: dict[str, Any]) -> dict[str, Any]:
    return {name: signed_in["user"][name] for name in FACTS}


def _seal(secret: str, signed_in: dict[str, Any]) -> bytes:
    return secrecy.seal(secret, {"access": signed_in["access_token"], "refresh": signed_in["refresh_token"]})


def _lifetime(signed_in: dict[str, Any]) -> timedelta:
    return timedelta(seconds=signed_in["expires_in"])
