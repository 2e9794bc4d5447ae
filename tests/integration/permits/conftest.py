"""Permits on a real database and a real folder, with Mandat's public interface scripted at the other end of HTTP."""

from __future__ import annotations

import io
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID

import aiohttp
import pytest
from aiohttp import web as aioweb

from examples.connected import sayings
from examples.permits import app, routes, settings, workers
from shared import service, substrate
from shared.crypto import keyring
from shared.db.pool import Pool
from shared.web import server
from tests.support import tokens, web

VIVIAN, JANNEE, MADIEE, CLIENT, STRANGER = (UUID(int=number) for number in range(1, 6))
LMS, CORP, HIDDEN = UUID(int=101), UUID(int=102), UUID(int=103)
ALL = {"submit", "pay", "inspect", "upload", "templates", "manage"}
POOL = {"kind": "pool", "title": "Piscine creusée", "address": "110, avenue Laurier Ouest, Ottawa"}
PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"
PDF_TYPE = {"Content-Type": "application/pdf"}


@dataclass
class Mandat:
    """Answers like Mandat, as a test wants it: `rights` by person and company."""

    rights: dict[tuple[UUID, UUID], set[str]] = field(default_factory=dict)
    slugs: dict[tuple[UUID, UUID], str] = field(default_factory=dict)
    companies: dict[UUID, tuple[str, bool]] = field(default_factory=dict)
    fees: dict[str, str] = field(default_factory=dict)
    status: int = 200
    questions: int = 0
    said: dict[str, list[dict[str, Any]]] = field(default_factory=lambda: {"activities": [], "alerts": [], "fees": []})
    before_answering: Callable[[], Awaitable[None]] | None = None

    def app(self) -> aioweb.Application:
        made = aioweb.Application()
        made.router.add_post("/identity/v1/token", self.token)
        made.router.add_post("/accounts/access/v1/evaluations", self.evaluate)
        made.router.add_get("/accounts/v1/people/{person}/accounts", self.accounts)
        made.router.add_get("/accounts/v1/accounts/{account}/name", self.name)
        made.router.add_get("/accounts/v1/fees/posted", self.posted)
        made.router.add_post("/accounts/v1/fees", self.take("fees"))
        made.router.add_post("/audit/v1/activities", self.take("activities"))
        made.router.add_post("/notifications/v1/alerts", self.take("alerts"))
        return made

    async def token(self, request: aioweb.Request) -> aioweb.Response:
        return aioweb.json_response({"access_token": "token", "expires_in": 300})

    async def evaluate(self, request: aioweb.Request) -> aioweb.Response:
        body = await request.json()
        self.questions += 1
        if self.before_answering:
            await self.before_answering()
        account = UUID(body["resource"]["id"])
        made = [
            self._decision(UUID(one["subject"]["id"]), account, one["action"]["name"]) for one in body["evaluations"]
        ]
        return aioweb.json_response({"evaluations": made}, status=self.status)

    def _decision(self, person: UUID, account: UUID, right: str) -> dict[str, Any]:
        held = self.rights.get((person, account))
        if held and right in held:
            return {"decision": True, "context": {}}
        slug = self.slugs.get((person, account), "not-a-member" if held is None else "right-missing")
        reason = {"fr": f"Le droit {right} manque", "en": f"The right {right} is missing"}
        step = {"fr": "Demandez-le au gestionnaire", "en": "Ask the manager for it"}
        return {"decision": False, "context": {"slug": slug, "reason": reason, "next_step": step}}

    async def accounts(self, request: aioweb.Request) -> aioweb.Response:
        person = UUID(request.match_info["person"])
        held = sorted(str(account) for (who, account), rights in self.rights.items() if who == person and rights)
        left = [one for one in held if one > request.query.get("after", "")]
        body = {"accounts": [{"id": one} for one in left[:1]], "next": left[0] if len(left) > 1 else None}
        return aioweb.json_response(body, status=self.status)

    async def name(self, request: aioweb.Request) -> aioweb.Response:
        account = UUID(request.match_info["account"])
        if account not in self.companies:
            raise aioweb.HTTPNotFound
        name, listed = self.companies[account]
        return aioweb.json_response({"id": str(account), "legal_name": name, "listed": listed}, status=self.status)

    async def posted(self, request: aioweb.Request) -> aioweb.Response:
        keys = request.query.getall("key")
        known = [{"key": key, "state": self.fees[key]} for key in keys if key in self.fees]
        return aioweb.json_response({"fees": known}, status=self.status)

    def take(self, what: str) -> Callable[[aioweb.Request], Awaitable[aioweb.Response]]:
        async def taken(request: aioweb.Request) -> aioweb.Response:
            items = (await request.json())[what]
            self.said[what] += items
            results = [{"key": item["key"], "outcome": "accepted"} for item in items]
            return aioweb.json_response({"results": results}, status=self.status)

        return taken


