"""R11, R12: an event that always fails, and one that kills its process, harm nobody but themselves."""

from __future__ import annotations

import asyncio

import pytest

from tests.chaos import chain as chains
from tests.chaos import scorecard

pytestmark = [pytest.mark.broker, pytest.mark.slow]

LADDER = {"ladder": "0.5,0.5,0.5,0.5,0.5"}
DEADLY = 1_000_000


async def test_chain_with_an_event_in_200_that_always_fails_parks_those_and_takes_the_others(make_chain):
    number = scorecard.count(400, 4000)
    async with make_chain() as chain:
        chain.counters = chain.counters[:2]
        bad = ",".join(str(value) for value in range(50, number, 100))
        await chain.start("relay")
        await chain.start("hear", bad=bad, **LADDER)
        await chain.write(number)
        await chain.drained()
        verdict = await chain.verdict()
        attempts = await chain.sink.fetch("select distinct attempts from retry where state = 'parked'")
    expected = verdict.parked > 0, 0, 0, 0, [5]
    found = [row["attempts"] for row in attempts]
    assert (verdict.parked > 0, verdict.lost, verdict.doubled, verdict.stuck, found) == expected
    scorecard.note("R11", "1 in 200 fails always", number, parked=verdict.parked, attempts=found[0], innocents_parked=0)


async def test_chain_that_forgets_failures_loses_the_bad_events(make_chain):
    async with make_chain() as chain:
        chain.counters = chain.counters[:1]
        await chain.start("relay")
        await chain.start("hear", sabotage="no-retries", bad="50", **LADDER)
        await chain.write(100)
        await chain.drained(3)
        lost = (await chain.verdict()).lost
    assert lost == 1
    scorecard.note("R11", "control: no-retries", 1, lost=lost)


async def deaths(chain: chains.Chain, most: int, sabotage: str = "") -> int:
    """Write innocents around a deadly event, start the consumer anew each time it dies, and count the deaths."""
    program = await chain.start("relay")
    chain.counters = chain.counters[:1]
    await chain.write(60, writers=1)
    await chain.drained(2)
    for died in range(most):
        program = await chain.start("hear", sabotage=sabotage, deadly="25")
        assert program.process is not None
        ended = asyncio.ensure_future(program.process.wait())
        settled = asyncio.ensure_future(chain.drained(20))
        await asyncio.wait({ended, settled}, return_when=asyncio.FIRST_COMPLETED)
        settled.cancel()
        if not ended.done():
            ended.cancel()
            return died
        await chains.dies(program)
    return most


async def test_chain_with_an_event_that_kills_its_process_parks_that_one_alone(make_chain):
    for _ in range(times := scorecard.count(1, 20)):
        async with make_chain() as chain:
            died = await deaths(chain, 10)
            verdict = await chain.verdict()
        # The first death is in the batch; two more are counted before the third start parks it.
        assert (verdict.parked, verdict.lost, verdict.doubled, 1 <= died <= 3) == (1, 0, 0, True), (verdict, died)
    scorecard.note("R12", "deadly event, deaths until parked", times, deaths=died, innocents_parked=0)


async def test_chain_without_the_crash_guard_dies_again_and_again_and_holds_up_innocents(make_chain):
    async with make_chain() as chain:
        died = await deaths(chain, scorecard.count(6, 30), sabotage="no-crash-guard")
        verdict = await chain.verdict()
    assert (died > 3, verdict.lost > 1) == (True, True), (died, verdict)
    scorecard.note("R12", "control: no-crash-guard", 1, deaths=died, held_up=verdict.lost)
