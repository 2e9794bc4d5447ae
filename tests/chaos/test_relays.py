"""R6: a relay that hangs loses its partitions to another one, and harms nothing when it wakes."""

from __future__ import annotations

import signal

import psutil
import pytest

from tests.chaos import chain as chains
from tests.chaos import scorecard
from tests.support import messaging as support

pytestmark = [pytest.mark.broker, pytest.mark.slow, pytest.mark.timeout(1800)]


async def hung(chain: chains.Chain, session: str, sabotage: str = "") -> chains.Verdict:
    """Let a relay hang with an event confirmed and not marked, another take over, and the first one wake."""
    await chain.start("hear", sabotage=sabotage)
    first = await chain.start("relay", session=session, failpoints="relay.confirmed=stop@20")
    await chain.write(60)
    assert first.process is not None
    process = psutil.Process(first.process.pid)

    async def stopped() -> bool:
        return process.status() == psutil.STATUS_STOPPED

    await support.eventually(stopped, seconds=60)
    assert await support.unsent(chain.source) > 0, "inconclusive: everything was marked"
    await chain.start("relay", session=session)
    await chain.write(60)
    await support.eventually(lambda: support.unsent(chain.source), 0, seconds=90)
    assert await stopped(), "inconclusive: nobody took over while it hung"
    first.process.send_signal(signal.SIGCONT)
    await chain.write(60)
    await chain.drained(3 if sabotage else chains.DRAIN)
    assert first.process.returncode is None, "the relay that hung has ended"
    return await chain.verdict()


async def test_chain_whose_relay_hangs_and_wakes_loses_doubles_and_disorders_nothing(make_chain):
    sessions = ["4s"] * scorecard.count(2, 50) + (["30s"] if scorecard.FULL else [])
    for session in sessions:
        async with make_chain() as chain:
            assert await hung(chain, session) == chains.CLEAN
    scorecard.note("R6", "relay hangs, another takes over, it wakes", len(sessions), lost=0, doubled=0, disordered=0)


async def test_chain_without_an_inbox_doubles_what_both_relays_sent(make_chain):
    async with make_chain() as chain:
        doubled = (await hung(chain, "4s", "no-inbox")).doubled
    assert doubled > 0
    scorecard.note("R6", "control: no-inbox", 1, doubled=doubled)
