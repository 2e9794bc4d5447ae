"""Guessing PINs is slow for everybody together, and never closes the door to somebody else (decision 9, S6)."""

from __future__ import annotations

import asyncio

import prometheus_client
import pytest
from structlog.testing import capture_logs

from services.accounts import pins
from shared.contracts.problems import common
from shared.web import throttle
from tests.integration.accounts.conftest import JEAN

WRONG = "222-222-222"
AGE = "update throttle set full_at = full_at - make_interval(secs => $1)"


async def guess(world, person, times):
    """Guess again and again; give how often a guess was looked at, and the last refusal."""
    looked, last = 0, None
    for _ in range(times):
        reply = await world.claim(person, WRONG)
        looked += reply.slug == "pin-not-accepted"
        last = reply if reply.status == 429 else last
    return looked, last


async def spend_budget(world):
    """Let all others together have failed as often as they may."""
    for _ in range(pins.FAILURES.count):
        await throttle.spend(world.pool, "pin:failures", pins.FAILURES)


@pytest.mark.item("decision 9")
async def test_guessing_stops_after_five_and_says_when_to_go_on(world):
    looked, refusal = await guess(world, await world.person(), 8)
    assert looked == 5
    assert (429, "too-many-requests") == (refusal.status, refusal.slug)
    assert 0 < int(refusal.headers["Retry-After"]) <= 180


@pytest.mark.item("decision 9")
async def test_guessing_all_day_is_looked_at_twenty_times_at_most(world):
    person, looked = await world.person(), 0
    for _ in range(96):
        looked += (await guess(world, person, 2))[0]
        await world.pool.execute(AGE, 900)
    assert 10 < looked <= 20


async def test_guessing_by_one_person_leaves_another_alone(world):
    await world.load(JEAN)
    await guess(world, await world.person(), 30)
    assert (await world.claim(await world.person(), await world.pin())).status == 200


@pytest.mark.item("decision 9")
async def test_guessing_by_many_persons_is_looked_at_only_for_their_first_three_when_the_budget_is_spent(world):
    await spend_budget(world)
    people = [await world.person() for _ in range(4)]
    assert [3, 3, 3, 3] == [(await guess(world, person, 5))[0] for person in people]


async def test_guessing_by_many_persons_at_once_is_stopped_by_the_budget_of_all(world):
    """Twenty guessers of five tries each: the first three of each, and what the budget leaves for the rest."""
    people = [await world.person() for _ in range(20)]
    looked = sum([(await guess(world, person, 5))[0] for person in people])
    assert looked <= 20 * 3 + pins.FAILURES.count
    again = sum(found for found, _ in await asyncio.gather(*(guess(world, person, 2) for person in people)))
    assert again == 0


@pytest.mark.item("decision 9")
async def test_claim_with_the_right_pin_is_accepted_though_the_budget_is_spent(world):
    await world.load(JEAN)
    await spend_budget(world)
    person = await world.person()
    await guess(world, person, 2)
    assert (await world.claim(person, await world.pin())).status == 200


async def test_budget_comes_back_within_the_hour(world):
    await spend_budget(world)
    with pytest.raises(common.TooManyRequests):
        await throttle.peek(world.pool, "pin:failures", pins.FAILURES)
    await world.pool.execute(AGE, pins.HOUR)
    await throttle.peek(world.pool, "pin:failures", pins.FAILURES)


async def test_spent_budget_raises_an_alarm_once_a_minute_and_is_counted(world):
    await spend_budget(world)
    counted = value("mandat_pin_budget_refusals_total")
    with capture_logs() as logs:
        await guess(world, await world.person(), 5)
        await guess(world, await world.person(), 5)
    alarms = [line for line in logs if "PINs are being guessed" in line["event"]]
    assert ["error"] == [line["log_level"] for line in alarms]
    assert value("mandat_pin_budget_refusals_total") - counted == 10


async def test_every_pin_not_accepted_is_counted(world):
    counted = value("mandat_pin_failures_total")
    await guess(world, await world.person(), 3)
    assert value("mandat_pin_failures_total") - counted == 3


def value(name):
    return pins.metrics.REGISTRY.get_sample_value(name) or 0


def test_figures_are_shown_with_the_others():
    shown = prometheus_client.generate_latest(pins.metrics.REGISTRY).decode()
    assert "mandat_pin_failures_total" in shown
    assert "mandat_pin_budget_refusals_total" in shown


@pytest.mark.parametrize(("limit", "most"), [(pins.DAILY, 20), (pins.FAILURES, 100)])
def test_limit_lets_through_no_more_in_any_period_of_its_length(limit, most):
    """What is there at once, and what comes back meanwhile."""
    assert limit.count + limit.seconds / limit.each == most
