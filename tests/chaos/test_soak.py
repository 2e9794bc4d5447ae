"""R19: a chain whose connections to the broker are cut again and again leaves nothing behind at each of them."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

import pytest

from tests.chaos import chain as chains
from tests.chaos import link, scorecard
from tests.chaos.flowing import flows, memory, under_load

pytestmark = [pytest.mark.broker, pytest.mark.slow, pytest.mark.timeout(3600)]
EVERY = scorecard.count(1, 20)
"""Seconds between cuts."""
CUTS = scorecard.count(6, 90)
WARM = scorecard.count(2, 15)
"""Cuts until the processes have what they need; from then on memory counts."""
MOST = 20
LOOKS = 10
MIB = 1 << 20


@dataclass(frozen=True)
class Left:
    """What a soak left behind: memory in MiB, channels, messages, and for each process what its pool can give."""

    growth: float
    channels: int
    unacknowledged: int
    free: tuple[int, ...]


async def soak(chain, cable, mortal, cuts: int, warm: int, sabotage: str = "") -> Left:
    """Cut a chain off so often under load, and give what more there is than after the first cuts."""
    roles = ("relay", "hear")
    programs = [await chain.start(role, broker=cable.address(chain.broker), sabotage=sabotage) for role in roles]
    await flows(chain)
    early = []

    async def harm() -> None:
        for number in range(cuts):
            if number == warm:
                await flows(chain)
                early.extend((memory(programs), len(await mortal.channels())))
            assert cable.cut() >= len(roles), "inconclusive: somebody was not connected"
            await asyncio.sleep(EVERY)

    await under_load(chain, harm)
    await chain.drained()
    growth, channels = (memory(programs) - early[0]) / MIB, await at_rest(mortal)
    free = await asyncio.gather(*map(ended, programs))
    return Left(round(growth, 1), len(channels) - early[1], sum(channels), tuple(free))


async def at_rest(mortal) -> list[int]:
    """Give what channels have not acknowledged, once that is nothing or stays: an effect comes before its answer."""
    for _ in range(LOOKS):
        if not sum(channels := await mortal.channels()):
            break
    return channels


async def ended(program) -> int:
    """End a process, and give how many connections its pool could give when nothing worked any more."""
    assert await program.stop() == 0, program.output()
    return int(program.output().rpartition(link.FREE)[2].split()[0])


async def test_chain_cut_off_again_and_again_leaves_nothing_behind(make_chain, cable, mortal):
    async with make_chain() as chain:
        left = await soak(chain, cable, mortal, CUTS, WARM)
        assert (await chain.verdict(), await chain.queued()) == (chains.CLEAN, 0)
    assert (left.channels, left.unacknowledged, left.free) == (0, 0, (link.SIZE, link.SIZE))
    assert left.growth <= MOST
    result = {"lost": 0, "doubled": 0, "growth_mib": left.growth, "channels_more": 0, "unacknowledged": 0}
    scorecard.note("R19", "cut off under load", CUTS, seconds_between=EVERY, events=len(chain.written), **result)


async def test_chain_that_leaves_something_at_each_reconnect_is_found_out(make_chain, cable, mortal):
    async with make_chain() as chain:
        left = await soak(chain, cable, mortal, 3, 1, sabotage="leftovers")
    assert (left.growth > MOST, left.channels > 0, max(left.free) < link.SIZE) == (True, True, True), left
    scorecard.note("R19", "control: leftovers", 3, growth_mib=left.growth, channels_more=left.channels)
