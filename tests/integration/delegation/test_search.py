"""Searching a candidate: exact, for surveyors only, limited and recorded (Q25–Q27, decision 8)."""

from __future__ import annotations

import json

import pytest

from shared.contracts.events import identity
from tests.integration.delegation.conftest import Somebody

SEARCHED = "delegation.delegate.searched.v1"
PATH = "/v1/candidates/search"


@pytest.mark.item("Q25", "Q26")
@pytest.mark.parametrize(
    "search",
    [
        {"value": "edescartes"},
        {"by": "username", "value": " EDescartes "},
        {"by": "email", "value": "EDESCARTES@Mandat.Example.COM"},
    ],
)
async def test_search_by_exact_user_name_or_address_finds_the_person(world, jean, edith, search):
    reply = await world.as_(jean).post(PATH, search)
    assert reply.status == 200
    assert reply.json == {
        "id": str(edith.id),
        "last_name": "Descartes",
        "first_name": "Édith",
        "username": "edescartes",
        "email": edith.email,
    }


@pytest.mark.item("Q25")
@pytest.mark.parametrize(
    "search",
    [
        {"value": "edescarte"},
        {"value": "%"},
        {"value": "edescartes%"},
        {"by": "email", "value": "edescartes"},
        {"by": "username", "value": "edescartes@mandat.example.com"},
        {"value": "personne"},
        {"value": " "},
    ],
)
async def test_search_by_anything_but_the_whole_finds_nobody(world, jean, edith, search):
    reply = await world.as_(jean).post(PATH, search)
    assert (404, "candidate-not-found") == (reply.status, reply.slug)


@pytest.mark.item("Q27")
async def test_search_of_an_unverified_person_finds_nobody_until_verified(world, jean):
    person = Somebody("nouvelle", "Nouvelle", "Venue")
    await world.says_identity(person, identity.UserRegistered, verified=False, sealed="jwe")
    assert (await world.as_(jean).post(PATH, {"value": "nouvelle"})).slug == "candidate-not-found"
    await world.says_identity(person, identity.UserVerified)
    assert (await world.as_(jean).post(PATH, {"value": "nouvelle"})).status == 200


async def test_search_after_a_change_of_address_finds_by_the_new_one_only(world, jean, edith):
    await world.says_identity(edith, identity.EmailChanged, email="edith@example.com", former_email=edith.email)
    assert (await world.as_(jean).post(PATH, {"by": "email", "value": "edith@example.com"})).status == 200
    assert (await world.as_(jean).post(PATH, {"by": "email", "value": edith.email})).slug == "candidate-not-found"


@pytest.mark.item("Q25")
async def test_search_by_somebody_who_is_no_surveyor_is_refused_and_not_recorded(world, edith, pierre):
    reply = await world.as_(edith).post(PATH, {"value": "pquiroule"})
    assert (403, "not-a-delegator") == (reply.status, reply.slug)
    assert await world.said() == []


async def test_search_by_a_suspended_surveyor_is_refused(world, jean, edith):
    await world.suspend(jean)
    assert (await world.as_(jean).post(PATH, {"value": "edescartes"})).slug == "licence-suspended"


async def test_search_without_a_sign_in_or_as_an_application_is_refused(world, edith):
    assert (await world.anonymous().post(PATH, {"value": "edescartes"})).status == 401
    assert (await world.as_application().post(PATH, {"value": "edescartes"})).slug == "not-permitted"


async def test_every_search_is_recorded_without_what_was_typed(world, jean, edith):
    await world.as_(jean).post(PATH, {"value": "edescartes"})
    await world.as_(jean).post(PATH, {"by": "email", "value": "introuvable@example.com"})
    events = await world.said(SEARCHED)
    assert [(1, "username", True), (2, "email", False)] == [
        (event.sequence, event.data["by"], event.data["found"]) for event in events
    ]
    assert {f"delegator/{jean.id}"} == {event.subject for event in events}
    assert {f"user:{jean.id}"} == {event.actor for event in events}
    written = json.dumps([event.data for event in events])
    assert not any(word in written for word in ("edescartes", "introuvable", "example.com"))


async def test_thirty_first_search_within_the_hour_is_refused_for_that_surveyor_alone(world, jean, claire, edith):
    for _ in range(30):
        assert (await world.as_(jean).post(PATH, {"value": "personne"})).status == 404
    refused = await world.as_(jean).post(PATH, {"value": "edescartes"})
    assert (429, "too-many-requests") == (refused.status, refused.slug)
    assert 1 <= int(refused.headers["Retry-After"]) <= 120
    assert (await world.as_(claire).post(PATH, {"value": "edescartes"})).status == 200
    assert len(await world.said(SEARCHED)) == 31
