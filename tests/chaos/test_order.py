"""R13, R14: order per aggregate with three relays that are killed, and nothing unseen behind long transactions."""

from __future__ import annotations

import asyncio
import random
from uuid import uuid4

import pytest

from tests.chaos import chain as chains
from tests.chaos import scorecard

pytestmark = [pytest.mark.broker, pytest.mark.slow]


async def three_relays(chain: chains.Chain, number: int, *, kills: int, sabotage: str = "") -> chains.Verdict:
    """Write through three relays, killing one now and then and starting another."""
    chain.counters = [uuid4() for _ in range(100)]
    await chain.start("hear")
    relays = [await chain.start("relay", sabotage=sabotage) for _ in range(3)]
    writing = asyncio.ensure_future(chain.write(number, writers=8))
    for _ in range(kills):
        await asyncio.sleep(0.5)
        victim = relays.pop(random.randrange(3))
        assert victim.process is not None
        victim.process.kill()
        await chains.dies(victim)
        relays.append(await chain.start("relay", sabotage=sabotage))
    assert kills == 0 or not writing.done(), "inconclusive: the relays were killed when all was said"
    await writing
    await chain.drained()
    return await chain.verdict()


async def test_chain_with_three_relays_and_kills_keeps_the_order_of_each_aggregate(make_chain):
    number, kills = scorecard.count(3_000, 10_000), scorecard.count(3, 10)
    async with make_chain() as chain:
        assert await three_relays(chain, number, kills=kills) == chains.CLEAN
    scorecard.note("R13", f"3 relays, 100 aggregates, {kills} kills", number, disordered=0, lost=0, doubled=0)


async def test_chain_whose_relays_share_all_partitions_loses_the_order(make_chain):
    async with make_chain() as chain:
        verdict = await three_relays(chain, 2_000, kills=0, sabotage="free-relays")
    disordered = verdict.disordered
    assert (disordered > 0, verdict.stuck) == (True, 0)
    scorecard.note("R13", "control: free-relays", 2_000, disordered=disordered)


async def test_chain_with_ten_writers_of_random_transaction_lengths_leaves_nothing_unseen(make_chain):
    number = scorecard.count(2_000, 100_000)
    async with make_chain() as chain:
        chain.counters = [uuid4() for _ in range(500)]
        await chains.both(chain)
        await chain.write(number, writers=10, longest=0.01)
        await chain.drained()
        assert await chain.verdict() == chains.CLEAN
    scorecard.note("R14", "10 writers", number, unseen=0)


async def test_chain_whose_relay_goes_by_the_last_id_leaves_events_unseen(make_chain):
    async with make_chain() as chain:
        chain.counters = [uuid4() for _ in range(500)]
        await chain.start("hear")
        await chain.start("relay", sabotage="last-id")
        # What is written before the relay looks for the first time hides nothing.
        await chain.write(10)
        await chain.drained()
        await chain.write(600, writers=10, longest=0.1)
        await chain.drained(3)
        unseen = (await chain.verdict()).stuck
    assert 0 < unseen < 600
    scorecard.note("R14", "control: last-id", 600, unseen=unseen)
