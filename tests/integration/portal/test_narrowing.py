"""Tokens of one application, with identity scripted at the other end of HTTP."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from uuid import UUID

import aiohttp
import pytest
from aiohttp import web as aioweb

from services.portal.answers import Unreachable
from services.portal.backend import Backend, Caller, Refused
from services.portal.narrowing import MARGIN, Narrowing
from services.portal.sessions import Session
from services.portal.settings import Settings
from shared.contracts.audiences import ACCESS_TOKEN, TOKEN_EXCHANGE
from tests.support import web

CALLER = Caller(language="fr", address="192.0.2.1")
HOLDS = 300
SESSION = Session(
    secret="s",
    digest=b"one",
    person=UUID(int=1),
    facts={},
    access_token="own",
    refresh_token="refresh",
    generation=1,
    fresh=True,
)


@dataclass
class Identity:
    """Exchanges tokens, and remembers what it was asked."""

    known: set[str] = field(default_factory=lambda: {"mines", "voirie"})
    refuses: str | None = None
    status: int = 400
    asked: list[tuple[str, dict[str, str]]] = field(default_factory=list)

    def app(self) -> aioweb.Application:
        made = aioweb.Application()
        made.router.add_post("/v1/token", self.exchange)
        return made

    async def exchange(self, request: aioweb.Request) -> aioweb.Response:
        form = {name: str(value) for name, value in (await request.post()).items()}
        self.asked.append((request.headers["Authorization"], form))
        slug = "invalid-target" if form["audience"] not in self.known else self.refuses
        if slug:
            return aioweb.json_response({"slug": slug, "title": "t", "detail": "d"}, status=self.status)
        return aioweb.json_response({"access_token": f"narrowed-{len(self.asked)}", "expires_in": HOLDS})


@dataclass
class Made:
    identity: Identity
    narrowing: Narrowing
    clock: list[float]

    async def token(self, audience: str = "mines", **change: object) -> str:
        return await self.narrowing.token(replace(SESSION, **change), CALLER, audience)  # type: ignore[arg-type]


@pytest.fixture
async def made() -> AsyncIterator[Made]:
    identity, clock = Identity(), [1000.0]
    async with web.serving(identity.app(), "/identity") as base, aiohttp.ClientSession() as http:
        given = Settings(public_url=base.removesuffix("/identity"), secrets=Path("/nowhere"), database_url="")
        yield Made(identity, Narrowing(backend=Backend(given, http), now=lambda: clock[0]), clock)


async def test_own_token_is_exchanged_for_one_of_the_application(made: Made) -> None:
    assert await made.token() == "narrowed-1"
    form = {"grant_type": TOKEN_EXCHANGE, "subject_token": "own", "subject_token_type": ACCESS_TOKEN}
    assert made.identity.asked == [("Bearer own", form | {"audience": "mines"})]


async def test_token_is_used_again_until_shortly_before_its_end(made: Made) -> None:
    assert [await made.token() for _ in range(3)] == ["narrowed-1"] * 3
    made.clock[0] += HOLDS - MARGIN - 1
    assert await made.token() == "narrowed-1"
    made.clock[0] += 1
    assert await made.token() == "narrowed-2"


async def test_each_application_session_and_renewal_has_a_token_of_its_own(made: Made) -> None:
    found = [await made.token(), await made.token("voirie"), await made.token(digest=b"two")]
    found.append(await made.token(generation=2, access_token="renewed"))
    assert len(set(found)) == 4
    assert made.identity.asked[-1][0] == "Bearer renewed"


async def test_application_that_identity_does_not_know_is_as_one_that_is_away(made: Made) -> None:
    with pytest.raises(Unreachable):
        await made.token("elsewhere")


async def test_identity_that_is_older_gives_no_token_and_the_application_is_away(made: Made) -> None:
    made.identity.refuses = "unsupported-grant-type"
    with pytest.raises(Unreachable):
        await made.token()


async def test_session_that_ended_is_no_fault_of_the_application(made: Made) -> None:
    made.identity.refuses, made.identity.status = "sign-in-required", 401
    with pytest.raises(Refused) as refused:
        await made.token()
    assert refused.value.slug == "sign-in-required"


async def test_no_more_tokens_are_remembered_than_are_wanted(made: Made, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("services.portal.narrowing.MOST", 2)
    for digest in (b"one", b"two", b"three", b"two", b"three"):
        await made.token(digest=digest)
    assert len(made.identity.asked) == 3
    await made.token(digest=b"one")
    assert len(made.identity.asked) == 4
