"""Each journey runs in one process on the memory bus, as separate processes on RabbitMQ, and in containers."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import aiohttp
import pytest
from aiohttp import web

from services import together
from services.mailbox import Mailbox
from shared.db.embedded import EmbeddedPostgres
from tests.journeys.world import World
from tests.support.composed import Composed
from tests.support.processes import Program, free_port

if TYPE_CHECKING:
    from tests.support.postgres import Databases
    from tests.support.rabbit import Broker

PUBLIC = "http://mandat.example.com"
APART = {name: f"services.{name}" for name in together.PARTS} | {name: f"examples.{name}" for name in together.CLIENTS}
ROOMY = {"MANDAT_REGISTRATIONS_PER_HOUR": "10000", "MANDAT_LETTERS_PER_HOUR": "10000"}
"""All people of all journeys come from one address."""
SOON = {"MANDAT_ALERT_DELAY": "1"}
EXTRA = {
    "identity": lambda urls, smtp: ROOMY,
    "notifications": lambda urls, smtp: {"MANDAT_SMTP_HOST": "127.0.0.1", "MANDAT_SMTP_PORT": str(smtp)} | SOON,
    "accounts": lambda urls, smtp: {
        "MANDAT_PROVIDER_URL": f"{urls['permits']}/permits/provider",
        "MANDAT_NOTIFY_URL": urls["accounts"],
    },
    "cadastre": lambda urls, smtp: _told(urls, "audit", "notifications"),
    "permits": lambda urls, smtp: _told(urls, "accounts", "audit", "notifications"),
}


def _told(urls: dict[str, str], *names: str) -> dict[str, str]:
    return {f"MANDAT_{name.upper()}_URL": urls[name] for name in names}


WAYS = (
    "together",
    pytest.param("apart", marks=pytest.mark.broker),
    pytest.param("composed", marks=[pytest.mark.containers, pytest.mark.timeout(600)]),
)


@pytest.fixture(scope="session", params=WAYS)
def needed(request: pytest.FixtureRequest) -> tuple[Databases, Broker] | Composed | None:
    """Give what separate processes need, or the system in containers; one process needs nothing."""
    if request.param == "together":
        return None
    if request.param == "composed":
        composed: Composed = request.getfixturevalue("composed")
        return composed
    return request.getfixturevalue("databases"), request.getfixturevalue("rabbit")


@pytest.fixture(scope="session")
async def world(
    needed: tuple[Databases, Broker] | Composed | None, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[World]:
    """The running system."""
    if isinstance(needed, Composed):
        yield needed.world
        return
    folder = tmp_path_factory.mktemp("world")
    async with _apart(folder, *needed) if needed else together_world(folder) as running:
        yield running


@asynccontextmanager
async def together_world(folder: Path) -> AsyncIterator[World]:
    port = free_port()
    environment = {"MANDAT_HOME": str(folder / "home"), "MANDAT_PORT": str(port), "MANDAT_LOG_LEVEL": "info"}
    environment |= ROOMY | SOON
    program = Program("services", environment, folder / "log", ("--no-sample",))
    await program.start()
    url = f"http://127.0.0.1:{port}"
    try:
        await program.answers(f"{url}/readyz")

        async def make_operator(username: str) -> None:
            await Program("services", environment, folder / "cli.log", ("operator", "add", username)).run()

        server = EmbeddedPostgres.attach(folder / "home")
        assert server is not None
        dsn = {name: await server.ensure_database(name) for name in together.PARTS}
        async with aiohttp.ClientSession() as http:
            yield World(http, lambda _: url, make_operator, dsn.__getitem__, lambda: _logs(folder))
    finally:
        assert await program.stop() == 0, program.output()


@dataclass
class Apart:
    """Each service as a process of its own, on one RabbitMQ."""

    folder: Path
    addresses: dict[str, str]
    broker: str
    smtp_port: int
    urls: dict[str, str]

    def environment(self, name: str) -> dict[str, str]:
        """Give what a container of this service would be given."""
        common = {
            "MANDAT_DATABASE_URL": self.addresses[name],
            "MANDAT_PUBLIC_URL": PUBLIC,
            "MANDAT_SECRETS": str(self.folder / "secrets"),
            "MANDAT_PORT": self.urls[name].rsplit(":", 1)[1],
            "MANDAT_IDENTITY_URL": self.urls["identity"],
            "MANDAT_DELEGATION_URL": self.urls["delegation"],
            "MANDAT_AMQP_URL": self.broker,
            "MANDAT_DRAIN": "0",
        }
        if name == "permits":
            common["MANDAT_UPLOADS"] = str(self.folder / "uploads")
        return common | (EXTRA[name](self.urls, self.smtp_port) if name in EXTRA else {})

    async def command(self, name: str, *words: str) -> None:
        """Run a command on the database of a service."""
        await Program("services", self.environment(name), self.folder / "cli.log", words).run()

    async def start(self, stack: AsyncExitStack) -> None:
        """Start all at once, wait for all, and introduce the example applications."""
        programs = {
            name: Program(module, self.environment(name), self.folder / f"{name}.log") for name, module in APART.items()
        }
        for program in programs.values():
            await program.start()
            stack.push_async_callback(program.stop)
        for name, program in programs.items():
            await program.answers(f"{self.urls[name]}/readyz")
        await self.introduce()

    async def introduce(self) -> None:
        """Make the example applications known to identity."""
        for client_id, name in together.CLIENTS.items():
            secret = str(self.folder / f"secrets/{client_id}.secret")
            await self.command("identity", "application", client_id, name, "--secret-file", secret)


@asynccontextmanager
async def _apart(folder: Path, databases: Databases, rabbit: Broker) -> AsyncIterator[World]:
    together.make_secrets(folder / "secrets")
    urls = {name: f"http://127.0.0.1:{free_port()}" for name in APART}
    async with AsyncExitStack() as stack:
        mailbox = await stack.enter_async_context(mailbox_pages(Mailbox(folder / "mail"), urls))
        addresses = {name: await databases.create() for name in APART}
        for address in addresses.values():
            stack.push_async_callback(databases.drop, address)
        apart = Apart(folder, addresses, rabbit.url, mailbox.port, urls)
        await apart.start(stack)
        http = await stack.enter_async_context(aiohttp.ClientSession())

        async def make_operator(username: str) -> None:
            await apart.command("identity", "operator", "add", username)

        yield World(http, urls.__getitem__, make_operator, addresses.__getitem__, lambda: _logs(folder))


@asynccontextmanager
async def mailbox_pages(mailbox: Mailbox, urls: dict[str, str]) -> AsyncIterator[Mailbox]:
    """Run a mailbox and its pages, and put their address among the others."""
    await mailbox.start()
    root = web.Application()
    root.add_subapp("/mailbox", mailbox.app())
    runner = web.AppRunner(root)
    await runner.setup()
    port = free_port()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    urls["mailbox"] = f"http://127.0.0.1:{port}"
    try:
        yield mailbox
    finally:
        await runner.cleanup()
        await mailbox.stop()


def _logs(folder: Path) -> str:
    return "".join(path.read_text(errors="replace") for path in folder.glob("*log"))
