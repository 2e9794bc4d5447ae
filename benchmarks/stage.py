"""What the benchmarks stand on: a durable PostgreSQL, a broker, keys, an issuer of tokens, and processes."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import mkdtemp

import aio_pika
import asyncpg
from aiohttp import web
from services import together
from shared.contracts import wiring
from shared.db.embedded import EmbeddedPostgres
from shared.messaging import topology
from tests.support import rabbit, tokens
from tests.support.postgres import remove
from tests.support.processes import Program, free_port

PUBLIC = "http://mandat.example.com"
EXTRA = {"notifications": {"MANDAT_SMTP_HOST": "127.0.0.1", "MANDAT_SMTP_PORT": "9"}}


@dataclass(frozen=True, slots=True)
class Server:
    """A process that answers HTTP."""

    url: str
    pid: int


@dataclass
class Stage:
    """One server of databases, one broker and one issuer for a whole run. The database is durable (fsync)."""

    folder: Path
    postgres: EmbeddedPostgres
    broker: str
    issuer: tokens.Issuer = field(default_factory=tokens.Issuer)
    issuer_url: str = ""

    async def database(self, name: str) -> str:
        """Give the address of a database, made when missing."""
        return await self.postgres.ensure_database(name)

    async def connect(self, name: str, *, superuser: bool = False) -> asyncpg.Connection:
        """Open a connection for laying and reading rows."""
        address = await self.database(name)
        return await asyncpg.connect(self.postgres.dsn(name) if superuser else address)

    async def checkpoint(self) -> None:
        """Have every measured write start from the same state of the log (the hard case: full-page writes)."""
        connection = await asyncpg.connect(self.postgres.dsn())
        try:
            await connection.execute("checkpoint", timeout=120)
        finally:
            await connection.close()

    async def forget_messages(self) -> None:
        """Remove the queues with what lies in them, so that a service that starts has nothing to catch up with."""
        connection = await aio_pika.connect(self.broker, timeout=10)
        async with connection:
            channel = await connection.channel()
            for consumer in wiring.WIRING:
                for queue, _ in topology.queues_of(consumer):
                    await channel.queue_delete(queue, timeout=10)

    async def environment(self, name: str, *, bus: bool = True, **extra: str) -> dict[str, str]:
        """Give what a container of this service would be given."""
        common = {
            "MANDAT_DATABASE_URL": await self.database(name),
            "MANDAT_PUBLIC_URL": PUBLIC,
            "MANDAT_SECRETS": str(self.folder / "secrets"),
            "MANDAT_PORT": str(free_port()),
            "MANDAT_IDENTITY_URL": self.issuer_url,
            "MANDAT_DELEGATION_URL": self.issuer_url,
            "MANDAT_DRAIN": "0",
        }
        broker = {"MANDAT_AMQP_URL": self.broker} if bus else {}
        return common | broker | EXTRA.get(name, {}) | {f"MANDAT_{key.upper()}": value for key, value in extra.items()}

    @asynccontextmanager
    async def service(self, name: str, *, bus: bool = True, **extra: str) -> AsyncIterator[Server]:
        """Run one of our services as in production; without the bus it has no relay and hears nothing."""
        environment = await self.environment(name, bus=bus, **extra)
        async with self.program(f"services.{name}", environment, int(environment["MANDAT_PORT"]), "/readyz") as server:
            yield server

    @asynccontextmanager
    async def floor(self, name: str, database: str, **extra: str) -> AsyncIterator[Server]:
        """Run a floor that answers HTTP."""
        port = free_port()
        environment = {"FLOOR_PORT": str(port), "FLOOR_DATABASE": await self.database(database)}
        environment |= {f"FLOOR_{key.upper()}": value for key, value in extra.items()}
        async with self.program(f"benchmarks.floors.{name}", environment, port, "/livez") as server:
            yield server

    @asynccontextmanager
    async def program(
        self, module: str, environment: dict[str, str], port: int = 0, ready: str = "", *words: str
    ) -> AsyncIterator[Server]:
        """Run a program, waiting for its answer where it has a port."""
        program = Program(module, environment, self.folder / f"{module}.log", words)
        await program.start()
        url = f"http://127.0.0.1:{port}"
        try:
            if port:
                await program.answers(url + ready)
            assert program.process is not None
            yield Server(url, program.process.pid)
        finally:
            await program.stop()


@asynccontextmanager
async def stage() -> AsyncIterator[Stage]:
    """Set everything up on the disk, and take it away at the end."""
    folder = Path(mkdtemp(prefix="mandat-bench-"))
    folder.chmod(0o755)
    async with AsyncExitStack() as stack:
        stack.callback(remove, folder)
        postgres = EmbeddedPostgres(folder, max_connections=300)
        await postgres.start()
        stack.push_async_callback(postgres.stop)
        await _track_commits(postgres)
        broker = await stack.enter_async_context(rabbit.broker())
        together.make_secrets(folder / "secrets")
        made = Stage(folder, postgres, broker.url)
        await stack.enter_async_context(_publishing(made))
        yield made


async def _track_commits(postgres: EmbeddedPostgres) -> None:
    """Have the server remember when each transaction was committed; that takes a restart."""
    connection = await asyncpg.connect(postgres.dsn())
    await connection.execute("alter system set track_commit_timestamp = on")
    await connection.close()
    await postgres.stop()
    await postgres.start()


@asynccontextmanager
async def _publishing(made: Stage) -> AsyncIterator[None]:
    """Publish the issuer's key, as identity does."""

    async def show(request: web.Request) -> web.Response:
        del request
        return web.json_response({"keys": [made.issuer.key.as_dict(private=False)]})

    app = web.Application()
    app.router.add_get("/{issuer}/.well-known/jwks.json", show)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    port = free_port()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    made.issuer_url = f"http://127.0.0.1:{port}"
    try:
        yield
    finally:
        await runner.cleanup()
