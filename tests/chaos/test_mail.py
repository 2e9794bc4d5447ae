"""M1, M4: senders that are killed at each step, and two at once, send each mail under one id."""

from __future__ import annotations

import asyncio

import pytest

from tests.chaos import chain as chains
from tests.chaos import scorecard
from tests.chaos.ledger import RIGHT
from tests.support.processes import Program, free_port

pytestmark = [pytest.mark.broker, pytest.mark.slow, pytest.mark.timeout(1800)]

MAIL_STEPS = ("mail.claimed", "mail.handed-over", "mail.answered", "mail.ended")


@pytest.mark.parametrize("step", MAIL_STEPS)
async def test_system_whose_sender_is_killed_at_a_step_sends_every_mail_under_one_id(system, ledger, load, step):
    for _ in range(times := scorecard.count(1, 10)):
        await ledger.settle()
        before = system.sink.copies.copy()
        await system.kill("notifications")
        victim = await system.start("notifications", failpoints=f"{step}=kill")
        await load.turn(system.surveyors[1], system.delegates[1])
        await chains.dies(victim, step)
        assert await ledger.closed(load) == RIGHT
        copies = (system.sink.copies - before).values()
        assert max(copies) <= 1 + (step == "mail.answered"), "more copies than the window allows"
    scorecard.note("M1", step, times, unsent=0, ids_per_mail=1, extra_copies=sum(copies) - len(copies))


async def test_system_whose_sender_dies_between_the_dot_and_the_answer_sends_one_copy_more(system, ledger, load):
    for _ in range(times := scorecard.count(2, 200)):
        await ledger.settle()
        before = system.sink.copies.copy()
        system.sink.holding, system.sink.held = asyncio.Event(), asyncio.Event()
        await load.turn(system.surveyors[2], system.delegates[2])
        await asyncio.wait_for(system.sink.held.wait(), 30)
        await system.kill("notifications")
        system.sink.holding.set()
        system.sink.holding = None
        await ledger.hurry()
        await system.again("notifications")
        assert await ledger.close(load) == RIGHT
        copies = (system.sink.copies - before).values()
        assert max(copies) == 2, "inconclusive: the mail had not arrived when its sender died"
    scorecard.note("M1", "between dot and 250", times, unsent=0, ids_per_mail=1, extra_copies=1)


async def test_system_that_makes_an_id_for_each_attempt_is_found_out(system, ledger, load):
    await ledger.settle()
    await system.kill("notifications")
    victim = await system.start("notifications", failpoints="mail.answered=kill", sabotage="ids-by-attempt")
    await load.turn(system.surveyors[1], system.delegates[1])
    await chains.dies(victim, "mail.answered")
    doubled = (await ledger.closed(load)).doubled
    await ledger.forget_strays()
    assert (doubled > 0, await ledger.close(load)) == (True, RIGHT)
    scorecard.note("M1", "control: ids-by-attempt", 1, strays=doubled)


async def second_sender(system, sabotage: str = "") -> Program:
    """Start notifications once more beside the first."""
    port = str(free_port())
    environment = system.apart.environment("notifications") | {"MANDAT_PORT": port, "SABOTAGE": sabotage}
    log = system.apart.folder / f"notifications-{port}.log"
    program = Program("tests.chaos.sabotage", environment, log, ("services.notifications",))
    await program.start()
    await program.answers(f"http://127.0.0.1:{port}/readyz")
    return program


async def said_twice(system, ledger, load, turns: int, sabotage: str = "") -> list[int]:
    """Designate and remove with two senders at work, say every event once more; give the mails made meanwhile."""
    await ledger.settle()
    first = await system.start("notifications", sabotage=sabotage) if sabotage else system.programs["notifications"]
    await system.ready("notifications")
    second = await second_sender(system, sabotage)
    since, before = await ledger.now(), [one.log.read_text().count(SENT) for one in (first, second)]
    for turn in range(turns):
        await load.turn(system.surveyors[turn % 3], system.delegates[turn % 6])
    await ledger.say_again("delegation", since)
    await ledger.settle()
    made = [one.log.read_text().count(SENT) - old for one, old in zip((first, second), before, strict=True)]
    await second.stop()
    return made


SENT = "e-mail ended"


async def test_system_with_two_senders_and_every_event_twice_sends_each_mail_once(system, ledger, load):
    copies = system.sink.copies.copy()
    made = await said_twice(system, ledger, load, scorecard.count(15, 150))
    assert all(made), f"inconclusive: one of the senders sent nothing: {made}"
    assert await ledger.close(load) == RIGHT, load.odd
    assert max((system.sink.copies - copies).values()) == 1
    scorecard.note("M4", "two senders, every event twice", sum(made), doubled=0)


async def test_system_whose_mails_have_a_key_for_each_hearing_sends_them_twice(system, ledger, load):
    await system.kill("notifications")
    await said_twice(system, ledger, load, 3, "no-inbox,keys-by-hearing")
    await system.kill("notifications")
    await system.again("notifications")
    doubled = (await ledger.close(load)).doubled
    await ledger.forget_strays()
    assert (doubled > 0, await ledger.close(load)) == (True, RIGHT)
    scorecard.note("M4", "control: keys-by-hearing", 3, doubled=doubled)
