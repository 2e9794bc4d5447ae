"""A broker that may be killed and paused, one for all chains."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from functools import partial

import pytest
import pytest_asyncio

from tests.chaos import chain as chains
from tests.chaos.proxy import Proxy, proxy
from tests.support.mortal_broker import MortalBroker, mortal_broker

MakeChain = Callable[..., AbstractAsyncContextManager[chains.Chain]]


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def mortal() -> AsyncIterator[MortalBroker]:
    """Run the broker."""
    async with mortal_broker() as running:
        yield running


@pytest_asyncio.fixture(loop_scope="session")
async def cable(mortal: MortalBroker) -> AsyncIterator[Proxy]:
    """Stand between the broker and whoever is told so."""
    async with proxy(mortal.url) as running:
        yield running


@pytest_asyncio.fixture(loop_scope="session")
async def make_chain(databases, mortal, tmp_path) -> AsyncIterator[MakeChain]:
    """Give what makes chains on this broker."""
    async with AsyncExitStack():
        yield partial(chains.chain, databases, mortal.url, tmp_path)


@pytest.fixture
async def chain(make_chain: MakeChain) -> AsyncIterator[chains.Chain]:
    """Make one chain."""
    async with make_chain() as made:
        yield made
