"""Replicas of each service under load, and each container killed in turn: the books are right at the end."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from tests.chaos import scorecard
from tests.chaos.ledger import IN_HANDS_APART, RIGHT, Ledger
from tests.chaos.load import Load
from tests.support import compose
from tests.support.composed import Composed
from tests.support.gateways import until_it_can

pytestmark = [pytest.mark.containers, pytest.mark.timeout(900)]
BOOKED = ("identity", "accounts", "delegation", "notifications", "audit")
BESIDE = ("portal", "cadastre", "permits")
BELOW = ("rabbitmq", "postgres", "gateway")
CHECKS = {
    "rabbitmq": ("bash", "-c", "exec 3<>/dev/tcp/127.0.0.1/5672"),
    "postgres": ("pg_isready", "-q", "-U", "postgres", "-h", "127.0.0.1"),
    "gateway": ("curl", "-fsS", "http://127.0.0.1:8081/livez"),
}
READY = ("python", "-IS", "/app/healthcheck.py", "/readyz")


@pytest.fixture(scope="module")
async def scaled(peopled: Composed) -> AsyncIterator[Composed]:
    """Three replicas of each service that the load needs; one of each again at the end."""
    await peopled.project.up("--no-recreate", **dict.fromkeys(BOOKED, 3))
    for service in BOOKED:
        assert len(await peopled.project.containers(service)) == 3
    yield peopled
    await peopled.project.up("--no-recreate", **dict.fromkeys(BOOKED, 1))


@pytest.fixture(scope="module")
async def load(scaled: Composed) -> Load:
    """One load for all: it knows what every pair was answered since the beginning."""
    return Load(scaled)


async def ready(service: str, container: str) -> None:
    """Wait until a container does its work again."""
    await until_it_can(lambda: compose.docker("exec", container, *CHECKS.get(service, READY)), 180)


async def kill(system: Composed, service: str, number: int = 0) -> None:
    """Kill a container in the middle of the load, let it start again, and wait for it."""
    container = (await system.project.containers(service))[number]
    await compose.docker("kill", container)
    await asyncio.sleep(0.5)
    await compose.docker("start", container)
    await ready(service, container)
    if service in BELOW:
        await system.find()


async def killed_in_turn(system: Composed, load: Load, victims: list[tuple[str, int]], pause: float) -> None:
    """Kill these under load, each after the one before does its work again, and find the books right."""
    done = {}
    async with load.running():
        await asyncio.sleep(pause)
        for victim in victims:
            before = load.done
            await kill(system, *victim)
            await asyncio.sleep(pause)
            done[victim] = load.done - before
    assert all(done.values()), f"inconclusive: nothing went on around some kills: {done}"
    ledger = Ledger(system, IN_HANDS_APART)
    await ledger.hurry()
    await ledger.settle(300)
    books = await ledger.close(load)
    assert books == RIGHT, books.which


async def test_load_on_three_replicas_of_each_and_a_kill_of_every_kind_leaves_the_books_right(
    scaled: Composed, load: Load
) -> None:
    await killed_in_turn(scaled, load, [(victim, 0) for victim in (*BOOKED, *BESIDE, *BELOW)], 1)


@pytest.mark.slow
async def test_kill_of_every_container_in_turn_leaves_the_books_right(scaled: Composed, load: Load) -> None:
    """Every replica; and all of it several times in the full numbers."""
    rounds = scorecard.count(1, 3)
    every = [(service, number) for service in BOOKED for number in range(3)]
    victims = every + [(service, 0) for service in (*BESIDE, *BELOW)]
    await killed_in_turn(scaled, load, victims * rounds, 2)
    facts = {"lost": 0, "doubled": 0, "commands": load.done}
    scorecard.note("R1", "every container killed under load, three replicas each", len(victims) * rounds, **facts)
