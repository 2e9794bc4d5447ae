"""Identity on a real database, called over HTTP; its letters are opened as notifications would."""

from __future__ import annotations

import itertools
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import aiohttp
import pytest

from services.identity import app, workers
from services.identity.commands import make_operator
from services.identity.deps import Deps
from services.identity.settings import Settings
from shared import service, substrate
from shared.contracts import secrets
from shared.contracts.envelope import Envelope
from shared.crypto import keyring, sealing, signing, verify
from shared.db.pool import Pool
from tests.support import web

PUBLIC = "http://mandat.example.com"
PASSPHRASE = "brouillard-jalon-colline-47"
OTHER = "tambour-lucarne-verger-62"


@dataclass(frozen=True)
class Somebody:
    """A person as he registers."""

    username: str = "edescartes"
    email: str = "edith@mandat.example.com"
    first_name: str = "Édith"
    last_name: str = "Descartes"
    password: str = PASSPHRASE
    language: str = "fr"

    def form(self) -> dict[str, str]:
        return dict(vars(self))


def shown(reply: web.Reply) -> tuple[Any, ...]:
    """Give what a caller can see of an answer, the request's own id aside."""
    headers = {name.lower(): value for name, value in reply.headers.items()}
    own = headers.pop("x-request-id")
    del headers["date"], headers["x-correlation-id"]
    return reply.status, reply.text.replace(own, ""), headers


class Home:
    """The HTTP client of identity's own verifier: fetches its keys from wherever it is served."""

    def __init__(self, http: aiohttp.ClientSession) -> None:
        self._http = http
        self.base = ""

    def get(self, url: str, **more: Any) -> Any:
        return self._http.get(url.replace("home:", self.base), **more)


@dataclass
class World:
    """The service, its database, and what it said."""

    base: str
    deps: Deps
    opener: sealing.Opener
    infra: service.Infra
    home: Home
    numbers: Any = field(default_factory=lambda: itertools.count(1))

    @property
    def pool(self) -> Pool:
        return self.deps.pool

    @property
    def anonymous(self) -> web.Api:
        return web.Api(self.base)

    def as_(self, tokens: dict[str, Any]) -> web.Api:
        return web.Api(self.base, tokens["access_token"])

    async def work_off(self) -> None:
        await workers.work_off(self.deps)

    async def said(self, *types: str) -> list[Envelope]:
        """Give the events of the outbox, in order."""
        rows = await self.pool.fetch("select envelope from outbox order by id")
        found = [Envelope.model_validate(row["envelope"]) for row in rows]
        return [one for one in found if not types or one.type.removeprefix("identity.") in types]

    async def token_of(self, *types: str) -> str:
        """Open the newest letter of these types."""
        newest = (await self.said(*types))[-1]
        kind = secrets.ResetSecret if "reset" in newest.type else secrets.VerificationSecret
        return self.opener.open(newest.data["sealed"], kind).token

    async def register(self, person: Somebody) -> web.Reply:
        reply = await self.anonymous.post("/v1/registrations", person.form())
        await self.work_off()
        return reply

    async def verified(self, person: Somebody | None = None) -> Somebody:
        """Register a person and follow the link."""
        person = person or self.somebody()
        assert (await self.register(person)).status == 202
        token = await self.token_of("user.registered.v1")
        assert (await self.anonymous.post("/v1/verifications", {"token": token})).status == 204
        return person

    def somebody(self) -> Somebody:
        number = next(self.numbers)
        return Somebody(f"somebody{number}", f"somebody{number}@mandat.example.com", "Alain", "Proviste")

    async def try_sign_in(self, login: str, password: str, **more: Any) -> web.Reply:
        return await self.anonymous.post("/v1/sessions", {"username": login, "password": password} | more)

    async def signed_in(self, person: Somebody, **more: Any) -> dict[str, Any]:
        reply = await self.try_sign_in(person.username, person.password, **more)
        assert reply.status == 201, reply
        return reply.json

    async def operator(self) -> tuple[Somebody, web.Api]:
        person = await self.verified()
        async with self.pool.transaction() as connection:
            await make_operator(connection, person.username)
        return person, self.as_(await self.signed_in(person))

    async def refresh(self, token: str) -> web.Reply:
        return await self.anonymous.post("/v1/sessions/refresh", {"refresh_token": token})

    async def claims(self, tokens: dict[str, Any]) -> dict[str, Any]:
        return await self.infra.tokens.verify(tokens["access_token"])

    async def claims_for(self, audience: str, tokens: dict[str, Any], typ: str = verify.TYPE) -> dict[str, Any]:
        """Verify a token as an application of this client id does."""
        keys = {self.deps.settings.issuer: "home:/.well-known/jwks.json"}
        return await verify.TokenVerifier(self.home, keys, {audience}).verify(tokens["access_token"], typ)

    async def id_of(self, person: Somebody) -> UUID:
        return await self.pool.fetchval("select id from person where username = $1", person.username)

    async def later(self, table: str, column: str, interval: str) -> None:
        """Let time pass for a column."""
        await self.pool.execute(f"update {table} set {column} = {column} - interval '{interval}'")


@pytest.fixture
def limits() -> dict[str, int]:
    """Limits of the service under test; tests of limits ask for narrow ones."""
    wide = ("registrations_per_hour", "letters_per_hour", "failures_per_hour", "letters_per_person_per_hour")
    return dict.fromkeys(wide, 10_000)


@pytest.fixture
async def world(database, tmp_path, limits) -> AsyncIterator[World]:
    """The service with nobody in it."""
    dsn = await database(*substrate.AREAS, signing.AREA, app.AREA)
    keyring.ensure(tmp_path / "secrets", "identity")
    sealing.ensure(tmp_path / "secrets")
    told = Settings(public_url=PUBLIC, secrets=tmp_path / "secrets", database_url=dsn, hash_threads=2, **limits)
    pool = await Pool.open(dsn, name="identity", size=10)
    async with aiohttp.ClientSession() as http:
        home = Home(http)
        tokens = verify.TokenVerifier(home, {told.issuer: "home:/.well-known/jwks.json"})
        infra = service.Infra(pool=pool, http=http, tokens=tokens)
        deps = app.compose(told, infra)
        made = app.assemble(deps, infra)
        await made.ensure()
        async with web.serving(made.app, "/identity") as base:
            home.base = base
            yield World(base, deps, sealing.Opener.load(tmp_path / "secrets"), infra, home)
    deps.hasher.close()
    await pool.close()
