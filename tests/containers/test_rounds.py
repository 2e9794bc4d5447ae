"""The long rounds (make chaos-compose): rolling upgrades, replicas told to end, the database gone."""

from __future__ import annotations

import asyncio
import time
from dataclasses import replace

import pytest

from tests.chaos import scorecard
from tests.chaos.ledger import IN_HANDS_APART, RIGHT, Ledger
from tests.chaos.load import Load
from tests.support import compose
from tests.support.composed import Composed
from tests.support.gateways import until_it_can
from tests.support.traffic import traffic

pytestmark = [pytest.mark.containers, pytest.mark.slow, pytest.mark.timeout(3600)]
READY = ("python", "-IS", "/app/healthcheck.py", "/readyz")


async def settled(system: Composed, load: Load) -> None:
    """Read the books, and find them right."""
    ledger = Ledger(system, IN_HANDS_APART)
    await ledger.hurry()
    await ledger.settle()
    assert await ledger.close(load) == RIGHT


async def test_rolling_upgrades_of_two_replicas_fail_no_request(peopled: Composed) -> None:
    rounds, total = scorecard.count(2, 10), scorecard.count(4_000, 100_000)
    project = peopled.project
    await project.up("--no-recreate", delegation=2, identity=2)
    urls = (f"{project.url}/delegation/v1/services", f"{project.url}/identity/.well-known/jwks.json")
    async with traffic(*urls) as seen:
        for _ in range(rounds):
            before = await project.containers("delegation") + await project.containers("identity")
            await project.script("deploy/upgrade", "delegation", "identity", seconds=600)
            after = await project.containers("delegation") + await project.containers("identity")
            assert not set(before) & set(after), "inconclusive: a replica was not replaced"
            assert len(after) == 4
        await seen.until(total)
    facts = {"requests": seen.answers.total(), "failed": seen.failed, "slowest": round(seen.slowest, 2)}
    scorecard.note("O2", "rolling upgrade of two replicas behind the gateway", rounds, **facts)
    assert seen.failed == {}


async def test_upgrade_to_what_does_not_start_says_so_and_leaves_the_old_ones_as_they_were(peopled: Composed) -> None:
    project = peopled.project
    before = await project.containers("accounts")
    wrong = replace(project, environment={**project.environment, "MANDAT_PROVIDER_URL": "not an address"})
    with pytest.raises(compose.Failed, match="the new ones are taken away"):
        await wrong.script("deploy/upgrade", "accounts")
    assert await project.containers("accounts") == before
    assert (await peopled.world.anonymous.call("GET", "/accounts/openapi.json")).status == 200


async def test_replicas_told_to_end_under_load_cut_no_request(peopled: Composed) -> None:
    times = scorecard.count(2, 10)
    project = peopled.project
    await project.up("--no-recreate", delegation=2, identity=1)
    took = []
    async with traffic(f"{project.url}/delegation/v1/services") as seen:
        for number in range(times):
            await asyncio.sleep(1)
            replica = (await project.containers("delegation"))[number % 2]
            begun = time.monotonic()
            await compose.docker("stop", "--time", "30", replica)
            took.append(time.monotonic() - begun)
            assert (await compose.inspect(replica))["State"]["ExitCode"] == 0
            await compose.docker("start", replica)
            await until_it_can(lambda name=replica: compose.docker("exec", name, *READY))
    facts = {"requests": seen.answers.total(), "failed": seen.failed, "longest": round(max(took), 1)}
    scorecard.note("O1", "SIGTERM to a replica under load", times, **facts)
    assert seen.failed == {}
    assert max(took) < 20


async def test_database_gone_for_a_while_loses_nothing(peopled: Composed, load: Load) -> None:
    seconds = scorecard.count(5, 30)
    async with load.running():
        await asyncio.sleep(3)
        database = (await peopled.project.containers("postgres"))[0]
        await compose.docker("kill", database)
        await asyncio.sleep(seconds)
        before = load.done
        await compose.docker("start", database)
        begun = time.monotonic()
        await until_it_can(lambda: _some(load, before))
        back = time.monotonic() - begun
        await peopled.find()
        await asyncio.sleep(3)
    await settled(peopled, load)
    facts = {"lost": 0, "doubled": 0, "commands": load.done, "first answer after": round(back, 1)}
    scorecard.note("R5", f"database killed and gone for {seconds} s under load", 1, **facts)


async def _some(load: Load, before: int) -> None:
    if load.done <= before:
        raise OSError("nothing is answered yet")
