"""Two databases: one that says, one that hears."""

from __future__ import annotations

import pytest_asyncio

from tests.support import messaging as support


@pytest_asyncio.fixture(loop_scope="session")
async def source(database):
    """Give a pool on the database of the service that says."""
    async with support.prepared(await database(support.MESSAGING), size=12) as pool:
        yield pool


@pytest_asyncio.fixture(loop_scope="session")
async def sink(database):
    """Give a pool on the database of the service that hears."""
    async with support.prepared(await database(support.MESSAGING)) as pool:
        yield pool
