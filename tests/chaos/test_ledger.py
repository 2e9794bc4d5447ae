"""The ledger itself: what a consumer has fetched and not yet done is neither lost nor there; what is stuck is named."""

from __future__ import annotations

import asyncio
import signal

import pytest

from tests.chaos.ledger import RIGHT

pytestmark = [pytest.mark.broker, pytest.mark.slow, pytest.mark.timeout(300)]
HELD = 3.0


async def test_books_wait_for_what_a_consumer_has_in_its_hands(system, ledger, load):
    await ledger.settle()
    before, register = load.done, system.programs["audit"].process
    register.send_signal(signal.SIGSTOP)
    try:
        async with load.running():
            await asyncio.sleep(0.5)
        await ledger.settle()
        missing = await ledger.missing()
    finally:
        asyncio.get_running_loop().call_later(HELD, register.send_signal, signal.SIGCONT)
    assert load.done > before, "inconclusive: nothing was asked"
    assert missing, "inconclusive: the register had nothing in its hands"
    assert await ledger.close(load) == RIGHT


async def test_books_of_a_system_that_cannot_send_its_events_say_that_they_are_stuck_and_which(system, ledger, load):
    await ledger.settle()
    system.to_broker.refusing = True
    system.to_broker.cut()
    try:
        await load.turn(system.surveyors[0], system.delegates[0])
        left, stuck = await ledger.settle(HELD), await ledger.stuck()
    finally:
        system.to_broker.refusing = False
    assert left > 0
    assert any(one.startswith("delegation: ") for one in stuck), stuck
    assert await ledger.close(load) == RIGHT
