"""S4: no answer tells who is there, by its text, status, headers, the work it costs or the time it takes."""

from __future__ import annotations

import pytest

from services import client
from tests.attacks import enumeration
from tests.attacks.street import Street
from tests.chaos import scorecard

BOUND = 0.55
pytestmark = pytest.mark.timeout(1200)


def judge(name: str, told: enumeration.Told, number: int) -> None:
    """Assert that known people and nobody look the same; by time only where there are enough of them."""
    assert (told.forms[True], len(told.forms[True])) == (told.forms[False], 1)
    assert told.hashes[True] == told.hashes[False]
    figures = {"differing": 0, "hashes": told.hashes[True] - told.hashes[False]}
    # A few answers say nothing about time.
    if scorecard.FULL:
        figures["auc"] = round(told.auc, 3)
        assert 1 - BOUND <= told.auc <= BOUND
    scorecard.note("S4", name, 2 * number, **figures)


@pytest.mark.parametrize("way", enumeration.WAYS)
async def test_answer_about_somebody_is_the_answer_about_nobody(street: Street, way: str):
    told = await enumeration.ask(street, enumeration.WAYS[way], number := scorecard.count(10, 1000))
    judge(way, told, number)


async def test_search_for_somebody_unproved_is_the_search_for_nobody(street: Street):
    caller = await enumeration.become_surveyor(street)
    await street.execute("delegation", enumeration.UNPROVED, 1100)
    number = scorecard.count(10, 1000)
    told = await enumeration.ask(street, enumeration.searching(caller), number, lambda place: f"unproved{place + 1}")
    judge("candidate search", told, number)


async def test_pin_that_was_used_is_answered_as_one_that_never_was(street: Street):
    world = street.world
    jean, other = await world.surveyor("Jean", "Piette"), await world.newcomer("Alain", "Proviste")
    texts = [mail["text"] for mail in await world.mails(jean)]
    used = next(found.group() for text in texts if (found := client.PIN.search(text)))
    number = scorecard.count(10, 1000)
    told = await enumeration.ask(street, enumeration.claiming(other.caller), number, lambda _: used, enumeration.no_pin)
    judge("PIN", told, number)


async def test_planted_saving_of_a_hash_is_found_out(sick: Street):
    told = await enumeration.ask(sick, enumeration.sign_in, number := scorecard.count(10, 200))
    assert told.hashes[True] > told.hashes[False]
    assert not scorecard.FULL or told.auc > BOUND
    saved = told.hashes[True] - told.hashes[False]
    scorecard.note("S4", "control: strangers_cost_nothing", 2 * number, hashes_saved=saved, auc=round(told.auc, 3))


async def test_planted_answer_that_tells_of_an_address_is_found_out(sick: Street):
    told = await enumeration.ask(sick, enumeration.registration, 5)
    assert told.forms[True] != told.forms[False]
    scorecard.note("S4", "control: addresses_told", 10, differing=len(told.forms[True] ^ told.forms[False]))


@pytest.mark.parametrize(
    ("some", "others", "expected"),
    [
        ([3, 4], [1, 2], 1.0),
        ([1, 2], [3, 4], 0.0),
        ([1, 1], [1, 1], 0.5),
        ([1, 3], [2, 2], 0.5),
        ([2, 3], [1, 2], 0.875),
    ],
)
def test_auc_is_the_chance_that_one_is_larger(some, others, expected):
    assert enumeration.auc(some, others) == expected
