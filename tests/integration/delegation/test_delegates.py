"""Designating, listing and removing delegates (Q1–Q7, Q23–Q29, decisions 5, 7, 11)."""

from __future__ import annotations

from uuid import UUID, uuid4

import pytest

from shared.contracts.events import identity
from tests.integration.delegation.conftest import Somebody

ADDED = "delegation.delegate.added.v1"
REMOVED = "delegation.delegate.removed.v1"


@pytest.mark.item("Q1", "Q23", "Q28")
async def test_add_delegate_shows_the_person_in_the_table_at_once(world, jean, edith):
    reply = await world.as_(jean).post("/v1/delegates", {"delegate": str(edith.id)})
    table = await world.as_(jean).get("/v1/delegates")
    assert (201, [reply.json]) == (reply.status, table.json["delegates"])
    assert (reply.json["first_name"], reply.json["last_name"]) == ("Édith", "Descartes")
    assert (reply.json["username"], reply.json["email"]) == (edith.username, edith.email)
    assert table.json["next"] is None


@pytest.mark.item("Q28")
async def test_add_delegate_says_who_was_designated_by_whom(world, jean, edith):
    delegation = await world.add(jean, edith)
    (event,) = await world.said()
    assert (event.type, event.sequence, event.subject) == (ADDED, 1, f"delegation/{delegation}")
    assert (event.actor, event.onbehalfof) == (f"user:{jean.id}", None)
    assert event.data["delegator"]["id"] == str(jean.id)
    assert event.data["matricule"] == "5003"
    assert event.data["delegate"] == {
        "id": str(edith.id),
        "username": "edescartes",
        "first_name": "Édith",
        "last_name": "Descartes",
        "email": edith.email,
        "language": "fr",
    }
    assert event.data["removed_at"] is None


@pytest.mark.item("Q2", "Q4")
async def test_add_delegate_by_a_delegate_is_refused_as_not_a_delegator(world, jean, edith, pierre):
    await world.add(jean, edith)
    reply = await world.as_(edith).post("/v1/delegates", {"delegate": str(pierre.id)})
    assert (403, "not-a-delegator") == (reply.status, reply.slug)
    assert len(await world.said()) == 1


@pytest.mark.item("Q4")
async def test_add_delegate_with_an_acting_token_is_refused_as_in_person_only(world, jean, edith, pierre):
    acting = world.issuer.acting(delegator=jean.id, delegate=edith.id)
    caller = type(world.as_(jean))(world.base, acting)
    reply = await caller.post("/v1/delegates", {"delegate": str(pierre.id)})
    assert (403, "in-person-only") == (reply.status, reply.slug)


@pytest.mark.item("Q3", "Q5")
async def test_surveyor_may_be_delegator_and_delegate_of_another(world, jean, claire, edith):
    await world.add(jean, edith)
    await world.add(claire, jean)
    await world.add(jean, claire)
    me = (await world.as_(jean).get("/v1/me")).json
    assert [one["id"] for one in me["delegators"]] == [str(claire.id)]
    assert me["surveyor"]["matricule"] == "5003"


@pytest.mark.item("Q6")
async def test_delegate_may_serve_several_and_delegator_may_have_several(world, jean, claire, edith, pierre):
    for surveyor, delegate in ((jean, edith), (jean, pierre), (claire, edith)):
        await world.add(surveyor, delegate)
    table = await world.as_(jean).get("/v1/delegates")
    assert ["Descartes", "Quiroule"] == [one["last_name"] for one in table.json["delegates"]]
    serves = await world.as_(edith).get("/v1/delegators")
    assert ["Lavoie", "Piette"] == [one["last_name"] for one in serves.json["delegators"]]


async def test_add_oneself_is_refused(world, jean):
    reply = await world.as_(jean).post("/v1/delegates", {"delegate": str(jean.id)})
    assert (409, "cannot-delegate-to-oneself") == (reply.status, reply.slug)


async def test_add_an_active_delegate_is_refused(world, jean, edith):
    await world.add(jean, edith)
    reply = await world.as_(jean).post("/v1/delegates", {"delegate": str(edith.id)})
    assert (409, "already-a-delegate") == (reply.status, reply.slug)


@pytest.mark.item("Q27")
async def test_add_a_person_without_a_verified_identifier_is_not_found(world, jean):
    unverified = Somebody("nouvelle", "Nouvelle", "Venue")
    await world.says_identity(unverified, identity.UserRegistered, verified=False, sealed="jwe")
    for delegate in (unverified.id, uuid4()):
        reply = await world.as_(jean).post("/v1/delegates", {"delegate": str(delegate)})
        assert (404, "candidate-not-found") == (reply.status, reply.slug)


async def test_add_delegate_with_a_suspended_licence_is_refused(world, jean, edith):
    await world.suspend(jean)
    reply = await world.as_(jean).post("/v1/delegates", {"delegate": str(edith.id)})
    assert (403, "licence-suspended", "decision 11") == (reply.status, reply.slug, reply.json["rule"])


@pytest.mark.item("Q24")
async def test_first_ever_delegate_with_an_old_password_asks_for_a_change(world, jean, edith):
    reply = await world.with_old_password(jean).post("/v1/delegates", {"delegate": str(edith.id)})
    assert (403, "password-change-required") == (reply.status, reply.slug)
    assert reply.json["detail"] == (
        "Pour des raisons de sécurité, comme il s’agit de l’inscription de votre premier délégataire, "
        "vous devez changer votre mot de passe avant de poursuivre."
    )
    assert await world.said() == []
    assert (await world.as_(jean).get("/v1/delegates")).json["delegates"] == []


