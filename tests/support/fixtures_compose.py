"""The composed system as a fixture: brought up once a session, for journeys and container tests alike."""

from __future__ import annotations

from collections.abc import AsyncIterator

import aiohttp
import pytest_asyncio

from tests.support import compose
from tests.support.composed import Composed, compose_world


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def composed() -> AsyncIterator[Composed]:
    """Bring up the production shape, one replica each."""
    async with compose.project() as project, aiohttp.ClientSession() as http:
        await project.up()
        yield await compose_world(project, http)
