"""Running systems to attack: one as it is, and one with planted bugs."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest_asyncio

from tests.attacks import street as streets

ENOUGH = {"MANDAT_SEARCHES_PER_HOUR": "10000", "MANDAT_FAILURES_IN_ALL_PER_HOUR": "100000"}
"""Of what is counted by person or for all together; each address has the limits that are installed."""


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def street(tmp_path_factory) -> AsyncIterator[streets.Street]:
    """Run a system with the limits it is installed with, but for `ENOUGH`."""
    async with streets.street(tmp_path_factory.mktemp("street"), limits=ENOUGH) as one:
        await one.crowd()
        yield one


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def sick(tmp_path_factory) -> AsyncIterator[streets.Street]:
    """Run a system with every planted bug of identity."""
    from tests.authority import planted

    bugs = tuple(bug.__name__ for bug in planted.IDENTITY)
    async with streets.street(tmp_path_factory.mktemp("sick"), bugs=bugs, limits=ENOUGH) as one:
        await one.crowd()
        yield one
