"""The copies of people and licences, whatever order events come in and however often."""

from __future__ import annotations

import itertools
from uuid import uuid4

import pytest

from services.delegation import subscribers
from shared.contracts import wiring
from shared.contracts.events import accounts, identity
from shared.contracts.registry import EVENTS
from tests.integration.delegation.conftest import Somebody


def states(person):
    """Registered, verified, then married: three states of one person by version."""
    return {
        1: identity.UserRegistered.model_validate(person.user(verified=False, sealed="jwe")),
        2: identity.UserVerified.model_validate(person.user()),
        3: identity.UserChanged.model_validate(person.user(last_name="Descartes-Roy", language="en")),
    }


@pytest.mark.parametrize("order", list(itertools.permutations((1, 2, 3))), ids=str)
async def test_person_is_the_newest_state_in_whatever_order_events_come(world, order):
    person = Somebody("edescartes", "Édith", "Descartes")
    for version in (*order, *order):
        await world.hear(states(person)[version], version)
    row = await world.pool.fetchrow("select last_name, language, verified, version from person")
    assert ("Descartes-Roy", "en", True, 3) == tuple(row)


@pytest.mark.parametrize("order", list(itertools.permutations((1, 2, 3))), ids=str)
async def test_licence_is_the_newest_state_in_whatever_order_events_come(world, order):
    person = Somebody("jpiette", "Jean", "Piette", "5003")
    licences = {
        1: accounts.LicenceImported.model_validate(person.roster(status="unclaimed", holder=None, sealed="jwe")),
        2: accounts.LicenceGranted.model_validate(person.roster()),
        3: accounts.LicenceSuspended.model_validate(person.roster(status="suspended", reason="Essai")),
    }
    for version in order:
        await world.hear(licences[version], version)
    row = await world.pool.fetchrow("select status, holder, version from licence")
    assert ("suspended", person.id, 3) == tuple(row)


async def test_removed_person_is_forgotten_and_nothing_older_brings_him_back(world, jean):
    person = Somebody("edescartes", "Édith", "Descartes")
    removed = identity.UserRemoved.model_validate(person.user(verified=False))
    await world.hear(states(person)[1], 1)
    await world.hear(removed, 4)
    await world.hear(states(person)[3], 3)
    row = await world.pool.fetchrow("select * from person where id = $1", person.id)
    kept = {name: value for name, value in row.items() if value}
    assert kept == {"id": person.id, "version": 4, "language": "fr", "sort_key": "\t"}
    found = await world.as_(jean).post("/v1/candidates/search", {"value": "edescartes"})
    assert found.slug == "candidate-not-found"


async def test_event_delivered_twice_changes_nothing(world):
    person, event_id = Somebody("edescartes", "Édith", "Descartes"), uuid4()
    for _ in range(2):
        await world.hear(states(person)[2], 2, event_id)
    assert await world.pool.fetchval("select count(*) from inbox") == 1
    assert await world.pool.fetchval("select version from person") == 2


async def test_reinstatement_before_its_suspension_leaves_the_delegation_open(world, jean, edith):
    await world.add(jean, edith)
    reinstated = accounts.LicenceReinstated.model_validate(jean.roster(reason="Essai"))
    suspended = accounts.LicenceSuspended.model_validate(jean.roster(status="suspended", reason="Essai"))
    await world.hear(reinstated, 3)
    await world.hear(suspended, 2)
    assert (await world.decide(edith, jean))["decision"] is True


async def test_licence_of_somebody_unknown_makes_his_first_delegate_wait(world, edith):
    """The licence was heard of before its holder: the answer says to try again, and nothing is kept."""
    person = Somebody("jpiette", "Jean", "Piette", "5003")
    await world.says_accounts(person, accounts.LicenceGranted)
    reply = await world.as_(person).post("/v1/delegates", {"delegate": str(edith.id)})
    assert (503, "temporarily-unavailable") == (reply.status, reply.slug)
    assert await world.pool.fetchval("select count(*) from delegation") == 0
    await world.says_identity(person, identity.UserVerified)
    assert await world.add(person, edith)


async def test_active_licence_counts_when_somebody_holds_two(world, jean, edith):
    other = Somebody("jpiette", "Jean", "Piette", "4000", id=jean.id)
    await world.says_accounts(other, accounts.LicenceSuspended, status="suspended", reason="Essai")
    await world.add(jean, edith)
    assert (await world.decide(edith, jean))["context"]["matricule"] == "5003"


def test_every_event_about_a_user_or_a_licence_that_reaches_us_is_heard():
    """Whatever identity and accounts say about the states we copy, and our queue is wired to, has its line."""
    wired = {
        name
        for name, event in EVENTS.items()
        if issubclass(event, (identity.User, accounts.Licence))
        and any(wiring.matches(pattern, name) for pattern in wiring.WIRING["delegation"])
    }
    assert {one.event.type for one in subscribers.SUBSCRIPTIONS} == wired
