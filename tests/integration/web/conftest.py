"""A small service that shows every side of the HTTP layer."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import date
from typing import Annotated, Any
from uuid import UUID

import asyncpg
import pytest
from pydantic import BaseModel, Field

from shared import substrate
from shared.contracts.events import delegation
from shared.contracts.permissions import Permission
from shared.contracts.problems import common
from shared.contracts.problems.base import Problem
from shared.contracts.texts import Text
from shared.db.pool import Pool, Unavailable
from shared.messaging import outbox
from shared.web import routing, server
from shared.web.routing import Answer, Call, Route
from tests.support import tokens, web

JEAN = UUID(int=1)


class Thing(routing.Input):
    name: str = Field(min_length=1, max_length=20)
    count: int = Field(default=1, ge=1, le=9)
    day: date | None = None
    parts: list[Annotated[str, Field(max_length=3)]] = Field(default_factory=list, max_length=2)
    inner: dict[str, Any] = Field(default_factory=dict)


class Wanted(routing.Input):
    size: int = Field(default=10, ge=1, le=50)
    colour: list[str] = Field(default_factory=list)
    flag: bool = False


class Grant(routing.Input):
    grant_type: str


class Seen(BaseModel):
    what: Any = None


class GrantWrong(Problem):
    """The grant is wrong."""

    slug = "grant-wrong"
    status = 400
    title = Text("Erreur", "Wrong")
    detail = Text("Recommencez.", "Try again.")
    oauth_error = "invalid_grant"


@dataclass
class Deps:
    pool: Pool
    behaviour: dict[str, Any] = field(default_factory=dict)
    runs: int = 0
    gate: asyncio.Event = field(default_factory=asyncio.Event)


async def make(call: Call[Deps], body: Thing) -> Seen:
    """Make a thing."""
    call.deps.runs += 1
    await call.connection.execute("insert into thing (name) values ($1)", body.name)
    for sql in call.deps.behaviour.pop("sql", ()):
        await call.connection.execute(sql)
    if error := call.deps.behaviour.get("error"):
        raise error
    if call.deps.behaviour.get("conflict", 0) >= call.deps.runs:
        raise asyncpg.SerializationError("conflict")
    if call.deps.behaviour.get("slow"):
        await asyncio.sleep(0.2)
    return Seen(what=body.name)


async def cross(call: Call[Deps], body: Thing) -> Seen:
    """Change two rows, in the order named."""
    for one in body.name:
        await call.connection.execute("update pair set n = n + 1 where id = $1", int(one))
        await asyncio.sleep(0.1)
    return Seen()


async def say(call: Call[Deps]) -> None:
    """Say an event."""
    event = delegation.DelegateSearched(delegator_id=UUID(int=1), by="email", found=False)
    await outbox.emit(call.connection, event, sequence=1)


async def say_and_fail(call: Call[Deps]) -> None:
    """Say an event, then see what is wrong."""
    await say(call)
    raise common.NotFound


async def swallow(call: Call[Deps]) -> Seen:
    """Read a stream to its end."""
    size = 0
    async for part in call.request.content.iter_chunked(65_536):
        size += len(part)
    return Seen(what=size)


async def look(call: Call[Deps], query: Wanted) -> Seen:
    """Look at the query."""
    return Seen(what=query.model_dump())


async def one(call: Call[Deps], thing_id: UUID) -> Seen:
    """Show one."""
    return Seen(what=str(thing_id))


async def fail(call: Call[Deps]) -> Seen:
    """Fail as told."""
    raise call.deps.behaviour["error"]


async def wait(call: Call[Deps]) -> Seen:
    """Wait for the gate."""
    await call.deps.gate.wait()
    return Seen()


async def whoami(call: Call[Deps]) -> Seen:
    """Tell who calls."""
    principal = call.principal
    return Seen(what=[principal.kind, principal.subject, call.language])


async def grant(call: Call[Deps], body: Grant) -> Seen:
    """Grant by form."""
    if body.grant_type != "right":
        raise GrantWrong
    return Seen(what=body.grant_type)


async def headed(call: Call[Deps]) -> Answer:
    """Answer with a header."""
    return Answer(Seen(what=1), headers={"X-Extra": "yes"}, status=202)


ANYONE = Permission.ANYONE_CATALOGUE_READ
PERSON = Permission.PERSON_DELEGATE_ADD
ROUTES = (
    Route("POST", "/things", make, PERSON, status=201),
    Route("POST", "/crossed", cross, PERSON),
    Route("POST", "/said", say, PERSON),
    Route("POST", "/said-by-any", say, Permission.SURVEYOR_LOT_RESERVE),
    Route("POST", "/said-and-failed", say_and_fail, PERSON),
    Route("POST", "/small", make, PERSON, status=201, limit=100),
    Route("POST", "/streamed", swallow, PERSON, stream=True, transaction=False, limit=100_000),
    Route("GET", "/things", look, ANYONE),
    Route("GET", "/things/{thing_id}", one, ANYONE),
    Route("GET", "/fail", fail, ANYONE),
    Route("GET", "/wait", wait, ANYONE),
    Route("GET", "/anyone", whoami, ANYONE),
    Route("GET", "/person", whoami, PERSON),
    Route("GET", "/surveyor", whoami, Permission.SURVEYOR_LOT_RESERVE),
    Route("GET", "/operator", whoami, Permission.OPERATOR_EMAIL_MANAGE),
    Route("GET", "/application", whoami, Permission.APPLICATION_DECISION_ASK),
    Route("POST", "/token", grant, ANYONE, form=True, transaction=False, problems=(GrantWrong,)),
    Route("GET", "/headed", headed, ANYONE, status=202),
)


@dataclass
class Shown:
    base: str
    deps: Deps
    issuer: tokens.Issuer
    jean: UUID = JEAN

    def anonymous(self) -> web.Api:
        return web.Api(self.base)

    def person(self, user: UUID = JEAN, **claims: Any) -> web.Api:
        return web.Api(self.base, self.issuer.person(user, **claims))

    async def things(self) -> int:
        return int(await self.deps.pool.fetchval("select count(*) from thing"))


@pytest.fixture
async def shown(database) -> AsyncIterator[Shown]:
    pool = await Pool.open(await database(*substrate.AREAS), name="web", size=6)
    await pool.execute("create table thing (id bigserial, name text not null)")
    deps, issuer = Deps(pool), tokens.Issuer()
    app = server.make_app("shown", ROUTES, deps, tokens.infra(pool, issuer))
    async with web.serving(app, "/shown") as base:
        yield Shown(base, deps, issuer)
    await pool.close()


ERRORS = {
    "timeout": TimeoutError(),
    "unavailable": Unavailable("away"),
    "lock": asyncpg.LockNotAvailableError("locked"),
    "cancelled query": asyncpg.QueryCanceledError("too long"),
}
NOT_FOUND = common.NotFound
