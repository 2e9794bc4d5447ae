"""The whole system as processes on a database, a broker and a mail server that may all be harmed, with people in it."""

from __future__ import annotations

import asyncio
import email
import email.policy
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp
from aiosmtpd.smtp import SMTP, Envelope, Session

from services import client, together
from services.mailbox import Mailbox
from shared.db.embedded import EmbeddedPostgres
from tests.chaos.proxy import Proxy, proxy
from tests.journeys.conftest import APART, Apart, mailbox_pages
from tests.journeys.world import Somebody, World
from tests.support.mortal_broker import MortalBroker
from tests.support.postgres import open_folder, remove
from tests.support.processes import Program, free_port

SURVEYORS = (("Jean", "Piette"), ("Lise", "Gagnon"), ("Omar", "Benali"))
DELEGATES = (
    ("Ada", "Roy"),
    ("Ben", "Caron"),
    ("Chloé", "Dubé"),
    ("Dan", "Fortin"),
    ("Eva", "Morin"),
    ("Félix", "Ross"),
)


class Sink(Mailbox):
    """A mailbox that counts each message by its Message-ID, and may keep back its answer after it took one."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.copies: Counter[str] = Counter()
        self.holding: asyncio.Event | None = None
        self.held = asyncio.Event()

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd's
        content = envelope.content if isinstance(envelope.content, bytes) else str(envelope.content).encode()
        answer = await super().handle_DATA(server, session, envelope)
        self.copies[str(email.message_from_bytes(content, policy=email.policy.default)["Message-ID"])] += 1
        if self.holding is not None:
            self.held.set()
            await self.holding.wait()
        return answer


@dataclass
class System:
    """What a test may harm: `programs` by service, `database` and `broker` through proxies, `sink`."""

    apart: Apart
    world: World
    sink: Sink
    postgres: EmbeddedPostgres
    broker: MortalBroker
    to_database: Proxy
    to_broker: Proxy
    programs: dict[str, Program] = field(default_factory=dict)
    surveyors: list[Somebody] = field(default_factory=list)
    delegates: list[Somebody] = field(default_factory=list)

    async def start(self, name: str, *, sabotage: str = "", skew: int = 0, **extra: str) -> Program:
        """Start a service, with failpoints and other variables (`failpoints="relay.sent=kill"`), or a wrong clock."""
        environment = self.apart.environment(name) | {f"MANDAT_{key.upper()}": value for key, value in extra.items()}
        if skew:
            environment |= {"LD_PRELOAD": str(clocks()), "FAKETIME": f"{skew:+}s", "FAKETIME_DONT_FAKE_MONOTONIC": "1"}
        arguments = (APART[name],)
        program = Program(
            "tests.chaos.sabotage", environment | {"SABOTAGE": sabotage}, self.apart.folder / f"{name}.log", arguments
        )
        await program.start()
        self.programs[name] = program
        return program

    async def ready(self, name: str) -> None:
        """Wait until a service answers."""
        await self.programs[name].answers(f"{self.apart.urls[name]}/readyz")

    async def kill(self, name: str) -> None:
        """End a service as a crash would."""
        process = self.programs[name].process
        assert process is not None
        assert process.returncode is None, f"inconclusive: {name} was dead already"
        process.kill()
        await process.wait()

    async def again(self, name: str, **extra: Any) -> None:
        """Start a service anew and wait for it."""
        await self.start(name, **extra)
        await self.ready(name)

    async def people(self) -> None:
        """Have surveyors and delegates sign up by the public calls."""
        await self.world.operator()
        self.surveyors = [await self.world.surveyor(*name) for name in SURVEYORS]
        self.delegates = list(await asyncio.gather(*(self.world.newcomer(*name) for name in DELEGATES)))

    async def sign_in(self) -> None:
        """Give everybody a fresh token."""
        await asyncio.gather(*(self.world.sign_in(person) for person in (*self.surveyors, *self.delegates)))

    async def count_mails(self) -> None:
        """Nothing to do: the sink counts each mail as it comes."""

    async def stop(self) -> None:
        """End what still runs."""
        for program in self.programs.values():
            if program.process is not None and program.process.returncode is None:
                program.process.kill()
                await program.process.wait()


def clocks() -> Path:
    """Find libfaketime, which gives a process a clock of its own."""
    found = sorted(Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"))
    assert found, "these tests need libfaketime: make system"
    return found[0]


@asynccontextmanager
async def _database(folder: Path) -> AsyncIterator[EmbeddedPostgres]:
    server = EmbeddedPostgres(folder, max_connections=200)
    try:
        await server.start()
        yield server
    finally:
        await server.stop()
        remove(folder)


@asynccontextmanager
async def system(folder: Path, broker: MortalBroker) -> AsyncIterator[System]:
    """Start everything, introduce the example application, and let people sign up."""
    together.make_secrets(folder / "secrets")
    urls = {name: f"http://127.0.0.1:{free_port()}" for name in APART}
    async with AsyncExitStack() as stack:
        postgres = await stack.enter_async_context(_database(open_folder()))
        direct = {name: await postgres.ensure_database(name) for name in APART}
        to_database = await stack.enter_async_context(proxy(direct["identity"]))
        to_broker = await stack.enter_async_context(proxy(broker.url))
        sink = await stack.enter_async_context(mailbox_pages(Sink(folder / "mail"), urls))
        addresses = {name: to_database.address(dsn) for name, dsn in direct.items()}
        apart = Apart(folder, addresses, to_broker.address(broker.url), sink.port, urls)
        http = await stack.enter_async_context(aiohttp.ClientSession())

        async def make_operator(username: str) -> None:
            await apart.command("identity", "operator", "add", username)

        world = World(http, urls.__getitem__, make_operator, direct.__getitem__, str)
        made = System(apart, world, sink, postgres, broker, to_database, to_broker)
        stack.push_async_callback(made.stop)
        for name in APART:
            await made.start(name)
        for name in APART:
            await made.ready(name)
        await apart.introduce()
        await made.people()
        yield made


async def patiently(call: Any, seconds: float = 90) -> client.Answer:
    """Call until there is an answer that is not about being unable to answer now."""
    deadline = asyncio.get_running_loop().time() + seconds
    while True:
        try:
            answer: client.Answer = await call()
            if answer.status < 500:
                return answer
        except (aiohttp.ClientError, OSError, TimeoutError) as error:
            answer = client.Answer(0, repr(error), {})
        if asyncio.get_running_loop().time() > deadline:
            raise AssertionError(f"no answer in time, the last was {answer}")
        await asyncio.sleep(0.1)
