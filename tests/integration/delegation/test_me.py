"""What a person is here and in whose name to start (Q17–Q21, decisions 2, 11)."""

from __future__ import annotations

import pytest

from services.delegation import rules
from tests.integration.delegation.conftest import Somebody


async def me(world, person):
    reply = await world.as_(person).get("/v1/me")
    assert reply.status == 200, reply
    return reply.json


@pytest.mark.item("Q17")
async def test_me_never_designated_and_no_surveyor_has_no_access_and_the_guides_message(world, edith):
    found = await me(world, edith)
    assert (found["access"], found["surveyor"], found["delegators"]) == (False, None, [])
    assert found["default_context"] is None
    assert found["message"] == {"fr": rules.NOT_DESIGNATED.fr, "en": rules.NOT_DESIGNATED.en}


@pytest.mark.item("Q17")
async def test_me_of_somebody_never_heard_of_has_no_access(world, nobody):
    assert (await me(world, nobody))["access"] is False


async def test_me_of_a_surveyor_starts_in_his_own_name(world, jean):
    found = await me(world, jean)
    assert (found["access"], found["message"], found["default_context"]) == (True, None, str(jean.id))
    assert found["surveyor"] == {
        "licence": str(jean.licence),
        "matricule": "5003",
        "first_name": "Jean",
        "last_name": "Piette",
        "suspended": False,
        "password_change_required": False,
    }


@pytest.mark.item("Q18", "Q19")
async def test_me_with_one_delegator_starts_in_his_name(world, jean, edith):
    delegation = await world.add(jean, edith)
    found = await me(world, edith)
    assert (found["access"], found["message"], found["default_context"]) == (True, None, str(jean.id))
    (delegator,) = found["delegators"]
    assert delegator.pop("since")
    assert delegator == {
        "delegation": delegation,
        "id": str(jean.id),
        "first_name": "Jean",
        "last_name": "Piette",
        "matricule": "5003",
        "frozen": False,
    }


@pytest.mark.item("Q20")
async def test_me_with_several_delegators_has_to_choose(world, jean, claire, edith):
    await world.add(jean, edith)
    await world.add(claire, edith)
    found = await me(world, edith)
    assert found["default_context"] is None
    assert ["5001", "5003"] == [one["matricule"] for one in found["delegators"]]


@pytest.mark.item("Q5")
async def test_me_of_a_surveyor_who_is_also_a_delegate_starts_in_his_own_name(world, jean, claire):
    await world.add(claire, jean)
    found = await me(world, jean)
    assert found["default_context"] == str(jean.id)
    assert [str(claire.id)] == [one["id"] for one in found["delegators"]]


async def test_me_of_a_former_delegate_keeps_access_to_what_he_did(world, jean, edith):
    await world.remove(jean, await world.add(jean, edith))
    found = await me(world, edith)
    assert (found["access"], found["delegators"], found["default_context"]) == (True, [], None)


async def test_me_with_a_frozen_and_an_open_delegator_starts_with_the_open_one(world, jean, claire, edith):
    await world.add(jean, edith)
    await world.add(claire, edith)
    await world.suspend(jean)
    found = await me(world, edith)
    assert found["default_context"] == str(claire.id)
    assert [("5001", False), ("5003", True)] == [(one["matricule"], one["frozen"]) for one in found["delegators"]]
    await world.reinstate(jean)
    assert [False, False] == [one["frozen"] for one in (await me(world, edith))["delegators"]]


async def test_me_of_a_suspended_surveyor_says_so(world, jean):
    await world.suspend(jean)
    assert (await me(world, jean))["surveyor"]["suspended"] is True


@pytest.mark.item("Q20", "Q21")
async def test_delegators_are_paged_by_name(world, edith):
    surveyors = [Somebody(f"s{number}", "Guy", name, str(number)) for number, name in enumerate(["Roy", "Côté", "Cyr"])]
    await world.know(*surveyors)
    for surveyor in surveyors:
        await world.add(surveyor, edith)
    first = (await world.as_(edith).get("/v1/delegators", params={"size": "2"})).json
    rest = (await world.as_(edith).get("/v1/delegators", params={"size": "2", "after": first["next"]})).json
    assert (["Côté", "Cyr"], ["Roy"]) == tuple(
        [one["last_name"] for one in page["delegators"]] for page in (first, rest)
    )
    assert rest["next"] is None


@pytest.mark.item("Q9", "Q10")
async def test_services_are_public_and_complete_in_both_languages(world):
    found = (await world.anonymous().get("/v1/services")).json["services"]
    assert (7, 6) == (len(found), sum(not one["reserved"] for one in found))
    assert all(one[text][language] for one in found for text in ("name", "description") for language in ("fr", "en"))
    (deposit,) = [one for one in found if one["reserved"]]
    assert (deposit["id"], deposit["permission"]) == ("update-request-deposit", None)


async def test_acting_token_reads_nothing_of_ones_own(world, jean, edith):
    caller = type(world.anonymous())(world.base, world.issuer.acting(delegator=jean.id, delegate=edith.id))
    for path in ("/v1/me", "/v1/delegates", "/v1/delegators"):
        assert (await caller.get(path)).slug == "in-person-only"
