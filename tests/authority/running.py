"""Everything in one process, as it is or with a planted bug, and what only its owner can see."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import aiohttp

from services import together
from shared.db.embedded import EmbeddedPostgres
from tests.journeys.world import World
from tests.support.processes import Program, free_port

ROOMY = {
    "MANDAT_REGISTRATIONS_PER_HOUR": "100000",
    "MANDAT_LETTERS_PER_HOUR": "100000",
    "MANDAT_FAILURES_PER_HOUR": "100000",
    "MANDAT_FAILURES_IN_ALL_PER_HOUR": "1000000",
    "MANDAT_SEARCHES_PER_HOUR": "10000",
    "MANDAT_REGISTRATIONS_PER_DAY": "100000",
    "MANDAT_ALERT_DELAY": "1",
    "MANDAT_WORKER_SECONDS": "0.1",
    "MANDAT_SEAL_SECONDS": "0.3",
}
"""Everybody comes from one address, and more often than people do."""
SERVICES = tuple(together.PARTS)


@dataclass
class Realm:
    """A running system and the folder it lives in."""

    world: World
    folder: Path
    url: str

    @property
    def secrets(self) -> Path:
        """The folder of its key files."""
        return self.folder / "home/secrets"


@asynccontextmanager
async def realm(folder: Path, *, bugs: tuple[str, ...] = (), limits: dict[str, str] = ROOMY) -> AsyncIterator[Realm]:
    """Run everything in one process, with these bugs planted in it (see `planted`)."""
    port = free_port()
    environment = limits | {
        "MANDAT_HOME": str(folder / "home"),
        "MANDAT_PORT": str(port),
        "MANDAT_LOG_LEVEL": "debug",
        "PLANTED": ",".join(bugs),
    }
    module = "tests.authority.planted" if bugs else "services"
    program = Program(module, environment, folder / "log", ("--no-sample",))
    await program.start()
    url = f"http://127.0.0.1:{port}"
    try:
        await program.answers(f"{url}/readyz")

        async def make_operator(username: str) -> None:
            await Program("services", environment, folder / "cli.log", ("operator", "add", username)).run()

        server = EmbeddedPostgres.attach(folder / "home")
        assert server is not None
        dsn = {name: await server.ensure_database(name) for name in SERVICES}
        async with aiohttp.ClientSession() as http:
            world = World(http, lambda _: url, make_operator, dsn.__getitem__, lambda: _logs(folder))
            yield Realm(world, folder, url)
    finally:
        assert await program.stop() == 0, program.output()


def _logs(folder: Path) -> str:
    return "".join(path.read_text(errors="replace") for path in folder.glob("*log"))
