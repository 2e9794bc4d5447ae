"""Two databases, one that says and one that hears, and a bus of each kind between them."""

from __future__ import annotations

from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import uuid4

import aio_pika
import pytest
import pytest_asyncio

from shared.contracts import wiring
from shared.messaging import topology
from shared.messaging.memory import MemoryBus
from shared.messaging.rabbit import RabbitBus
from tests.support import messaging as support

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from shared.messaging.bus import Bus


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


@pytest.fixture(scope="session")
def amqp_url(rabbit):
    """Give the address of the broker."""
    return rabbit.url


@dataclass(frozen=True)
class Kind:
    """How to open a bus, and the names of the consumers of this test."""

    name: str
    amqp_url: str | None
    wired: dict[str, tuple[str, ...]]
    first: str
    second: str
    deaf: str

    @asynccontextmanager
    async def bus(self, *consumers: str) -> AsyncIterator[Bus]:
        """Open a bus as one process does; `consumers` are those that this process runs."""
        if self.amqp_url is None:
            carrier: Bus = MemoryBus(consumers, wired=self.wired)
        else:
            rabbit = RabbitBus(self.amqp_url, wired=self.wired)
            await rabbit.open()
            carrier = rabbit
        try:
            yield carrier
        finally:
            await carrier.close()


@pytest.fixture(params=["memory", pytest.param("rabbit", marks=pytest.mark.broker)])
def kind_name(request):
    """Name a kind of bus."""
    return request.param


@pytest.fixture
def kind_url(kind_name, request):
    """Give the broker's address, for the kind of bus that needs one."""
    return request.getfixturevalue("amqp_url") if kind_name == "rabbit" else None


@pytest_asyncio.fixture(loop_scope="session")
async def kind(kind_name, kind_url):
    """Give a kind of bus, with queues of its own that are gone after the test."""
    first, second, deaf = (f"{name}-{uuid4().hex[:8]}" for name in ("first", "second", "deaf"))
    wired = {first: ("counting.#",), second: ("counting.counter.*.v1",), deaf: ("singing.#",)}
    yield Kind(kind_name, kind_url, wired, first, second, deaf)
    if kind_url:
        await delete_queues(kind_url, wired)


@pytest_asyncio.fixture(loop_scope="session")
async def rabbit_kind(amqp_url):
    """Give the kind of bus that has a broker."""
    first, second, deaf = (f"{name}-{uuid4().hex[:8]}" for name in ("first", "second", "deaf"))
    wired = {first: ("counting.#",), second: ("counting.counter.*.v1",), deaf: ("singing.#",)}
    yield Kind("rabbit", amqp_url, wired, first, second, deaf)
    await delete_queues(amqp_url, wired)


async def delete_queues(url: str, consumers) -> None:
    """Delete the queues of a test."""
    connection = await aio_pika.connect(url, timeout=10)
    async with connection, connection.channel() as channel:
        for consumer in consumers:
            await channel.queue_delete(wiring.queue_name(consumer))
            await channel.queue_delete(topology.parked_queue_name(consumer))
