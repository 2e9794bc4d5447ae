"""PINs of business accounts are guessed slowly by everybody together, and no guesser stands in another's way (S6)."""

from __future__ import annotations

import asyncio
import math
import statistics
import time

import pytest

from services.accounts import pins
from shared.web import throttle
from tests.chaos import scorecard
from tests.integration.accounts import firms

WRONG = "222-222-222"
DETECTED = "accounts.guessing.detected.v1"


async def spend_budget(world) -> None:
    """Let all others together have failed as often as they may."""
    for _ in range(pins.FAILURES.count):
        await throttle.spend(world.pool, "pin:failures", pins.FAILURES)


async def guess(world, person, times: int) -> list[str]:
    return [(await firms.join(world, person, WRONG)).slug for _ in range(times)]


@pytest.mark.item("decision 9")
async def test_guessing_stops_after_five_over_all_doors_together(world):
    """Joining, taking over and claiming a licence are paid from one purse."""
    person = await world.person()
    slugs = await guess(world, person, 2)
    slugs += [(await world.as_(person).post("/v1/takeovers", {"pin": WRONG, "reason": "x"})).slug for _ in range(2)]
    slugs += [(await world.claim(person, WRONG)).slug for _ in range(2)]
    assert (["account-pin-not-accepted"] * 4, "pin-not-accepted", "too-many-requests") == (slugs[:4], *slugs[4:])


@pytest.mark.item("decision 9")
async def test_budget_of_failures_spent_is_told_to_the_operators_once_and_counted(world):
    operator = await world.person()
    await world.says_identity(operator, sequence=2, operator=True)
    await spend_budget(world)
    people = [await world.person() for _ in range(3)]
    for person in people:
        assert "too-many-requests" in await guess(world, person, 5)
    (event,) = await world.said(DETECTED)
    assert [str(operator)] == event.data["operators"]
    assert WRONG not in event.model_dump_json()


@pytest.mark.item("decision 9")
async def test_join_with_the_right_pin_is_accepted_though_the_budget_is_spent(world):
    account, vivian, _ = await firms.staffed(world, 0)
    await spend_budget(world)
    reply = await firms.join(world, await world.person(), await firms.pin_of(world, vivian, account["id"]))
    assert (200, "member") == (reply.status, reply.json["role"])


@pytest.mark.item("decision 9")
@pytest.mark.timeout(1200)
async def test_guesses_of_one_caller_by_the_thousand_neither_delay_nor_lock_out_another(world):
    """S6. One caller guesses as fast as he can meanwhile; ten others join, each at the first try."""
    times, guesser = scorecard.count(400, 100_000), await world.person()
    account, vivian, _ = await firms.staffed(world, 0)
    pin, people = await firms.pin_of(world, vivian, account["id"]), [await world.person() for _ in range(10)]
    left, looked = iter(range(times)), []

    async def keep_guessing() -> None:
        looked.extend([(await firms.join(world, guesser, WRONG)).slug for _ in left])

    started = time.monotonic()
    storm = [asyncio.create_task(keep_guessing()) for _ in range(4)]
    took = []
    for person in people:
        await asyncio.sleep(0.05)
        began = time.monotonic()
        assert (await firms.join(world, person, pin)).status == 200
        took.append(time.monotonic() - began)
    await asyncio.gather(*storm)
    scorecard.note("S6", "guesses of one caller", times, seen=looked.count("account-pin-not-accepted"))
    scorecard.note("S6", "another joins meanwhile", 10, median_ms=round(statistics.median(took) * 1000))
    # The first five, and one more whenever the bucket has room for it again.
    refilled = math.ceil((time.monotonic() - started) / pins.BURST.each)
    assert 5 <= looked.count("account-pin-not-accepted") <= 5 + refilled
    assert len(looked) == times
    assert set(looked) == {"account-pin-not-accepted", "too-many-requests"}
    assert max(took) < 5


@pytest.mark.item("decision 9")
async def test_budget_of_failures_is_reached_by_the_thousand_guessers_and_their_first_tries_stay(world):
    """Of twenty guessers of five tries each, three are always looked at; the rest is what the budget leaves."""
    await spend_budget(world)
    people = [await world.person() for _ in range(8)]
    found = await asyncio.gather(*(guess(world, person, 5) for person in people))
    looked = [slugs.count("account-pin-not-accepted") for slugs in found]
    assert all(3 <= one <= 5 for one in looked)
    assert sum(looked) <= 8 * 3 + 2
