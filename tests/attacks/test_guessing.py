"""S5: guessing one password, and one password on many accounts, while the victim still signs in."""

from __future__ import annotations

import asyncio

from tests.attacks.street import WRONG, Street, address
from tests.chaos import scorecard
from tests.journeys.world import Somebody

HOUR = 3600
PER_ADDRESS = 60
EARLIER = """
update attempt
set free_at = free_at - $1 * interval '1 second', last_at = last_at - $1 * interval '1 second'
"""


async def guesses(street: Street, login: str) -> int:
    """Guess for an hour from ever other addresses, twenty at once whenever it may be tried again; count those heard."""
    heard, passed, place = 0, 0, 0
    while passed < HOUR:
        tries = [street.sign_in(login, WRONG, address(place + number)) for number in range(20)]
        answers, place = await asyncio.gather(*tries), place + 20
        heard += sum(answer.status == 401 for answer in answers)
        waits = [int(answer.headers["Retry-After"]) for answer in answers if answer.status == 429]
        if heard > PER_ADDRESS or not waits:
            return heard
        await street.execute("identity", EARLIER, wait := max(waits))
        passed += wait
    return heard


async def at_home(street: Street, victim: Somebody) -> str:
    """Sign in where nobody else is, and give the token of the device."""
    answer = await street.sign_in(victim.username, victim.passphrase, "203.0.113.7")
    assert answer.status == 201, answer
    return str(answer.body["device_token"])


async def test_guessing_for_an_hour_is_heard_ten_times_and_the_victim_signs_in_at_home_and_by_recovery(street: Street):
    victim = await street.world.newcomer("Édith", "Descartes")
    device = await at_home(street, victim)
    heard = await guesses(street, victim.username)
    # He goes on: the next guess may be made now, and is.
    await street.sign_in(victim.username, WRONG, address(9_000))
    home = await street.sign_in(victim.username, victim.passphrase, "203.0.113.7", device_token=device)
    elsewhere = await street.sign_in(victim.username, victim.passphrase, "203.0.113.8")
    link = await street.recovery_link(victim, address="203.0.113.8")
    reset = {"token": link, "new_password": "lanterne-neuve-sur-la-greve"}
    await street.call("POST", "/identity/v1/password-resets", address="203.0.113.8", json=reset)
    recovered = await street.sign_in(victim.username, reset["new_password"], "203.0.113.8")
    assert (home.status, elsewhere.status, recovered.status) == (201, 429, 201)
    assert 3 <= heard <= 10
    scorecard.note("S5", "guesses heard in an hour, from ever other addresses", heard, victim_at_home=1, by_recovery=1)


async def test_spraying_from_one_address_is_heard_sixty_times_and_the_others_sign_in(street: Street):
    number = scorecard.count(120, 1000)
    victim = await street.world.newcomer("Pierre", "Quiroule")
    statuses: list[int] = []
    for start in range(0, number, 20):
        batch = (street.sign_in(f"crowd{start + one}", WRONG, "192.0.2.1") for one in range(1, 21))
        statuses += [answer.status for answer in await asyncio.gather(*batch)]
    elsewhere = await street.sign_in(victim.username, victim.passphrase, "203.0.113.9")
    heard = statuses.count(401)
    # Those that are looked at together may pass the limit together: one batch more at the most.
    assert (set(statuses), elsewhere.status) == ({401, 429}, 201)
    assert PER_ADDRESS <= heard <= PER_ADDRESS + 20
    scorecard.note("S5", f"one password on {number} accounts from one address", number, heard=heard, others_sign_in=1)


async def test_planted_guessing_without_a_limit_is_found_out(sick: Street):
    heard = await guesses(sick, "crowd1")
    assert heard > 10
    scorecard.note("S5", "control: guesses_free", 50, heard=heard)
