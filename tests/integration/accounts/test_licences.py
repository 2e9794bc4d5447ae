"""What operators do with licences: list, suspend, reinstate, send another PIN (decision 11)."""

from __future__ import annotations

import pytest

from shared import ids
from tests.integration.accounts.conftest import CLAIRE, ISSUED, JEAN, REINSTATED, SUSPENDED
from tests.support import web


@pytest.fixture
async def claimed(world):
    """Give the id of a licence that somebody holds."""
    await world.load(JEAN)
    reply = await world.claim(await world.person(), await world.pin())
    return reply.json["id"]


@pytest.fixture
async def unclaimed(world):
    await world.load(CLAIRE)
    return (await world.licence("5001"))["id"]


@pytest.mark.item("decision 11")
async def test_suspend_freezes_the_licence_and_says_why(world, claimed):
    reply = await world.change("suspend", claimed, reason="Radiation temporaire")
    assert (200, "suspended") == (reply.status, reply.json["status"])
    (event,) = await world.said(SUSPENDED)
    assert ("suspended", "Radiation temporaire", 3) == (event.data["status"], event.data["reason"], event.sequence)
    assert reply.json["holder"] == event.data["holder"] is not None


@pytest.mark.item("decision 11")
async def test_reinstate_makes_the_licence_what_it_was(world, claimed):
    before = await world.licence()
    await world.change("suspend", claimed)
    reply = await world.change("reinstate", claimed, reason="Fin de la suspension")
    assert (200, before) == (reply.status, reply.json)
    (event,) = await world.said(REINSTATED)
    assert ("active", "Fin de la suspension", 4) == (event.data["status"], event.data["reason"], event.sequence)


async def test_suspend_of_a_suspended_licence_changes_nothing(world, claimed):
    await world.change("suspend", claimed)
    reply = await world.change("suspend", claimed)
    assert (409, "licence-already-suspended") == (reply.status, reply.slug)
    assert len(await world.said(SUSPENDED)) == 1


async def test_reinstate_of_a_licence_that_is_not_suspended_changes_nothing(world, claimed):
    reply = await world.change("reinstate", claimed)
    assert (409, "licence-not-suspended") == (reply.status, reply.slug)
    assert await world.said(REINSTATED) == []


async def test_suspend_of_an_unclaimed_licence_keeps_it_from_being_claimed_until_reinstated(world, unclaimed):
    pin, person = await world.pin("5001"), await world.person()
    await world.change("suspend", unclaimed)
    assert (await world.claim(person, pin)).slug == "pin-not-accepted"
    assert (await world.change("reinstate", unclaimed)).json["status"] == "unclaimed"
    assert (await world.claim(person, pin)).status == 200


async def test_suspend_repeated_under_its_idempotency_key_gives_the_first_answer(world, claimed):
    operator, body, headers = world.as_operator(), {"reason": "Essai"}, {"Idempotency-Key": "une-fois"}
    replies = [await operator.post(f"/v1/licences/{claimed}/suspend", body, headers=headers) for _ in range(2)]
    assert [200, 200] == [reply.status for reply in replies]
    assert replies[0].json == replies[1].json
    assert len(await world.said(SUSPENDED)) == 1


@pytest.mark.parametrize(
    "body",
    [{}, {"reason": ""}, {"reason": "  "}, {"reason": "a\nb"}, {"reason": "x" * 301}, {"reason": "x", "holder": None}],
)
async def test_suspend_without_a_proper_reason_is_refused(world, claimed, body):
    reply = await world.as_operator().post(f"/v1/licences/{claimed}/suspend", body)
    assert (422, "validation-failed") == (reply.status, reply.slug)


@pytest.mark.parametrize("what", ["suspend", "reinstate", "pin"])
async def test_change_of_an_unknown_licence_is_not_found(world, what):
    body = {} if what == "pin" else {"reason": "Essai"}
    reply = await world.as_operator().post(f"/v1/licences/{ids.uuid7()}/{what}", body)
    assert (404, "not-found") == (reply.status, reply.slug)


async def test_licences_are_for_operators_alone(world, claimed):
    person = world.as_(await world.person())
    calls = [("GET", "/v1/licences"), ("GET", "/v1/imports"), ("POST", f"/v1/licences/{claimed}/pin")]
    calls += [("POST", f"/v1/licences/{claimed}/{what}") for what in ("suspend", "reinstate")]
    assert {403} == {(await person.call(method, path)).status for method, path in calls}
    assert {401} == {(await web.Api(world.base).call(method, path)).status for method, path in calls}


@pytest.mark.item("O15")
async def test_issue_pin_replaces_the_former_one(world, unclaimed):
    former = await world.pin("5001")
    reply = await world.as_operator().post(f"/v1/licences/{unclaimed}/pin")
    assert (200, "unclaimed") == (reply.status, reply.json["status"])
    (event,) = await world.said(ISSUED)
    assert (2, "clavoie@mandat.example.com", "en") == (event.sequence, event.data["email"], event.data["language"])
    newest = await world.pin("5001")
    assert newest != former
    assert (await world.claim(await world.person(), former)).slug == "pin-not-accepted"
    assert (await world.claim(await world.person(), newest)).status == 200


async def test_issue_pin_for_a_claimed_licence_is_refused(world, claimed):
    reply = await world.as_operator().post(f"/v1/licences/{claimed}/pin")
    assert (409, "licence-already-claimed") == (reply.status, reply.slug)
    assert await world.said(ISSUED) == []


async def test_list_licences_gives_pages_in_the_order_of_numbers(world):
    numbers = ["9", "10", "100", "5001", "11", "099"]
    await world.load(*(f"{number};A;B;a@mandat.example.com;Q;fr" for number in numbers))
    found, after = [], ""
    while after is not None:
        page = (await world.as_operator().get(f"/v1/licences?size=2&after={after}")).json
        found += [one["matricule"] for one in page["licences"]]
        after = page["next"]
    assert ["9", "10", "11", "099", "100", "5001"] == found


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", ["5001", "5003", "5005"]),
        ("?status=unclaimed", ["5001"]),
        ("?status=active", ["5003"]),
        ("?status=suspended", ["5005"]),
        ("?matricule=5003", ["5003"]),
        ("?matricule=5003&status=suspended", []),
        ("?matricule=50", []),
        ("?after=5001", ["5003", "5005"]),
    ],
)
async def test_list_licences_filters_by_matricule_and_status(world, claimed, unclaimed, query, found):
    await world.load("5005;Alain;Proviste;aproviste@mandat.example.com;Québec;fr")
    await world.change("suspend", (await world.licence("5005"))["id"])
    listed = (await world.as_operator().get(f"/v1/licences{query}")).json["licences"]
    assert found == [one["matricule"] for one in listed]


@pytest.mark.parametrize("query", ["status=lost", "size=0", "size=201", "after=12345678901", "order=name"])
async def test_list_licences_with_an_unknown_filter_is_refused(world, query):
    assert (await world.as_operator().get(f"/v1/licences?{query}")).slug == "validation-failed"
