"""Three nodes of RabbitMQ: one killed, one cut off from the others, under load, lose nothing (make chaos-compose)."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator

import aiohttp
import pytest

from shared.contracts import wiring
from tests.chaos import scorecard
from tests.chaos.ledger import IN_HANDS_APART, RIGHT, Ledger
from tests.chaos.load import Load
from tests.support import compose
from tests.support.composed import Composed, compose_world
from tests.support.gateways import until_it_can

pytestmark = [pytest.mark.containers, pytest.mark.slow, pytest.mark.timeout(1800)]
NODES = ("rabbitmq", "rabbitmq-2", "rabbitmq-3")
ONLINE = ("rabbitmqctl", "-q", "list_queues", "--formatter", "json", "name", "members", "online")


@pytest.fixture(scope="module")
async def clustered() -> AsyncIterator[Composed]:
    async with compose.project(extra=("deploy/compose.cluster.yml",)) as project, aiohttp.ClientSession() as http:
        await project.up()
        system = await compose_world(project, http)
        await system.people()
        yield system


@pytest.fixture(scope="module")
async def load(clustered: Composed) -> Load:
    """One load for all faults: it knows what every pair was answered since the beginning."""
    return Load(clustered)


async def whole(system: Composed) -> None:
    """Wait until every queue has its three members online."""
    container = (await system.project.containers("rabbitmq"))[0]

    async def look() -> None:
        queues = json.loads(await compose.docker("exec", container, *ONLINE))
        ours = [one for one in queues if one["name"].startswith("mandat.")]
        if len(ours) != 2 * len(wiring.WIRING) or {len(one["online"]) for one in ours} != {3}:
            raise OSError(f"not whole: {ours}")

    await until_it_can(look, 120)


@pytest.mark.parametrize("node", NODES)
async def test_node_killed_under_load_loses_nothing(clustered: Composed, load: Load, node) -> None:
    await whole(clustered)
    async with load.running():
        await asyncio.sleep(2)
        container = (await clustered.project.containers(node))[0]
        await compose.docker("kill", container)
        before = load.done
        await asyncio.sleep(scorecard.count(5, 20))
        assert load.done > before, "inconclusive: nothing went on"
        await compose.docker("start", container)
        await asyncio.sleep(2)
    await clustered.find()
    await whole(clustered)
    await right(clustered, load)
    scorecard.note("R7", f"{node} of three killed under load", 1, lost=0, doubled=0, commands=load.done)


async def test_node_cut_off_under_load_loses_nothing(clustered: Composed, load: Load) -> None:
    """Cut from everybody: from the other nodes, and from the services that had their connections there."""
    await whole(clustered)
    network = f"{clustered.project.name}_data"
    async with load.running():
        await asyncio.sleep(2)
        container = (await clustered.project.containers("rabbitmq-2"))[0]
        await compose.docker("network", "disconnect", "--force", network, container)
        before = load.done
        await asyncio.sleep(scorecard.count(15, 30))
        assert load.done > before, "inconclusive: nothing went on"
        joined = ("--alias", "rabbitmq-2", "--alias", "broker", network, container)
        await compose.docker("network", "connect", *joined)
        await asyncio.sleep(3)
    await whole(clustered)
    await right(clustered, load)
    scorecard.note("R7", "one of three nodes cut off under load", 1, lost=0, doubled=0, commands=load.done)


async def right(system: Composed, load: Load) -> None:
    """Read the books, and find them right."""
    ledger = Ledger(system, IN_HANDS_APART)
    await ledger.hurry()
    await ledger.settle()
    assert await ledger.close(load) == RIGHT
