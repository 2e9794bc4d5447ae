"""I4: one user name, and one address, registered by twenty at once in every spelling, makes one person."""

from __future__ import annotations

import asyncio

from services import client
from shared import ids
from tests.attacks.street import WRONG, Street, address, nobody
from tests.chaos import scorecard

COUNT = "select count(*) from person where {column} = $1"
WAITING = "select (select count(*) from request) + (select count(*) from registration)"


def spellings(text: str) -> list[str]:
    """Write a text with an ï in twenty ways that are the same: case, Unicode forms, wide letters."""
    composed = [text, text.upper(), text.capitalize(), text.title()]
    apart = [one.replace("ï", "i\u0308").replace("Ï", "I\u0308") for one in composed]
    wide = [one.replace(letter, chr(ord(letter) + 0xFEE0)) for one in composed for letter in "abm"]
    return [*composed, *apart, *wide]


async def register(street: Street, username: str, email: str, place: int) -> client.Answer:
    names = {"first_name": "Luc", "last_name": "Caron", "language": "fr"}
    body = {"username": username, "email": email, "password": WRONG, **names}
    return await street.call("POST", "/identity/v1/registrations", address=address(place), json=body)


async def worked_off(street: Street) -> None:
    async def done() -> bool:
        return (await street.fetch("identity", WAITING))[0][0] == 0

    await client.until(done, "the end of the registrations")


async def test_user_name_registered_by_twenty_at_once_makes_one_person(street: Street):
    for turn in range(times := scorecard.count(2, 20)):
        name = f"amélïb{ids.uuid7().hex[-8:]}"
        calls = [
            register(street, one, f"{nobody()}@mandat.example.com", turn * 40 + place)
            for place, one in enumerate(spellings(name))
        ]
        answers = [answer.status for answer in await asyncio.gather(*calls)]
        await worked_off(street)
        found = await street.fetch("identity", COUNT.format(column="username_key"), name)
        assert (answers.count(202), set(answers), found[0][0], len(answers)) == (1, {202, 409}, 1, 20)
    scorecard.note("I4", "user name by 20 at once", times * 20, duplicates=0)


async def test_address_registered_by_twenty_at_once_makes_one_person(street: Street):
    for turn in range(times := scorecard.count(2, 20)):
        name = f"amelib{ids.uuid7().hex[-8:]}"
        emails = [f"{one}@mandat.example.com" for one in (name, name.upper(), name.title(), name.capitalize())]
        emails = [*emails, *(one.replace("mandat", "MANDAT") for one in emails)] * 3
        calls = [register(street, nobody(), one, turn * 40 + place) for place, one in enumerate(emails[:20])]
        answers = [answer.status for answer in await asyncio.gather(*calls)]
        await worked_off(street)
        found = await street.fetch("identity", COUNT.format(column="email_key"), f"{name}@mandat.example.com")
        assert (set(answers), found[0][0]) == ({202}, 1)
    scorecard.note("I4", "address by 20 at once", times * 20, duplicates=0)


async def test_address_with_other_dots_is_another_address(street: Street):
    """Only the host of an address knows what its dots mean: we take none away."""
    name = nobody()
    emails = [f"{name}@mandat.example.com", f"{name[:3]}.{name[3:]}@mandat.example.com"]
    for place, email in enumerate(emails):
        await register(street, nobody(), email, 5000 + place)
    await worked_off(street)
    counts = [(await street.fetch("identity", COUNT.format(column="email_key"), email))[0][0] for email in emails]
    assert counts == [1, 1]


async def test_planted_names_that_are_compared_as_they_are_spelt_are_found_out(sick: Street):
    name = f"amélïb{ids.uuid7().hex[-8:]}"
    calls = [
        register(sick, one, f"{nobody()}@mandat.example.com", 6000 + place) for place, one in enumerate(spellings(name))
    ]
    taken = [answer.status for answer in await asyncio.gather(*calls)].count(202)
    assert taken > 1
    scorecard.note("I4", "control: spellings_apart", 20, duplicates=taken - 1)
