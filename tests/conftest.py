"""Fixtures for all tests: a PostgreSQL for the session, a database for each test."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import pytest_asyncio

from tests.support import postgres as servers

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

    from shared.db.migrate import Area


pytest_plugins = ("tests.support.fixtures_rabbit", "tests.support.fixtures_compose")


TESTS = Path(__file__).parent
TOGETHER = ("chaos", "browser", "authority", "journeys", "attacks")
"""Folders whose tests share a whole system, the longest first: each runs in one process."""


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Say what belongs together where tests run in several processes (`-n`), and begin with what takes longest."""
    groups = {item: _group(item) for item in items}
    for item, group in groups.items():
        item.add_marker(pytest.mark.xdist_group(group))
    items.sort(key=lambda item: TOGETHER.index(groups[item]) if groups[item] in TOGETHER else len(TOGETHER))


def _group(item: pytest.Item) -> str:
    place = item.path.relative_to(TESTS)
    alone = place.parts[0] == "chaos" and "running" not in getattr(item, "fixturenames", ())
    return place.parts[0] if place.parts[0] in TOGETHER and not alone else place.as_posix()


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def postgres() -> AsyncIterator[servers.Server]:
    """Run one PostgreSQL for all tests."""
    async with servers.start_postgres() as server:
        yield server


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def databases(postgres: servers.Server) -> AsyncIterator[servers.Databases]:
    """Keep the template databases of the session."""
    made = servers.Databases(postgres)
    yield made
    await made.close()


@pytest_asyncio.fixture(loop_scope="session")
async def database(databases: servers.Databases) -> AsyncIterator[Callable[..., Awaitable[str]]]:
    """Give a function that makes a fresh database with these areas; they are dropped after the test."""
    made: list[str] = []

    async def create(*areas: Area) -> str:
        made.append(await databases.create(*areas))
        return made[-1]

    yield create
    for dsn in made:
        await databases.drop(dsn)
