"""R2: the process is killed at each step between the commit and the acknowledgement; nothing is lost or doubled."""

from __future__ import annotations

import dataclasses

import pytest

from tests.chaos import chain as chains
from tests.chaos import scorecard
from tests.support import messaging as support

pytestmark = [pytest.mark.broker, pytest.mark.slow]

STEPS = {
    "relay.unsent": "relay",
    "relay.confirmed": "relay",
    "relay.marked": "relay",
    "effect.begun": "hear",
    "effect.uncommitted": "hear",
    "effect.committed": "hear",
    "effect.acknowledged": "hear",
    "retry.claimed": "hear",
}
BETWEEN = {"claim": "2", "ladder": "0.2,0.2,0.2,0.2,0.2"}
BEFORE = 3
"""The step is passed twice, and the third time is the last."""


async def killed_at(chain: chains.Chain, step: str, sabotage: str = "") -> chains.Verdict:
    """Kill the process at the step under load, start it again, and read the ledger."""
    victim = STEPS[step]
    other = "hear" if victim == "relay" else "relay"
    spoil = BETWEEN | {"bad_once": "2,3"} if step == "retry.claimed" else BETWEEN
    turn = 1 if step == "retry.claimed" else BEFORE
    await chain.start(other, sabotage=sabotage, **BETWEEN)
    program = await chain.start(victim, sabotage=sabotage, failpoints=f"{step}=kill@{turn}", **spoil)
    await chain.write_until_dead(program)
    await chains.dies(program, step)
    await chain.start(victim, sabotage=sabotage, **BETWEEN)
    await chain.write(10)
    await chain.drained(3 if sabotage else chains.DRAIN)
    return await chain.verdict()


@pytest.mark.parametrize("step", STEPS)
async def test_chain_whose_process_is_killed_at_a_step_loses_and_doubles_nothing(make_chain, step):
    for _ in range(times := scorecard.count(1, 10)):
        async with make_chain() as chain:
            verdict = await killed_at(chain, step)
            # What is tried again comes after what came later: a projection takes the newest state only.
            again = step == "retry.claimed"
            assert dataclasses.replace(verdict, disordered=0 if again else verdict.disordered) == chains.CLEAN
    scorecard.note("R2", step, times, lost=0, doubled=0)


async def test_chain_whose_relay_is_killed_before_the_confirmation_loses_and_doubles_nothing(make_chain, cable):
    for _ in range(times := scorecard.count(1, 10)):
        async with make_chain() as chain:
            await chain.start("hear")
            relay = await chain.start("relay", broker=cable.address(chain.broker))
            await chain.write(20)
            await support.eventually(lambda: support.unsent(chain.source), 0, seconds=30)
            cable.swallowing = True
            await chain.write(20)
            await chain.drained(1)
            assert await support.unsent(chain.source) == 20, "inconclusive: something was confirmed"
            assert len(await support.heard(chain.sink, chain.name)) > 20, "inconclusive: nothing had arrived"
            assert relay.process is not None
            relay.process.kill()
            await chains.dies(relay)
            cable.swallowing = False
            await chain.start("relay")
            await chain.drained()
            assert await chain.verdict() == chains.CLEAN
    scorecard.note("R2", "relay.unconfirmed", times, lost=0, doubled=0)


@pytest.mark.parametrize(
    ("step", "bug", "harm"),
    [
        ("relay.unsent", "mark-first", "lost"),
        ("effect.committed", "no-inbox", "doubled"),
        ("effect.uncommitted", "acknowledge-first", "lost"),
    ],
)
async def test_chain_with_a_planted_bug_that_is_killed_at_a_step_loses_or_doubles(make_chain, step, bug, harm):
    async with make_chain() as chain:
        verdict = await killed_at(chain, step, bug)
    assert getattr(verdict, harm) > 0, verdict
    scorecard.note("R2", f"control: {bug} at {step}", 1, **{harm: getattr(verdict, harm)})