@dataclass
class Served:
    """Permits answering."""

    base: str
    deps: app.Deps
    issuer: tokens.Issuer
    mandat: Mandat
    folder: Path

    @property
    def pool(self) -> Pool:
        return self.deps.pool

    def as_(self, person: UUID, name: str = "Vivian Trainer") -> web.Api:
        return web.Api(self.base, self.issuer.person(person, name=name))

    @property
    def reviewer(self) -> web.Api:
        return web.Api(self.base, self.issuer.operator(UUID(int=9)))

    async def applied(self, person: UUID = CLIENT, **more: Any) -> dict[str, Any]:
        """Submit an application."""
        reply = await self.as_(person).post("/v1/applications", POOL | more)
        assert reply.status == 201, reply
        return reply.json

    async def of_company(self, person: UUID = VIVIAN, account: UUID = LMS) -> dict[str, Any]:
        """Submit an application in the name of a company."""
        return await self.applied(person, as_account=str(account), client_name="Ann Client")

    async def goes_to(self, application: str, *states: str) -> None:
        for state in states:
            body = {"state": state, "message": f"Votre demande : {state}"}
            assert (await self.reviewer.post(f"/v1/review/applications/{application}/state", body)).status == 200

    async def upload(self, person: UUID, application: str, content: bytes = PDF, name: str = "plan.pdf") -> web.Reply:
        path = f"/v1/applications/{application}/files"
        return await self.as_(person).call(
            "POST", path, params={"name": name}, data=io.BytesIO(content), headers=PDF_TYPE
        )

    async def say(self) -> None:
        """Say all that is due."""
        deps = self.deps
        for kind, do in (
            ("activity", deps.mandat.report),
            ("alert", deps.mandat.alert_followers),
            ("fee", deps.mandat.post_fees),
        ):
            while await sayings.say_due(self.pool, kind, do):
                pass

    async def ask_fees(self) -> None:
        await self.pool.execute("update fee set ask_at = now()")
        await workers.ask_fees(self.pool, self.deps.mandat)

    async def count(self, table: str) -> int:
        return int(await self.pool.fetchval(f"select count(*) from {table}"))

    def files(self) -> list[Path]:
        """Give what lies in the folder."""
        return [path for path in self.folder.rglob("*") if path.is_file()]


@pytest.fixture
async def served(database: Callable[..., Awaitable[str]], tmp_path: Path) -> AsyncIterator[Served]:
    dsn = await database(*substrate.AREAS, app.AREA)
    pool = await Pool.open(dsn, name="permits", size=6)
    (tmp_path / "permits.secret").write_text("secret\n")
    keyring.ensure(tmp_path, "payment")
    mandat, issuer = Mandat(), tokens.Issuer()
    mandat.companies = {LMS: ("LMS Architects", True), CORP: ("LMS Corp", True), HIDDEN: ("Cachée inc.", False)}
    mandat.rights = {(VIVIAN, LMS): set(ALL), (JANNEE, LMS): set()}
    async with aiohttp.ClientSession() as http, web.serving(mandat.app(), "/mandat") as url:
        places = dict.fromkeys(
            ("identity_url", "delegation_url", "audit_url", "notifications_url", "accounts_url"), url
        )
        told = settings.Settings(
            public_url="http://mandat.example.com",
            secrets=tmp_path,
            database_url=dsn,
            uploads=tmp_path / "uploads",
            **places,  # type: ignore[arg-type]
        )
        infra = service.Infra(pool=pool, http=http, tokens=issuer.verifier())
        deps = app.compose(told, infra)
        async with web.serving(server.make_app("permits", routes.ROUTES, deps, infra), "/permits") as base:
            yield Served(base, deps, issuer, mandat, tmp_path / "uploads")
    await pool.close()
