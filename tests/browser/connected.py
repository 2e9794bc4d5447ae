"""Further connected applications beside the running system, and a portal that lists them."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from services import client
from shared.db.embedded import EmbeddedPostgres
from tests.authority.running import Realm
from tests.journeys.world import Somebody
from tests.support.processes import Program, free_port
from tests.support.web import listening

SERVICES = ("identity", "accounts", "delegation", "notifications", "audit", "cadastre", "permits")
MINES = {"fr": "Registre minier", "en": "Mining registry"}
ROADS = {"fr": "Voirie et <trottoirs>", "en": "Roads & <pavements>"}
ODD = ("refuses", "strange", "moved", "broken", "gone")
"""Applications that follow no contract: they do not believe the token, give no JSON, lead elsewhere, fail, are away."""

Heard = dict[str, list[str]]


@dataclass
class Connected:
    """One further application: an example run once more under another name, with a database of its own."""

    system: Realm
    slug: str
    example: str
    port: int = field(default_factory=free_port)
    program: Program | None = None

    @property
    def url(self) -> str:
        """Where it answers."""
        return f"http://127.0.0.1:{self.port}"

    def caller(self, person: Somebody) -> client.Caller:
        """Give somebody who calls it directly."""
        return client.Caller(self.system.world.http, lambda _: self.url, person.caller.token)

    async def start(self) -> None:
        """Make it known to identity, and run it."""
        secret = await introduce(self.system, self.slug)
        (self.system.secrets / f"{self.slug}.secret").write_text(secret)
        server = EmbeddedPostgres.attach(self.system.folder / "home")
        assert server is not None
        uploads = {"MANDAT_UPLOADS": str(self.system.folder / self.slug), "MANDAT_ACCOUNTS_URL": self.system.url}
        environment = {
            "MANDAT_CLIENT_ID": self.slug,
            "MANDAT_PUBLIC_URL": self.system.url,
            "MANDAT_AUDIT_URL": self.system.url,
            "MANDAT_NOTIFICATIONS_URL": self.system.url,
            "MANDAT_DATABASE_URL": await server.ensure_database(self.slug),
            "MANDAT_SECRETS": str(self.system.secrets),
            "MANDAT_PORT": str(self.port),
            "MANDAT_POOL_SIZE": "4",
        } | (uploads if self.example == "permits" else {})
        self.program = Program(f"examples.{self.example}", environment, self.system.folder / f"{self.slug}.log")
        await self.program.start()
        await self.program.answers(f"{self.url}/readyz")

    async def stop(self) -> None:
        """End it, if it runs."""
        if self.program is not None:
            await self.program.stop()
            self.program = None


async def introduce(system: Realm, slug: str) -> str:
    """Make an application known to identity; give its secret."""
    operator = (await system.world.operator()).caller
    introduced = await operator.post("/identity/v1/applications", {"client_id": slug, "name": slug.title()})
    return str(introduced["client_secret"])


@asynccontextmanager
async def odd(heard: Heard) -> AsyncIterator[str]:
    """Answer as applications that follow no contract, each below an address of its own; note their tokens."""

    async def answer(request: web.Request) -> web.Response:
        kind = request.path.split("/")[1]
        heard.setdefault(kind, []).append(request.headers.get("Authorization", "").removeprefix("Bearer "))
        if kind == "refuses":
            return web.json_response({"slug": "sign-in-required", "title": "", "detail": "", "status": 401}, status=401)
        if kind == "strange":
            return web.Response(text="<h1>Bienvenue</h1>", content_type="text/html")
        moved = web.json_response({"files": []}, status=302, headers={"Location": "/strange"})
        return moved if kind == "moved" else web.json_response({"slug": "broken"}, status=500)

    app = web.Application()
    app.router.add_route("*", "/{path:.*}", answer)
    async with listening(app) as url:
        yield url


@dataclass(frozen=True)
class Region:
    """A portal that lists a registry of mines as cadastre is, roads as permits are, and those that are odd."""

    url: str
    mines: Connected
    roads: Connected
    heard: Heard
    """The tokens that the odd ones were sent."""


def listed(mines: Connected, roads: Connected, odd_url: str) -> list[dict[str, Any]]:
    """Give the setting."""
    odd_ones = [(slug, odd_url if slug != "gone" else f"http://127.0.0.1:{free_port()}") for slug in ODD]
    return [
        {"slug": "mines", "contract": "delegation", "name": MINES, "url": f"{mines.url}/cadastre"},
        {"slug": "roads", "contract": "accounts", "name": ROADS, "url": f"{roads.url}/permits"},
        *(
            {"slug": slug, "contract": "delegation", "name": {"fr": slug, "en": slug}, "url": f"{url}/{slug}"}
            for slug, url in odd_ones
        ),
    ]


@asynccontextmanager
async def portal_beside(system: Realm, name: str, environment: dict[str, str]) -> AsyncIterator[str]:
    """Run one more portal on the sessions and the services of the system; give its address."""
    port = free_port()
    urls = {f"MANDAT_{service.upper()}_URL": system.url for service in SERVICES}
    own = {
        "MANDAT_PUBLIC_URL": system.url,
        "MANDAT_DATABASE_URL": system.world.dsn("portal"),
        "MANDAT_SECRETS": str(system.secrets),
        "MANDAT_PORT": str(port),
        "MANDAT_MIGRATE": "false",
    }
    program = Program("services.portal", urls | own | environment, system.folder / f"{name}.log")
    await program.start()
    try:
        await program.answers(f"http://127.0.0.1:{port}/readyz")
        yield f"http://127.0.0.1:{port}"
    finally:
        await program.stop()


@asynccontextmanager
async def region(system: Realm) -> AsyncIterator[Region]:
    """Run all of it: the portal is one more on the sessions of the system."""
    async with AsyncExitStack() as stack:
        mines, roads = Connected(system, "mines", "cadastre"), Connected(system, "roads", "permits")
        for one in (mines, roads):
            stack.push_async_callback(one.stop)
            await one.start()
        for slug in ODD:
            await introduce(system, slug)
        heard: Heard = {}
        applications = listed(mines, roads, await stack.enter_async_context(odd(heard)))
        environment = {"MANDAT_APPLICATIONS": json.dumps(applications)}
        url = await stack.enter_async_context(portal_beside(system, "region", environment))
        yield Region(url, mines, roads, heard)
