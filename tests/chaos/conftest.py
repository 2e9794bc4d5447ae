"""A broker that may be killed and paused, and a whole system on it, one for all of these tests."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from functools import partial

import pytest
import pytest_asyncio

from tests.chaos import chain as chains
from tests.chaos import system as systems
from tests.chaos.ledger import Ledger
from tests.chaos.load import Load
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


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def running(mortal: MortalBroker, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[systems.System]:
    """Run the whole system."""
    async with systems.system(tmp_path_factory.mktemp("system"), mortal) as system:
        yield system


@pytest_asyncio.fixture(loop_scope="session")
async def system(running: systems.System) -> systems.System:
    """Give it with all its services alive and fresh tokens."""
    for name, program in running.programs.items():
        if program.process is None or program.process.returncode is not None:
            await running.again(name)
    await running.sign_in()
    return running


@pytest.fixture(scope="session")
def remembered(running: systems.System) -> Load:
    """What people did until now, remembered from one test to the next, as the databases do."""
    return Load(running)


@pytest_asyncio.fixture(loop_scope="session")
async def load(system: systems.System, remembered: Load, ledger: Ledger) -> Load:
    """What people do; after a test that failed, what it did is not held against the next one."""
    await ledger.forget_strays()
    if remembered.broken or remembered.odd:
        await ledger.believe(remembered)
    return remembered


@pytest.fixture(scope="session")
def ledger(running: systems.System) -> Ledger:
    """The ledger of that system."""
    return Ledger(running)
