"""R1, R2, R5, R9: the whole system under load while its parts are killed and cut off."""

from __future__ import annotations

import asyncio
import random
import signal
from contextlib import asynccontextmanager

import pytest

from services.notifications.workers import SENDERS
from tests.chaos import chain as chains
from tests.chaos import scorecard
from tests.chaos.ledger import RIGHT, SERVICES

pytestmark = [pytest.mark.broker, pytest.mark.slow, pytest.mark.timeout(1800)]


async def test_system_with_random_services_killed_under_load_loses_and_doubles_nothing(system, ledger, load):
    victims, before, mails = [], load.done, system.sink.copies.copy()
    async with load.running():
        for _ in range(times := scorecard.count(20, 200)):
            await asyncio.sleep(random.uniform(0.2, 1.2))
            # One that begins may be killed too: nobody waits until it is ready.
            name = random.choice(SERVICES)
            await system.kill(name)
            victims.append(name)
            await system.start(name)
        for name in SERVICES:
            await system.ready(name)
    assert load.done > before + times, "inconclusive: hardly anything was asked"
    assert await ledger.closed(load) == RIGHT, load.odd
    copies = sum(number - 1 for number in (system.sink.copies - mails).values())
    # Each sender may have one mail under way as it dies; the ledger kills notifications once more.
    assert copies <= SENDERS * (victims.count("notifications") + 1)
    scorecard.note("R1", "random kills", times, lost=0, doubled=0, stuck=0, commands=load.done, mail_copies=copies)
    scorecard.note("A1", "activities of these commands", load.done, missing=0, doubled=0)


async def test_system_whose_relay_marks_first_loses_events_when_it_is_killed(system, ledger, load):
    await ledger.settle()
    since = await ledger.now()
    await system.kill("delegation")
    await system.again("delegation", sabotage="mark-first")
    system.to_broker.refusing = True
    system.to_broker.cut()
    await load.turn(system.surveyors[0], system.delegates[0])
    await asyncio.sleep(1)
    await system.kill("delegation")
    system.to_broker.refusing = False
    await system.again("delegation")
    books = await ledger.close(load)
    await ledger.say_again("delegation", since)
    assert (books.lost > 0, await ledger.close(load)) == (True, RIGHT)
    scorecard.note("R1", "control: mark-first", 1, lost=books.lost)


@pytest.mark.parametrize("step", ["write.uncommitted", "write.committed", "stop.draining"])
async def test_system_whose_writer_is_killed_at_a_step_answers_alike_and_loses_nothing(system, ledger, load, step):
    for _ in range(times := scorecard.count(1, 10)):
        await system.kill("delegation")
        turn = 1 if step == "stop.draining" else 3
        victim = await system.start("delegation", failpoints=f"{step}=kill@{turn}")
        await system.ready("delegation")
        async with load.running():
            if step == "stop.draining":
                victim.process.terminate()
            await chains.dies(victim, step)
            await system.again("delegation")
        assert await ledger.close(load) == RIGHT, load.odd
    scorecard.note("R2", step, times, lost=0, doubled=0)


async def test_system_whose_database_crashes_and_goes_away_loses_nothing_that_was_answered(system, ledger, load):
    for _ in range(times := scorecard.count(2, 50)):
        async with load.running():
            before = load.done
            await asyncio.sleep(1)
            assert load.done > before, "inconclusive: nothing was asked"
            system.postgres._process.send_signal(signal.SIGQUIT)
            await asyncio.to_thread(system.postgres._process.wait, 30)
            await system.postgres.start()
            await asyncio.sleep(1)
    assert await ledger.closed(load) == RIGHT, load.odd
    scorecard.note("R5", "database killed and restarted under load", times, lost=0, doubled=0, stuck=0)
    async with load.running():
        await asyncio.sleep(1)
        system.to_database.refusing = True
        cut = system.to_database.cut()
        await asyncio.sleep(seconds := scorecard.count(5, 30))
        system.to_database.refusing = False
    assert (await ledger.closed(load), cut > 10) == (RIGHT, True), load.odd
    ended = {name: one.output()[-1500:] for name, one in system.programs.items() if one.process.returncode is not None}
    assert ended == {}
    scorecard.note("R5", f"database away for {seconds} s", 1, lost=0, doubled=0, stuck=0)


class Doubt:
    """Lets one COMMIT of a service through, or not, and keeps back its answer, then cuts the connection."""

    def __init__(self, proxy, service: str, *, through: bool) -> None:
        self._through = through
        self._service = f"application_name\0{service}\0".encode()
        self._mine: set = set()
        self.armed = False
        self.fired = 0
        self._proxy = proxy

    def __call__(self, passage, data: bytes) -> bool:
        if self._service in data:
            self._mine.add(passage)
        if self.armed and passage in self._mine and _commits(data):
            self.armed = False
            self.fired += 1
            passage.swallowing = True
            asyncio.get_running_loop().call_later(0.05, passage.cut)
            return self._through
        return True


def _commits(data: bytes) -> bool:
    """Tell a COMMIT, or the one statement that writes designations with their events and kept answers."""
    return b"COMMIT" in data or (b"delegation.delegate.added.v1" in data and b"POST delegation/" in data)


@asynccontextmanager
async def doubting(system, *, sabotage: str = "", through: bool = True):
    """Put the doubt between delegation and its database."""
    doubt = Doubt(system.to_database, "delegation", through=through)
    system.to_database.on_request = doubt
    await system.kill("delegation")
    await system.again("delegation", sabotage=sabotage)
    try:
        yield doubt
    finally:
        system.to_database.on_request = lambda passage, data: True


async def doubtful(system, load, times: int, sabotage: str = "") -> int:
    """Designate and remove while the answer to each COMMIT is lost; give how often that happened."""
    async with doubting(system, sabotage=sabotage) as doubt:
        for _ in range(times):
            doubt.armed = True
            await load.turn(random.choice(system.surveyors), random.choice(system.delegates))
    return doubt.fired


async def test_system_in_doubt_about_a_commit_does_it_once_and_answers_alike(system, ledger, load):
    await ledger.settle()
    fired = await doubtful(system, load, times := scorecard.count(20, 200))
    assert (fired, await ledger.close(load)) == (times, RIGHT), load.odd
    scorecard.note("R9", "COMMIT cut off before its answer", fired, doubled=0, errors_for_done_commands=0)


async def test_system_that_forgets_its_answers_says_that_a_done_command_failed(system, ledger, load):
    await ledger.settle()
    await doubtful(system, load, 3, "answers-forgotten")
    await system.kill("delegation")
    await system.again("delegation")
    wrong = len(load.odd)
    await ledger.believe(load)
    assert (wrong > 0, await ledger.close(load)) == (True, RIGHT)
    scorecard.note("R9", "control: answers-forgotten", 3, errors_for_done_commands=wrong)


async def test_system_that_takes_a_lost_commit_for_done_answers_what_is_not_so(system, ledger, load):
    await ledger.settle()
    async with doubting(system, sabotage="commits-believed", through=False) as doubt:
        for surveyor, delegate in zip(system.surveyors, system.delegates, strict=False):
            await load.end(surveyor, delegate)
            doubt.armed = True
            await load.designate(surveyor, delegate)
    wrong = (await ledger.close(load)).wrong
    await system.kill("delegation")
    await system.again("delegation")
    await ledger.believe(load)
    assert (doubt.fired, wrong > 0, await ledger.close(load)) == (3, True, RIGHT)
    scorecard.note("R5", "control: commits-believed", 3, wrong=wrong)
