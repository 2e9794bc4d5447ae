"""One running system with its people and its books, for all of these tests."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.authority import books as ledgers
from tests.authority import cast as casts
from tests.authority import running


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def realm(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[running.Realm]:
    """Run everything in one process."""
    async with running.realm(tmp_path_factory.mktemp("authority")) as one:
        yield one


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def cast(realm: running.Realm) -> casts.Cast:
    """Gather the people."""
    return await casts.gather(realm.world)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def books(realm: running.Realm) -> AsyncIterator[ledgers.Books]:
    """Open every database."""
    async with ledgers.books(realm.world) as opened:
        yield opened
