"""Web sessions on a real database, with identity scripted at the other end of HTTP."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID

import aiohttp
import pytest
from aiohttp import web as aioweb

from services.portal import app, secrecy, sessions, settings
from services.portal.answers import Unreachable
from services.portal.backend import Backend, Caller, Refused
from shared import substrate
from shared.db.pool import Pool
from tests.support import web

JEAN = UUID(int=1)
CALLER = Caller(language="fr", address="192.0.2.1")
USER = {"id": str(JEAN), "username": "jpiette", "first_name": "Jean", "last_name": "Piette"}
USER |= {"email": "jpiette@mandat.example.com", "language": "fr", "operator": False}


@dataclass
class Identity:
    """Answers refreshes as a test wants it: the next tokens, a status, after a while, once more to the same token."""

    status: int = 200
    pause: float = 0.0
    asked: list[str] = field(default_factory=list)

    def app(self) -> aioweb.Application:
        made = aioweb.Application()
        made.router.add_post("/v1/sessions/refresh", self.refresh)
        return made

    async def refresh(self, request: aioweb.Request) -> aioweb.Response:
        self.asked.append((await request.json())["refresh_token"])
        await asyncio.sleep(self.pause)
        if self.status != 200:
            body = {"slug": "sign-in-required", "title": "t", "detail": "d", "status": self.status}
            return aioweb.json_response(body, status=self.status)
        return aioweb.json_response(tokens(len(self.asked)))


def tokens(number: int) -> dict[str, Any]:
    return {
        "access_token": f"access-{number}",
        "refresh_token": f"refresh-{number}",
        "expires_in": 20,
        "user": USER,
    }


@dataclass
class Served:
    """The sessions of two portals on one database, and the identity that both ask."""

    identity: Identity
    pool: Pool
    one: sessions.Sessions
    other: sessions.Sessions


@pytest.fixture
async def served(database: Callable[..., Awaitable[str]]) -> AsyncIterator[Served]:
    dsn = await database(*substrate.AREAS, app.AREA)
    pool = await Pool.open(dsn, name="portal", size=4)
    identity = Identity()
    async with web.serving(identity.app(), "/identity") as base, aiohttp.ClientSession() as http:
        address = base.removesuffix("/identity")
        given = settings.Settings(public_url=address, secrets=Path("/nowhere"), database_url=dsn)
        made = [sessions.Sessions(pool=pool, backend=Backend(given, http), settings=given) for _ in range(2)]
        yield Served(identity, pool, *made)
    await pool.close()


async def begun(served: Served) -> sessions.Session:
    found = await served.one.find(await served.one.begin(tokens(0)))
    assert found is not None
    return found


async def test_session_is_found_by_its_secret_alone_and_the_database_opens_nothing(served: Served) -> None:
    session = await begun(served)
    assert (session.person, session.name, session.access_token) == (JEAN, "Jean Piette", "access-0")
    assert await served.one.find(secrecy.new()) is None
    assert await served.one.find("' or true --") is None
    row = str(await served.pool.fetchrow("select *, encode(tokens, 'escape') from web_session"))
    assert session.secret not in row
    assert "access-0" not in row
    assert "refresh-0" not in row


async def test_many_requests_at_once_renew_once_and_all_get_the_same_tokens(served: Served) -> None:
    session = await begun(served)
    served.identity.pause = 0.3
    renewing = [each.renewed(session, CALLER) for each in (served.one, served.other) for _ in range(10)]
    renewed = await asyncio.gather(*renewing)
    assert {one.access_token for one in renewed} == {"access-1"}
    assert served.identity.asked == ["refresh-0"]


async def test_renewal_whose_process_died_is_taken_over(served: Served) -> None:
    session = await begun(served)
    await served.pool.execute("update web_session set renewing_until = now() + interval '1 second'")
    renewed = await served.other.renewed(session, CALLER)
    assert renewed.access_token == "access-1"


async def test_session_that_identity_ended_ends_here(served: Served) -> None:
    session = await begun(served)
    served.identity.status = 401
    with pytest.raises(sessions.SignedOut):
        await served.one.renewed(session, CALLER)
    assert await served.one.find(session.secret) is None


@pytest.mark.parametrize("status", [429, 503])
async def test_identity_that_is_busy_ends_no_session(served: Served, status: int) -> None:
    session = await begun(served)
    served.identity.status = status
    with pytest.raises((Refused, Unreachable)):
        await served.one.renewed(session, CALLER)
    served.identity.status = 200
    assert (await served.one.renewed(session, CALLER)).access_token == "access-2"


async def test_password_change_during_a_renewal_does_not_sign_out(served: Served) -> None:
    """Identity ends every session but the new one: the renewal fails, and the new tokens hold all the same."""
    session = await begun(served)
    served.identity.status, served.identity.pause = 401, 0.3
    renewing = asyncio.create_task(served.one.renewed(session, CALLER))
    await asyncio.sleep(0.1)
    await served.other.keep(session, tokens(9))
    assert (await renewing).access_token == "access-9"


async def test_session_not_used_for_long_or_too_old_has_ended(served: Served) -> None:
    session = await begun(served)
    await served.pool.execute("update web_session set used_at = now() - interval '13 hours'")
    assert await served.one.find(session.secret) is None
    await served.pool.execute("update web_session set used_at = now(), ends_at = now()")
    assert await served.one.find(session.secret) is None
