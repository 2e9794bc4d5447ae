"""Ways to find out who is there: for each, a question about somebody who is known and one about nobody."""

from __future__ import annotations

import itertools
import random
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from services import client
from tests.attacks.street import WRONG, Street, address, nobody

Question = Callable[[Street, str, str], Awaitable[client.Answer]]
"""Asks about somebody, from an address."""
OWN = frozenset({"x-request-id", "x-correlation-id", "date"})
MAIL = "@mandat.example.com"
WAYS: dict[str, Question] = {}


def way(question: Question) -> Question:
    """Register a way under the name of its function."""
    WAYS[question.__name__] = question
    return question


def of_crowd(number: int) -> str:
    """Give the user name of somebody who is known, another each time."""
    return f"crowd{number + 1}"


@way
async def sign_in(street: Street, who: str, address: str) -> client.Answer:
    return await street.sign_in(who, WRONG, address)


@way
async def sign_in_by_address(street: Street, who: str, address: str) -> client.Answer:
    return await street.sign_in(who.upper() + MAIL, WRONG, address)


@way
async def registration(street: Street, who: str, address: str) -> client.Answer:
    names = {"first_name": "Luc", "last_name": "Caron", "language": "fr"}
    body = {"username": nobody(), "email": who + MAIL, "password": WRONG, **names}
    return await street.call("POST", "/identity/v1/registrations", address=address, json=body)


@way
async def verification(street: Street, who: str, address: str) -> client.Answer:
    path = "/identity/v1/verifications/requests"
    return await street.call("POST", path, address=address, json={"email": who + MAIL})


@way
async def forgotten_user_name(street: Street, who: str, address: str) -> client.Answer:
    path = "/identity/v1/recoveries/username"
    return await street.call("POST", path, address=address, json={"email": who + MAIL})


@way
async def forgotten_password(street: Street, who: str, address: str) -> client.Answer:
    path = "/identity/v1/recoveries/password"
    return await street.call("POST", path, address=address, json={"login": who})


@dataclass
class Told:
    """What the answers told: their forms, their times in seconds, and the passwords hashed, for known and nobody."""

    forms: dict[bool, set[str]] = field(default_factory=lambda: {True: set(), False: set()})
    seconds: dict[bool, list[float]] = field(default_factory=lambda: {True: [], False: []})
    hashes: dict[bool, int] = field(default_factory=dict)

    @property
    def auc(self) -> float:
        """How well the time alone tells known people from nobody: 0.5 is not at all, 1 and 0 are always."""
        return auc(self.seconds[True], self.seconds[False])


async def ask(
    street: Street,
    question: Question,
    number: int,
    known: Callable[[int], str] = of_crowd,
    unknown: Callable[[int], str] = lambda _: nobody(),
) -> Told:
    """Ask about as many known people as about nobody, in random order, then some of each while hashes are counted."""
    told = Told()
    order = [True, False] * number
    random.shuffle(order)
    count = {True: map(known, itertools.count()), False: map(unknown, itertools.count())}
    for place, is_known in enumerate(order):
        began = time.perf_counter()
        answer = await question(street, next(count[is_known]), address(place))
        told.seconds[is_known].append(time.perf_counter() - began)
        told.forms[is_known].add(form(answer))
    for is_known in (True, False):
        before = await street.hashes()
        for place in range(5):
            await question(street, next(count[is_known]), address(10_000 + place))
        told.hashes[is_known] = await street.hashes() - before
    return told


def form(answer: client.Answer) -> str:
    """Write what a caller can see of an answer, the ids of the request aside."""
    body: Any = answer.body
    if isinstance(body, dict):
        body = {name: value for name, value in body.items() if name != "instance"}
    headers = {name: value for name, value in answer.headers.items() if name.lower() not in OWN}
    return f"{answer.status} {body} {sorted(headers.items())}"


def auc(some: list[float], others: list[float]) -> float:
    """Give the chance that one of some is larger than one of the others, by ranks; ties count half."""
    ranked = sorted([(value, 1) for value in some] + [(value, 0) for value in others])
    ranks, place = 0.0, 0
    for _, group in itertools.groupby(ranked, key=lambda pair: pair[0]):
        members = list(group)
        ranks += sum(member for _, member in members) * (place + (len(members) + 1) / 2)
        place += len(members)
    return (ranks - len(some) * (len(some) + 1) / 2) / (len(some) * len(others))


async def become_surveyor(street: Street) -> client.Caller:
    """Have somebody become a surveyor, who may search."""
    return (await street.world.surveyor("Claire", "Lavoie")).caller


UNPROVED = """
insert into person (id, username, username_key, email, email_key, first_name, last_name, sort_key, language, verified,
    version)
select gen_random_uuid(), name, name, name || '@mandat.example.com', name || '@mandat.example.com', 'Ada', 'Roy',
    'roy', 'fr', false, 1
from (select 'unproved' || n as name from generate_series(1, $1) as n) as crowd
"""


def searching(caller: client.Caller) -> Question:
    """Make the question of a surveyor who looks for people."""

    async def candidate(street: Street, who: str, address: str) -> client.Answer:
        body = {"by": "username", "value": who}
        return await caller.call("POST", "/delegation/v1/candidates/search", json=body)

    return candidate


def claiming(caller: client.Caller) -> Question:
    """Make the question of a person who tries PINs, with no limit on his tries."""

    async def pin(street: Street, who: str, address: str) -> client.Answer:
        await street.execute("accounts", "truncate throttle")
        return await caller.call("POST", "/accounts/v1/licences/claim", json={"pin": who})

    return pin


def no_pin(number: int) -> str:
    """Make a PIN that was never given out."""
    return "".join(random.choices("23456789ABCDEFGHJKMNPQRSTUVWXYZ", k=9))
