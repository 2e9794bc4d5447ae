"""R17: the broker's disk is full for a while; people go on, and everything comes when there is room again."""

from __future__ import annotations

import asyncio
import time
from functools import partial

import pytest

from tests.chaos import chain as chains
from tests.chaos import scorecard
from tests.chaos.ledger import RIGHT
from tests.support import messaging as support

pytestmark = [pytest.mark.broker, pytest.mark.slow, pytest.mark.timeout(scorecard.count(900, 3600))]


async def test_system_whose_broker_takes_nothing_refuses_nobody_and_loses_nothing(system, load, ledger, mortal):
    await ledger.settle()
    async with load.running():
        await mortal.alarm(on=True)
        before = load.done
        await support.eventually(partial(_holds_back, ledger), True, seconds=60)  # noqa: FBT003 - the answer wanted
        await asyncio.sleep(seconds := scorecard.count(4, 60))
        held = await ledger.unsent("delegation")
        done = load.done - before
        await mortal.alarm(on=False)
    assert (held > 0, done > 0) == (True, True), "inconclusive: nothing was held back, or nothing was asked"
    assert await ledger.closed(load) == RIGHT, load.odd
    scorecard.note("R17", f"disk alarm for {seconds} s", 1, refused=0, lost=0, commands_meanwhile=done, held_back=held)


async def _holds_back(ledger) -> bool:
    return await ledger.unsent("delegation") > 0


async def test_chain_whose_broker_takes_nothing_goes_on_by_itself_when_it_may(make_chain, mortal):
    async with make_chain() as chain:
        await chains.both(chain)
        await chain.write(20)
        await chain.drained()
        await mortal.alarm(on=True)
        await chain.write(100)
        await asyncio.sleep(scorecard.count(3, 60))
        assert await support.unsent(chain.source) == 100, "inconclusive: the broker took events"
        await mortal.alarm(on=False)
        began = time.monotonic()
        await chain.drained()
        seconds = time.monotonic() - began
        assert await chain.verdict() == chains.CLEAN
    assert not scorecard.FULL or seconds <= 5
    scorecard.note("R17", "recovery after the alarm", 100, lost=0, seconds=round(seconds, 1))


async def test_chain_that_marks_first_loses_what_the_broker_did_not_take(make_chain, mortal):
    async with make_chain() as chain:
        await chain.start("hear")
        relay = await chain.start("relay", sabotage="mark-first", confirm="2")
        await chain.write(20)
        await chain.drained()
        await mortal.alarm(on=True)
        await chain.write(50)
        await support.eventually(lambda: support.unsent(chain.source), 0, seconds=30)
        assert relay.process is not None
        relay.process.kill()
        await mortal.alarm(on=False)
        await chain.drained(3)
        lost = (await chain.verdict()).lost
    assert lost > 0
    scorecard.note("R17", "control: mark-first", 50, lost=lost)
