"""The example application on a real database, with Mandat's public interface scripted at the other end of HTTP."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from importlib import resources
from pathlib import Path
from typing import Any
from uuid import UUID

import aiohttp
import pytest
from aiohttp import web as aioweb

from examples.cadastre import app, settings
from examples.cadastre import mandat as mandats
from examples.connected import sayings
from shared import service, substrate
from shared.db.migrate import Area
from shared.db.pool import Pool
from tests.support import tokens, web

AREA = Area("cadastre", resources.files("examples.cadastre") / "sql/migrations")
FAULTS = {"unreadable": 422, "failed": 500}
JEAN, EDITH, CLAIRE = UUID(int=1), UUID(int=2), UUID(int=3)
REFUSED = {
    "decision": False,
    "context": {
        "reason": {"fr": "La délégation est terminée", "en": "It has ended."},
        "next_step": {"fr": "Demandez-la de nouveau", "en": "Ask for it again"},
    },
}


@dataclass
class Mandat:
    """Answers like Mandat, as a test wants it."""

    decision: dict[str, Any] = field(default_factory=lambda: {"decision": True})
    status: int = 200
    outcome: str = "accepted"
    outcomes: dict[str, str] = field(default_factory=dict)
    questions: list[dict[str, Any]] = field(default_factory=list)
    said: list[dict[str, Any]] = field(default_factory=list)
    tokens: int = 0

    def app(self) -> aioweb.Application:
        made = aioweb.Application()
        made.router.add_post("/identity/v1/token", self.token)
        made.router.add_post("/delegation/access/v1/evaluation", self.evaluate)
        made.router.add_post("/audit/v1/activities", self.take("activities"))
        made.router.add_post("/notifications/v1/alerts", self.take("alerts"))
        return made

    async def token(self, request: aioweb.Request) -> aioweb.Response:
        assert (await request.post())["grant_type"] == "client_credentials"
        assert request.headers["Authorization"].startswith("Basic ")
        self.tokens += 1
        return aioweb.json_response({"access_token": f"token-{self.tokens}", "expires_in": 300})

    async def evaluate(self, request: aioweb.Request) -> aioweb.Response:
        self.questions.append(await request.json())
        return aioweb.json_response(self.decision, status=self.status)

    def take(self, what: str) -> Callable[[aioweb.Request], Awaitable[aioweb.Response]]:
        async def taken(request: aioweb.Request) -> aioweb.Response:
            items = (await request.json())[what]
            self.said += items
            results = [{"key": item["key"], "outcome": self.outcomes.get(item["key"], self.outcome)} for item in items]
            for result in results:
                if result["outcome"] in FAULTS:
                    return aioweb.json_response({}, status=FAULTS[result["outcome"]])
            return aioweb.json_response({"results": results}, status=self.status)

        return taken


@dataclass
class Served:
    """Cadastre answering."""

    base: str
    issuer: tokens.Issuer
    pool: Pool
    mandat: Mandat
    client: mandats.Mandat

    def surveyor(self, user: UUID = JEAN) -> web.Api:
        return web.Api(self.base, self.issuer.person(user))

    def delegate(self, user: UUID = EDITH) -> web.Api:
        return web.Api(self.base, self.issuer.acting(delegator=JEAN, delegate=user))

    def operator(self) -> web.Api:
        return web.Api(self.base, self.issuer.operator(UUID(int=9)))

    async def open_file(self, number: str = "1093112", responsible: UUID = JEAN) -> None:
        body = {"number": number, "title": "Lotissement", "responsible": str(responsible)}
        assert (await self.operator().post("/v1/files", body)).status == 204

    async def count(self, table: str) -> int:
        return int(await self.pool.fetchval(f"select count(*) from {table}"))

    async def say_hundred(self, fault: str) -> list[int]:
        """Say a hundred alerts, one of them with a fault, three times; give how many were taken each time."""
        body, taken = "jsonb_build_object('key', n::text)", []
        insert = f"insert into saying (key, kind, body) select n, 'alert', {body} from generate_series(1, 100) as n"
        await self.pool.execute(insert)
        self.mandat.outcomes = {"17": fault}
        for _ in range(3):
            taken.append(await sayings.say_due(self.pool, "alert", self.client.alert))
            await self.pool.execute("update saying set next_at = now()")
        return taken


@pytest.fixture
async def served(database: Callable[..., Awaitable[str]], tmp_path: Path) -> AsyncIterator[Served]:
    dsn = await database(*substrate.AREAS, AREA)
    pool = await Pool.open(dsn, name="cadastre", size=4)
    (tmp_path / "cadastre.secret").write_text("secret\n")
    mandat, issuer = Mandat(), tokens.Issuer()
    async with aiohttp.ClientSession() as http, web.serving(mandat.app(), "/mandat") as url:
        given = settings.Settings(
            public_url="http://mandat.example.com",
            secrets=tmp_path,
            database_url=dsn,
            identity_url=url,
            delegation_url=url,
            audit_url=url,
            notifications_url=url,
        )
        infra = service.Infra(pool=pool, http=http, tokens=issuer.verifier())
        built = await app.build(given, infra)
        async with web.serving(built.app, "/cadastre") as base:
            yield Served(base, issuer, pool, mandat, mandats.Mandat(given, http))
    await pool.close()
