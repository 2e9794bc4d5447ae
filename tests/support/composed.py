"""A composed system as the journeys and the chaos tests know one: people, mails, books."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import aiohttp

from services import together
from services.operations import secretfiles
from tests.journeys.world import Somebody, World
from tests.support.compose import Project

NAMES = {"surveyors": (("Jean", "Piette"), ("Lise", "Gagnon")), "delegates": (("Ada", "Roy"), ("Ben", "Caron"))}
AT_MOST = 10_000


class Mailpit:
    """The mail catcher's API: what came, newest first."""

    def __init__(self, http: aiohttp.ClientSession, base: str) -> None:
        self._http = http
        self._base = base
        self._read: dict[str, dict[str, Any]] = {}

    async def _get(self, path: str) -> Any:
        async with self._http.get(f"{self._base}/api/v1/{path}") as answer:
            return await answer.json()

    async def summaries(self) -> list[dict[str, Any]]:
        """List what came."""
        found: list[dict[str, Any]] = (await self._get(f"messages?limit={AT_MOST}"))["messages"]
        return found

    async def to(self, address: str) -> list[dict[str, Any]]:
        """Read the mails to an address, newest first."""
        mine = [one for one in await self.summaries() if address in [to["Address"] for to in one["To"]]]
        return [await self._mail(one["ID"]) for one in mine]

    async def _mail(self, name: str) -> dict[str, Any]:
        if name not in self._read:
            found = await self._get(f"message/{name}")
            self._read[name] = {"id": name, "subject": found["Subject"], "text": found["Text"], "html": found["HTML"]}
        return self._read[name]


@dataclass
class ComposedWorld(World):
    """The system behind the gateway."""

    mailpit: Mailpit | None = None

    async def mails(self, person: Somebody) -> list[dict[str, Any]]:
        """Give a person's mails, newest first."""
        assert self.mailpit is not None
        return await self.mailpit.to(person.email)


class Sink:
    """The mails that came, counted by their Message-ID, as the ledger asks."""

    def __init__(self) -> None:
        self.copies: Counter[str] = Counter()

    async def look(self, mailpit: Mailpit) -> None:
        """Count again."""
        self.copies = Counter(f"<{one['MessageID']}>" for one in await mailpit.summaries())


@dataclass
class Named:
    """Where the broker is now."""

    url: str


@dataclass
class Composed:
    """What load and ledger of the chaos tests ask of a system, on a compose project."""

    project: Project
    world: ComposedWorld
    broker: Named = field(default_factory=lambda: Named(""))
    sink: Sink = field(default_factory=Sink)
    surveyors: list[Somebody] = field(default_factory=list)
    delegates: list[Somebody] = field(default_factory=list)
    addresses: dict[str, str] = field(default_factory=dict)

    async def find(self) -> None:
        """Find database and broker: a container that was started again may have another address."""
        admin = urlsplit(await self.project.database("postgres"))
        self.addresses.update(
            {name: admin._replace(path=f"/{name}").geturl() for name in (*together.PARTS, "postgres")}
        )
        self.broker.url = await self.project.broker()

    def as_role(self, user: str, database: str) -> str:
        """Give the address of a database in the role of a service."""
        place = urlsplit(secretfiles.address(self.project.secrets, user, secretfiles.DATABASE))
        found = urlsplit(self.addresses["postgres"])
        netloc = f"{place.username}:{place.password}@{found.hostname}:{found.port}"
        return found._replace(netloc=netloc, path=f"/{database}").geturl()

    async def count_mails(self) -> None:
        """Count what came, for the ledger."""
        assert self.world.mailpit is not None
        await self.sink.look(self.world.mailpit)

    async def people(self) -> None:
        """Have surveyors and delegates sign up by the public calls."""
        await self.world.operator()
        self.surveyors = [await self.world.surveyor(*name) for name in NAMES["surveyors"]]
        self.delegates = [await self.world.newcomer(*name) for name in NAMES["delegates"]]

    async def sign_in(self) -> None:
        """Give everybody a fresh token."""
        for person in (*self.surveyors, *self.delegates):
            await self.world.sign_in(person)


async def compose_world(project: Project, http: aiohttp.ClientSession) -> Composed:
    """Give the system of a project that is up."""

    async def make_operator(username: str) -> None:
        await project.operate("operator", "add", username)

    logs: Callable[[], Awaitable[str]] = project.logs
    addresses: dict[str, str] = {}
    mailpit = Mailpit(http, f"http://127.0.0.1:{project.mail_port}")
    world = ComposedWorld(
        http, lambda _: project.url, make_operator, addresses.__getitem__, lambda: _now(logs), mailpit=mailpit
    )
    made = Composed(project, world, addresses=addresses)
    await made.find()
    return made


def _now(logs: Callable[[], Awaitable[str]]) -> str:
    """Wait for the logs from code that cannot wait, in a loop of its own."""
    import threading

    found: list[str] = []
    thread = threading.Thread(target=lambda: found.append(asyncio.run(logs())))
    thread.start()
    thread.join()
    return found[0]
