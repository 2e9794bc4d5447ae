"""Fixtures for all tests: a PostgreSQL for the session, a database for each test."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest_asyncio
from hypothesis import HealthCheck, settings

from tests.support import postgres as servers

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

    from shared.db.migrate import Area


settings.register_profile("mandat", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("mandat")  # nothing is timed: the machine may be busy
pytest_plugins = ("tests.support.fixtures_rabbit", "tests.support.fixtures_compose", "tests.support.spreading")


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
