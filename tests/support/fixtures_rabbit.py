"""Fixtures that give a RabbitMQ."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest_asyncio

from tests.support import rabbit as brokers


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def rabbit() -> AsyncIterator[brokers.Broker]:
    """Run one broker for all tests."""
    async with brokers.broker() as running:
        yield running
