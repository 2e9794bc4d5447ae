"""R3, R4, R7, R10, R16: the broker is killed, hangs, is cut off, loses a queue, and is away while events pile up."""

from __future__ import annotations

import asyncio
import time
from functools import partial

import aio_pika
import pytest

from shared.contracts import wiring
from tests.chaos import chain as chains
from tests.chaos import scorecard
from tests.chaos.flowing import alive, flows, heard, memory, under_load
from tests.chaos.ledger import RIGHT
from tests.support import messaging as support

pytestmark = [pytest.mark.broker, pytest.mark.slow]
BEATING = {} if scorecard.FULL else {"heartbeat": "2"}
"""Who hears nothing for three heartbeats and three seconds gives a connection up: after 9 seconds instead of 33."""


@pytest.mark.timeout(scorecard.count(900, 3600))
async def test_chain_whose_broker_is_killed_under_load_loses_and_doubles_nothing(make_chain, mortal):
    recoveries = []

    async def harm():
        mortal.kill()
        await asyncio.sleep(0.5)
        await naive.write(20)
        unsent = await support.unsent(chain.source)
        await chain.write(20)
        assert await support.unsent(chain.source) >= unsent + 20, "inconclusive: the broker still took events"
        await mortal.restart()
        began = time.monotonic()
        await flows(chain)
        recoveries.append(time.monotonic() - began)

    async with make_chain() as chain, make_chain(prefix="naive") as naive:
        programs = list(await chains.both(chain))
        await chains.both(naive, sabotage="mark-first")
        await asyncio.gather(flows(chain), flows(naive))
        for _ in range(times := scorecard.count(2, 50)):
            await under_load(chain, harm)
        await chain.drained()
        verdict = await chain.verdict()
        assert (verdict, alive(programs), await chain.queued()) == (chains.CLEAN, True, 0)
        await naive.drained(3)
        lost = (await naive.verdict()).lost
        assert lost > 0
    scorecard.note("R3", "control: mark-first", times, lost=lost)
    worst = sorted(recoveries)[int(len(recoveries) * 0.95)] if times > 1 else recoveries[0]
    scorecard.note(
        "R3", "broker killed", times, lost=0, doubled=0, events=len(chain.written), recovery_p95=round(worst, 1)
    )


@pytest.mark.timeout(2400)
async def test_chain_whose_broker_hangs_past_the_heartbeat_goes_on_and_one_without_the_rule_does_not(
    make_chain, mortal
):
    async def hang(seconds):
        mortal.pause()
        await asyncio.gather(chain.write(200), naive.write(200))
        await asyncio.sleep(seconds)
        mortal.resume()

    async with make_chain() as chain, make_chain(prefix="naive") as naive:
        programs = list(await chains.both(chain, **BEATING))
        await chains.both(naive, sabotage="plain-exceptions", **BEATING)
        await asyncio.gather(flows(chain), flows(naive))
        for seconds in (pauses := (12,) if not scorecard.FULL else (8, 40, 70) * 6 + (40, 40)):
            await under_load(chain, partial(hang, seconds))
        await naive.write(20)
        await asyncio.gather(chain.drained(), naive.drained(15))
        verdict, control = await chain.verdict(), await naive.verdict()
        assert (verdict, alive(programs), await chain.queued()) == (chains.CLEAN, True, 0)
        assert control.stuck > 0, control
    scorecard.note(
        "R4", "broker paused, seconds: " + ", ".join(map(str, sorted(set(pauses)))), len(pauses), lost=0, doubled=0
    )
    scorecard.note("R4", "control: plain-exceptions", 1, stuck=control.stuck)


async def on_broker(chain: chains.Chain, harm) -> None:
    connection = await aio_pika.connect(chain.broker, timeout=10)
    async with connection:
        channel = await connection.channel()
        await harm(channel, chain.name)


async def unbind(channel, consumer):
    queue = await channel.get_queue(wiring.queue_name(consumer), ensure=False)
    await queue.unbind(wiring.exchange_name(consumer), "counting.#", timeout=10)


async def delete(channel, consumer):
    await channel.queue_delete(wiring.queue_name(consumer), timeout=10)


@pytest.mark.parametrize("harm", [unbind, delete])
async def test_chain_whose_queue_is_taken_away_marks_nothing_sent_that_no_queue_has(make_chain, harm):
    async with make_chain() as chain:
        await chains.both(chain)
        await flows(chain)
        await chain.drained()
        for _ in range(scorecard.count(2, 20)):
            await on_broker(chain, harm)
            await chain.write(50)
            await chain.drained()  # what lies in a queue that is deleted is gone
        assert await chain.verdict() == chains.CLEAN
    scorecard.note("R10", f"queue: {harm.__name__}", scorecard.count(2, 20), lost=0)