@pytest.mark.item("Q24")
async def test_first_ever_delegate_without_a_known_password_age_asks_for_a_change(world, jean, edith):
    reply = await world.as_(jean, pwd_at=None).post("/v1/delegates", {"delegate": str(edith.id)})
    assert reply.slug == "password-change-required"


@pytest.mark.item("Q24")
async def test_first_ever_delegate_with_a_password_of_23_hours_is_added(world, jean, edith):
    reply = await world.with_old_password(jean, hours=23).post("/v1/delegates", {"delegate": str(edith.id)})
    assert reply.status == 201


@pytest.mark.item("Q24")
async def test_second_delegate_with_an_old_password_is_added_even_when_the_list_is_empty(world, jean, edith, pierre):
    """Decision 7: the first in the delegator's life, not after each time the list is empty."""
    await world.remove(jean, await world.add(jean, edith))
    assert (await world.as_(jean).get("/v1/delegates")).json["delegates"] == []
    reply = await world.with_old_password(jean).post("/v1/delegates", {"delegate": str(pierre.id)})
    assert reply.status == 201


@pytest.mark.item("Q24")
async def test_me_tells_beforehand_that_a_password_change_is_required(world, jean, edith):
    asked = [
        (await caller.get("/v1/me")).json["surveyor"]["password_change_required"]
        for caller in (world.as_(jean), world.with_old_password(jean))
    ]
    await world.add(jean, edith)
    after = (await world.with_old_password(jean).get("/v1/me")).json["surveyor"]["password_change_required"]
    assert [False, True, False] == [*asked, after]


@pytest.mark.item("Q7", "Q29")
async def test_remove_delegate_ends_it_and_says_so(world, jean, edith):
    delegation = await world.add(jean, edith)
    reply = await world.as_(jean).delete(f"/v1/delegates/{delegation}")
    assert (204, "") == (reply.status, reply.text)
    assert (await world.as_(jean).get("/v1/delegates")).json["delegates"] == []
    (event,) = await world.said(REMOVED)
    assert (event.sequence, event.data["id"], event.data["matricule"]) == (2, delegation, "5003")
    assert event.data["removed_at"] >= event.data["added_at"]
    assert (event.data["delegator"]["username"], event.data["delegate"]["username"]) == ("jpiette", "edescartes")


@pytest.mark.item("Q7")
async def test_remove_by_anybody_else_finds_nothing(world, jean, claire, edith):
    delegation = await world.add(jean, edith)
    for caller in (world.as_(edith), world.as_(claire)):
        reply = await caller.delete(f"/v1/delegates/{delegation}")
        assert (404, "not-found") == (reply.status, reply.slug)
    assert len((await world.as_(jean).get("/v1/delegates")).json["delegates"]) == 1


async def test_remove_twice_or_of_nothing_finds_nothing(world, jean, edith):
    delegation = await world.add(jean, edith)
    await world.remove(jean, delegation)
    for other in (delegation, uuid4(), "no-uuid"):
        reply = await world.as_(jean).delete(f"/v1/delegates/{other}")
        assert (404, "not-found") == (reply.status, reply.slug)
    assert len(await world.said(REMOVED)) == 1


async def test_remove_is_open_to_a_suspended_surveyor(world, jean, edith):
    delegation = await world.add(jean, edith)
    await world.suspend(jean)
    await world.remove(jean, delegation)
    assert len(await world.said(REMOVED)) == 1


async def test_removed_delegate_can_be_added_again_as_a_new_delegation(world, jean, edith):
    first = await world.add(jean, edith)
    await world.remove(jean, first)
    second = await world.add(jean, edith)
    assert first != second
    rows = await world.pool.fetch("select id, removed_at is null as active from delegation order by added_at")
    assert [(UUID(first), False), (UUID(second), True)] == [tuple(row) for row in rows]


async def test_delegates_are_paged_by_name_without_gap_or_repetition(world, jean):
    people = [Somebody(f"u{number}", "Ève", name) for number, name in enumerate(["Éthier", "Abel", "Zola", "Ethier"])]
    await world.know(*people)
    for person in people:
        await world.add(jean, person)
    seen, after = [], None
    for _ in range(5):
        params = {"size": "1"} | ({"after": after} if after else {})
        page = (await world.as_(jean).get("/v1/delegates", params=params)).json
        seen += [one["username"] for one in page["delegates"]]
        after = page["next"]
        if after is None:
            break
    assert ["u1", "u0", "u3", "u2"] == seen


async def test_page_goes_on_after_a_delegate_removed_meanwhile(world, jean, edith, pierre):
    delegation = await world.add(jean, edith)
    await world.add(jean, pierre)
    page = (await world.as_(jean).get("/v1/delegates", params={"size": "1"})).json
    await world.remove(jean, delegation)
    rest = (await world.as_(jean).get("/v1/delegates", params={"after": page["next"]})).json
    assert ["pquiroule"] == [one["username"] for one in rest["delegates"]]


async def test_delegates_of_another_are_not_listed_after_his_delegation(world, jean, claire, edith, pierre):
    other = await world.add(claire, edith)
    await world.add(jean, pierre)
    page = (await world.as_(jean).get("/v1/delegates", params={"after": other})).json
    assert page == {"delegates": [], "next": None}


async def test_add_repeated_with_the_same_key_is_done_once(world, jean, edith):
    caller, headers = world.as_(jean), {"Idempotency-Key": "once"}
    body = {"delegate": str(edith.id)}
    first = await caller.post("/v1/delegates", body, headers=headers)
    again = await caller.post("/v1/delegates", body, headers=headers)
    assert (201, 201, first.json) == (first.status, again.status, again.json)
    assert len(await world.said(ADDED)) == 1
