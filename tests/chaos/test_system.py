"""R1, R5, R9, M1, O1, O6: the whole system under load while its parts are killed, cut off, stopped and flooded."""

from __future__ import annotations

import asyncio
import random
import signal
import time
from collections.abc import AsyncIterator

import aiohttp
import pytest
import pytest_asyncio

from shared import ids
from tests.chaos import chain as chains
from tests.chaos import scorecard
from tests.chaos import system as systems
from tests.chaos.ledger import RIGHT, SERVICES, Ledger
from tests.chaos.load import Load

pytestmark = [pytest.mark.broker, pytest.mark.slow, pytest.mark.timeout(1800)]


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def running(mortal, tmp_path_factory) -> AsyncIterator[systems.System]:
    """Run the system for all these tests."""
    async with systems.system(tmp_path_factory.mktemp("system"), mortal) as system:
        yield system


@pytest_asyncio.fixture(loop_scope="session")
async def system(running: systems.System) -> systems.System:
    """Give it with all its services alive and fresh tokens."""
    for name, program in running.programs.items():
        if program.process is None or program.process.returncode is not None:
            await running.again(name)
    await running.sign_in()
    return running


@pytest.fixture(scope="module")
def load(running: systems.System) -> Load:
    """What people do, remembered from one test to the next, as the databases do."""
    return Load(running)


@pytest.fixture(scope="module")
def ledger(running: systems.System) -> Ledger:
    return Ledger(running)


async def closed(system: systems.System, ledger: Ledger, load: Load):
    """Let the time of dead senders' mails pass, and close the books."""
    if system.programs["notifications"].process.returncode is None:
        await system.kill("notifications")
    await ledger.hurry()
    await system.again("notifications")
    return await ledger.close(load)


async def test_system_with_random_services_killed_under_load_loses_and_doubles_nothing(system, ledger, load):
    victims, before = [], load.done
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
    copies = sum(number - 1 for number in system.sink.copies.values())
    assert await closed(system, ledger, load) == RIGHT, load.odd
    assert copies <= victims.count("notifications")
    scorecard.note("R1", "random kills", times, lost=0, doubled=0, stuck=0, commands=load.done, mail_copies=copies)
    scorecard.note("A1", "activities of these commands", load.done, missing=0, doubled=0)


async def test_system_whose_relay_marks_first_loses_events_when_it_is_killed(system, ledger, load):
    await ledger.settle()
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
    await ledger.say_again("delegation")
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
    assert await closed(system, ledger, load) == RIGHT, load.odd
    scorecard.note("R5", "database killed and restarted under load", times, lost=0, doubled=0, stuck=0)
    async with load.running():
        await asyncio.sleep(1)
        system.to_database.refusing = True
        cut = system.to_database.cut()
        await asyncio.sleep(seconds := scorecard.count(5, 30))
        system.to_database.refusing = False
    assert (await closed(system, ledger, load), cut > 10) == (RIGHT, True), load.odd
    ended = {name: one.output()[-1500:] for name, one in system.programs.items() if one.process.returncode is not None}
    assert ended == {}
    scorecard.note("R5", f"database away for {seconds} s", 1, lost=0, doubled=0, stuck=0)


class Doubt:
    """Lets one COMMIT of a service through and keeps back its answer, then cuts the connection."""

    def __init__(self, proxy, service: str) -> None:
        self._service = f"application_name\0{service}\0".encode()
        self._mine: set = set()
        self.armed = False
        self.fired = 0
        self._proxy = proxy

    def __call__(self, passage, data: bytes) -> bool:
        if self._service in data:
            self._mine.add(passage)
        if self.armed and passage in self._mine and b"COMMIT" in data:
            self.armed = False
            self.fired += 1
            passage.swallowing = True
            asyncio.get_running_loop().call_later(0.05, passage.cut)
        return True


async def doubtful(system, load, times: int, sabotage: str = "") -> int:
    """Designate and remove while the answer to each COMMIT is lost; give how often that happened."""
    doubt = Doubt(system.to_database, "delegation")
    system.to_database.on_request = doubt
    await system.kill("delegation")
    await system.again("delegation", sabotage=sabotage)
    try:
        for _ in range(times):
            doubt.armed = True
            await load.turn(random.choice(system.surveyors), random.choice(system.delegates))
    finally:
        system.to_database.on_request = lambda passage, data: True
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
    load.odd.clear()
    await load.correct()
    assert (wrong > 0, await ledger.close(load)) == (True, RIGHT)
    scorecard.note("R9", "control: answers-forgotten", 3, errors_for_done_commands=wrong)


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
        assert await closed(system, ledger, load) == RIGHT
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


async def test_system_that_is_asked_to_stop_under_load_answers_what_it_took(system, ledger, load):
    slowest, cut = 0.0, 0
    for _ in range(times := scorecard.count(3, 100)):
        name = random.choice(SERVICES)
        async with load.running():
            await asyncio.sleep(0.5)
            began = time.monotonic()
            assert await system.programs[name].stop() == 0
            slowest = max(slowest, time.monotonic() - began)
            assert "consumer stopped for a while" not in system.programs[name].output(), "the pool closed first"
            await system.again(name)
        cut += sum(1 for answer in load.odd if answer.status == 0)
    assert (await closed(system, ledger, load), cut) == (RIGHT, 0), load.odd
    scorecard.note("O1", "SIGTERM under load", times, cut=cut, lost=0, slowest_exit_s=round(slowest, 1))


async def test_system_flooded_with_requests_refuses_some_with_a_time_and_answers_afterwards(system):
    url = system.apart.urls["delegation"] + "/delegation/v1/me"
    head = {"Authorization": f"Bearer {system.surveyors[0].caller.token}"}
    connector = aiohttp.TCPConnector(limit=0)
    found: list[tuple[int, str | None]] = []

    async def ask(http: aiohttp.ClientSession) -> None:
        async with http.get(url, headers=head | {"X-Request-Id": str(ids.uuid7())}) as answer:
            await answer.read()
            found.append((answer.status, answer.headers.get("Retry-After")))

    async with aiohttp.ClientSession(connector=connector, timeout=aiohttp.ClientTimeout(total=60)) as http:
        for _ in range(rounds := scorecard.count(2, 20)):
            await asyncio.gather(*(ask(http) for _ in range(2_000)))
        await ask(http)
    refused = [wait for status, wait in found if status == 503]
    assert {status for status, _ in found} == {200, 503}
    assert (all(refused), found[-1][0]) == (True, 200)
    scorecard.note("O6", "2,000 requests at once", rounds, refused=len(refused), answered=len(found) - len(refused))
