"""Replicas of each service under load, and each container killed in turn: the books are right at the end.

Three replicas of each with MANDAT_TEST_FULL=1.
"""

from __future__ import annotations

import asyncio

import pytest

from tests.chaos import scorecard
from tests.chaos.ledger import RIGHT, Ledger
from tests.chaos.load import Load
from tests.support import compose
from tests.support.composed import Composed
from tests.support.gateways import until_it_can

pytestmark = [pytest.mark.containers, pytest.mark.slow, pytest.mark.timeout(900)]
SCALED = ("identity", "accounts", "delegation", "notifications", "audit")
SCALE = dict.fromkeys(SCALED, scorecard.count(2, 3)) | {"delegation": 3}
VICTIMS = ("identity", "accounts", "delegation", "notifications", "audit", "rabbitmq", "postgres", "gateway")


@pytest.fixture(scope="module")
async def peopled(system: Composed) -> Composed:
    await system.people()
    return system


CHECKS = {
    "rabbitmq": ("bash", "-c", "exec 3<>/dev/tcp/127.0.0.1/5672"),
    "postgres": ("pg_isready", "-q", "-U", "postgres", "-h", "127.0.0.1"),
    "gateway": ("curl", "-fsS", "http://127.0.0.1:8081/livez"),
}
READY = ("python", "-IS", "/app/healthcheck.py", "/readyz")


async def ready(service: str, container: str) -> None:
    """Wait until a container does its work again."""
    await until_it_can(lambda: compose.docker("exec", container, *CHECKS.get(service, READY)), 180)


async def kill(system: Composed, service: str) -> None:
    """Kill a container in the middle of the load, let it start again, and wait for it."""
    container = (await system.project.containers(service))[0]
    await compose.docker("kill", container)
    await asyncio.sleep(0.5)
    await compose.docker("start", container)
    await ready(service, container)
    await system.find()


async def test_load_on_replicas_of_each_and_a_kill_of_every_container_leaves_the_books_right(peopled: Composed) -> None:
    await peopled.project.up("--no-recreate", **SCALE)
    for service, count in SCALE.items():
        assert len(await peopled.project.containers(service)) == count
    load = Load(peopled)
    done = {}
    async with load.running():
        await asyncio.sleep(5)
        for victim in VICTIMS:
            before = load.done
            await kill(peopled, victim)
            await asyncio.sleep(2)
            done[victim] = load.done - before
    assert all(done.values()), f"inconclusive: nothing went on around some kills: {done}"
    ledger = Ledger(peopled)
    await ledger.hurry()
    await ledger.settle()
    await peopled.count_mails()
    assert await ledger.close(load) == RIGHT
