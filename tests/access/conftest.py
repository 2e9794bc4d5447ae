"""One running system with its cast, for all of these tests."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest_asyncio

from tests.access import cast as casts
from tests.journeys.conftest import together_world
from tests.journeys.world import World


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def world(tmp_path_factory) -> AsyncIterator[World]:
    """Run everything in one process."""
    async with together_world(tmp_path_factory.mktemp("access")) as running:
        yield running


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def cast(world: World) -> casts.Cast:
    """Gather the people."""
    return await casts.gather(world)
