"""Homes for embedded servers of the tests, and processes that own one."""

from __future__ import annotations

import os
import subprocess
import sys
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import pytest_asyncio

from shared.db import home as homes
from shared.db import pool
from shared.db.embedded import EmbeddedPostgres
from tests.support import postgres as servers

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Iterator

REPOSITORY = Path(__file__).parents[3]

# Only root can become another user; an ordinary user's own case is the rest of this folder.
collect_ignore = [] if os.geteuid() == 0 else ["test_embedded_as_root.py"]


class OwnerProcess:
    """A real second process, and the first line it said."""

    def __init__(self, *arguments: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.integration.db.owner", *arguments],
            cwd="/",
            env={**os.environ, "PYTHONPATH": os.pathsep.join([str(REPOSITORY), *filter(None, sys.path)])},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self.process.stdout is not None
        self.said = self.process.stdout.readline().strip()

    def end(self) -> None:
        """Let it stop its server and end."""
        self.process.communicate(timeout=20)


@contextmanager
def ended(owner: OwnerProcess) -> Iterator[OwnerProcess]:
    """Run an owner and see that it ends."""
    try:
        yield owner
    finally:
        owner.end()


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(homes, "LOCK_SECONDS", 0.1)


@pytest.fixture
def home() -> Iterator[Path]:
    """Give a home that does not exist yet, in a folder everybody can enter."""
    folder = servers.open_folder()
    home = folder / "home"
    yield home
    servers.remove(home)
    servers.remove(folder)


@pytest.fixture
def owner_of(home: Path) -> Iterator[Callable[..., OwnerProcess]]:
    """Give a function that runs a process which owns this home, as another user if wanted."""
    with ExitStack() as owners:
        yield lambda *who: owners.enter_context(ended(OwnerProcess(str(home), *map(str, who))))


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def running() -> AsyncIterator[EmbeddedPostgres]:
    """Give a running server that several tests use and none stops."""
    folder = servers.open_folder()
    made = EmbeddedPostgres(folder, durable=False)
    await made.start()
    yield made
    await made.stop()
    servers.remove(folder)


@pytest_asyncio.fixture(loop_scope="session")
async def server(home: Path) -> AsyncIterator[EmbeddedPostgres]:
    """Give a server of this test alone, not yet started, and stop it afterwards."""
    made = EmbeddedPostgres(home, durable=False)
    yield made
    await made.stop()


@pytest_asyncio.fixture(loop_scope="session")
async def open_pool(database: Callable[..., Awaitable[str]]) -> AsyncIterator[Callable[..., Awaitable[pool.Pool]]]:
    """Give a function that opens a pool on a fresh database."""
    opened: list[pool.Pool] = []

    async def make(**options: object) -> pool.Pool:
        opened.append(await pool.Pool.open(await database(), **{"name": "tests", **options}))
        return opened[-1]

    yield make
    for one in opened:
        await one.close()
