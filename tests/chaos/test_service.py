"""O1, O6: a service that is told to end answers what it took; one that is flooded refuses some and goes on."""

from __future__ import annotations

import asyncio
import time

import aiohttp
import pytest

from shared import ids
from tests.chaos import scorecard, stopping
from tests.chaos.ledger import RIGHT
from tests.chaos.system import System

pytestmark = [pytest.mark.broker, pytest.mark.slow, pytest.mark.timeout(scorecard.count(1800, 7200))]

EXIT = 15.0


async def test_service_told_to_end_under_load_cuts_nothing_and_loses_nothing(system: System, ledger, load):
    slowest, answered = 0.0, 0
    longest = scorecard.count(2, 8)
    for turn in range(times := scorecard.count(4, 100)):
        name = ("identity", "delegation")[turn % 2]
        async with load.running():
            told, took = await stopping.stop_under_way(system, name, longest)
            assert "consumer stopped for a while" not in system.programs[name].output(), "the pool closed first"
            await system.again(name)
        assert told.after > 0, "inconclusive: nothing was under way"
        assert (told.cut, system.programs[name].process.returncode) == (0, None)
        slowest, answered = max(slowest, took), answered + told.after
    assert await ledger.closed(load) == RIGHT, load.odd
    assert not scorecard.FULL or slowest <= EXIT
    scorecard.note("O1", "SIGTERM under load", times, cut=0, lost=0, answered_after=answered, exit_s=round(slowest, 1))


async def test_service_that_ends_at_once_cuts_what_it_took(system: System):
    await system.kill("delegation")
    await system.again("delegation", sabotage="cut-at-once")
    told, _ = await stopping.stop_under_way(system, "delegation", 1)
    await system.again("delegation")
    assert told.cut > 0
    scorecard.note("O1", "control: cut-at-once", 1, cut=told.cut)


Answers = list[tuple[int, str | None, float]]
"""Status, Retry-After and seconds of each."""


async def flood(system: System, rounds: int) -> Answers:
    """Ask two thousand times at once, so many rounds, and once more."""
    url = system.apart.urls["delegation"] + "/delegation/v1/me"
    head = {"Authorization": f"Bearer {system.surveyors[0].caller.token}"}
    found: Answers = []

    async def ask(http: aiohttp.ClientSession) -> None:
        began = time.monotonic()
        async with http.get(url, headers=head | {"X-Request-Id": str(ids.uuid7())}) as answer:
            await answer.read()
            found.append((answer.status, answer.headers.get("Retry-After"), time.monotonic() - began))

    connector = aiohttp.TCPConnector(limit=0)
    async with aiohttp.ClientSession(connector=connector, timeout=aiohttp.ClientTimeout(total=60)) as http:
        for _ in range(rounds):
            await asyncio.gather(*(ask(http) for _ in range(2_000)))
        await ask(http)
    return found


async def test_service_flooded_with_requests_refuses_some_with_a_time_and_answers_afterwards(system: System):
    found = await flood(system, rounds := scorecard.count(2, 20))
    refused = [wait for status, wait, _ in found if status == 503]
    assert {status for status, *_ in found} == {200, 503}
    assert (all(refused), found[-1][0]) == (True, 200)
    admitted = sorted(seconds for status, _, seconds in found[:-1] if status == 200)
    assert not scorecard.FULL or found[-1][2] <= 10
    figures = {"refused": len(refused), "answered": len(found) - len(refused), "next_s": round(found[-1][2], 2)}
    figures["p99_of_admitted_s"] = round(admitted[int(len(admitted) * 0.99)], 1)
    scorecard.note("O6", "2,000 requests at once", rounds, **figures)


async def test_service_that_refuses_without_a_time_is_found_out(system: System):
    await system.kill("delegation")
    await system.again("delegation", sabotage="refusals-without-a-time")
    found = await flood(system, 1)
    await system.kill("delegation")
    await system.again("delegation")
    without = sum(status == 503 and wait is None for status, wait, _ in found)
    assert without > 0
    scorecard.note("O6", "control: refusals-without-a-time", 1, without_a_time=without)