async def test_chain_that_publishes_as_by_default_loses_what_no_queue_takes(make_chain):
    async with make_chain() as chain:
        await chain.start("hear")
        relay = await chain.start("relay", sabotage="unrouted-is-sent")
        await flows(chain)
        await chain.drained()
        await on_broker(chain, unbind)
        await chain.write(50)
        await support.eventually(lambda: support.unsent(chain.source), 0, seconds=20)
        await chain.drained(3)
        lost = (await chain.verdict()).lost
        assert (lost, alive([relay])) == (50, True)
    scorecard.note("R10", "control: unrouted-is-sent", 1, lost=lost)


async def lose_the_mails_binding(system) -> None:
    connection = await aio_pika.connect(system.broker.url, timeout=10)
    async with connection:
        queue = await (await connection.channel()).get_queue(wiring.queue_name("notifications"), ensure=False)
        await queue.unbind(wiring.exchange_name("notifications"), "delegation.#", timeout=10)


@pytest.mark.timeout(600)
async def test_system_whose_mails_lose_their_binding_sends_every_mail_though_the_register_hears_all(
    system, ledger, load
):
    await ledger.settle()
    for surveyor, delegate in zip(system.surveyors, system.delegates, strict=False):
        await lose_the_mails_binding(system)
        await load.turn(surveyor, delegate)
    assert await ledger.close(load) == RIGHT, load.odd
    scorecard.note("R10", "one binding of several lost", len(system.surveyors), lost=0)


@pytest.mark.timeout(600)
async def test_system_that_is_content_with_any_queue_loses_mails_whose_binding_is_gone(system, ledger, load):
    await ledger.settle()
    since = await ledger.now()
    await system.kill("delegation")
    await system.again("delegation", sabotage="any-queue-will-do")
    # It declares everything when it connects: only after that can a binding be lost.
    await load.turn(system.surveyors[0], system.delegates[0])
    await ledger.settle()
    await lose_the_mails_binding(system)
    await load.turn(system.surveyors[0], system.delegates[0])
    lost = (await ledger.close(load)).lost
    await system.kill("delegation")
    await system.again("delegation")
    await ledger.say_again("delegation", since)
    assert (lost > 0, await ledger.close(load)) == (True, RIGHT)
    scorecard.note("R10", "control: any-queue-will-do", 1, lost=lost)


@pytest.mark.timeout(900)
async def test_chain_cut_off_from_the_broker_or_delayed_loses_and_doubles_nothing(make_chain, cable):
    async def cuts():
        for _ in range(scorecard.count(5, 60)):
            cable.cut()
            await asyncio.sleep(0.5)

    async def delays():
        cable.delay = 0.2
        await asyncio.sleep(scorecard.count(2, 30))
        cable.delay = 0

    async def silence():
        cable.swallowing = True
        await asyncio.sleep(scorecard.count(2, 30))
        cable.swallowing = False
        cable.cut()

    async def refusal():
        cable.refusing = True
        cable.cut()
        await asyncio.sleep(scorecard.count(1, 30))
        cable.refusing = False

    async with make_chain() as chain:
        for role in ("relay", "hear"):
            await chain.start(role, broker=cable.address(chain.broker))
        await flows(chain)
        for shape in (cuts, delays, silence, refusal):
            await under_load(chain, shape)
        await chain.drained()
        verdict = await chain.verdict()
        assert (verdict, await chain.queued()) == (chains.CLEAN, 0)
        assert (cable.cuts > 5, cable.swallowed > 0) == (True, True), "inconclusive: nothing was cut or swallowed"
    scorecard.note("R7", "cut, delayed, silent, refused", 4, lost=0, doubled=0, events=len(chain.written))


async def test_chain_without_an_inbox_doubles_what_is_sent_again_after_a_silence(make_chain, cable):
    async with make_chain() as chain:
        await chain.start("hear", sabotage="no-inbox")
        await chain.start("relay", broker=cable.address(chain.broker), confirm="1")
        await flows(chain)
        before = await heard(chain)
        cable.swallowing = True
        await chain.write(20)

        async def arrived() -> bool:
            return await heard(chain) >= before + 20

        await support.eventually(arrived, seconds=60)
        cable.swallowing = False
        cable.cut()
        await chain.drained(3)
        doubled = (await chain.verdict()).doubled
    assert doubled > 0
    scorecard.note("R7", "control: no-inbox", 20, doubled=doubled)


@pytest.mark.timeout(600)
async def test_chain_with_a_backlog_drains_it_in_flat_memory(make_chain):
    number = scorecard.count(3_000, 20_000)
    async with make_chain() as chain:
        chain.counters *= 5
        await chain.write(number, writers=8)
        began = time.monotonic()
        programs = list(await chains.both(chain))
        await support.eventually(lambda: _most(chain, number // 10), 1, seconds=90)
        early = memory(programs)
        await chain.drained()
        seconds = time.monotonic() - began
        verdict = await chain.verdict()
        assert (verdict, await chain.queued()) == (chains.CLEAN, 0)
        growth = (memory(programs) - early) / 1e6
        assert growth < 50
    scorecard.note(
        "R16", "backlog", number, lost=0, doubled=0, rate=round(number / seconds), growth_mb=round(growth, 1)
    )


async def _most(chain: chains.Chain, number: int) -> bool:
    return await heard(chain) > number
