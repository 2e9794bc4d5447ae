"""An operator's look: his own, with a reason, said before it shows anything, and short."""

from __future__ import annotations

import asyncio

import pytest

from services.identity.commands import erase_person
from shared.crypto import verify
from tests.integration.identity.conftest import Somebody

EDITH = Somebody()
WHY = "Demande d’aide 4711"


def body(operator: Somebody, **more: str) -> dict[str, str]:
    return {"username": EDITH.username, "reason": WHY, "password": operator.password} | more


async def test_look_is_said_with_its_reason_and_gives_a_token_that_only_looks(world):
    await world.verified(EDITH)
    odile, api = await world.operator()
    begun = (await api.post("/v1/looks", body(odile))).json
    (said,) = await world.said("look.begun.v1")
    edith, by = await world.id_of(EDITH), await world.id_of(odile)
    assert (said.data["id"], said.data["reason"], said.actor) == (str(edith), WHY, f"user:{by}")
    given = (await api.post(f"/v1/looks/{begun['id']}/token")).json
    claims = await world.infra.tokens.verify(given["access_token"], verify.LOOK)
    assert (claims["sub"], claims["look"]["sub"], claims["exp"] - claims["iat"]) == (str(edith), str(by), 10)
    with pytest.raises(verify.InvalidToken):
        await world.infra.tokens.verify(given["access_token"])
    assert "look-read-only" == (await world.as_(given).get("/v1/me")).json["slug"]
    mine = (await world.as_(await world.signed_in(EDITH)).get("/v1/my-data")).json
    assert [WHY] == [one["reason"] for part in mine["sections"] if part["name"] == "looks" for one in part["entries"]]


@pytest.mark.parametrize(
    ("change", "slug"),
    [
        ({"password": "une-autre-lanterne-92"}, "wrong-password"),
        ({"username": "personne"}, "not-found"),
        ({"reason": "    trop    "}, "validation-failed"),
        ({"reason": "x" * 501}, "validation-failed"),
    ],
    ids=["password", "nobody", "short", "long"],
)
async def test_look_that_is_refused_is_not_said(world, change, slug):
    await world.verified(EDITH)
    odile, api = await world.operator()
    assert slug == (await api.post("/v1/looks", body(odile, **change))).json["slug"]
    assert [] == await world.said("look.begun.v1")


async def test_look_of_another_session_or_of_a_former_operator_gives_no_token(world):
    await world.verified(EDITH)
    odile, api = await world.operator()
    begun = (await api.post("/v1/looks", body(odile))).json
    path = f"/v1/looks/{begun['id']}/token"
    elsewhere = world.as_(await world.signed_in(odile))
    assert 404 == (await elsewhere.post(path)).status
    await world.pool.execute("update person set operator = false")
    assert "not-permitted" == (await api.post(path)).json["slug"]


@pytest.mark.parametrize("how", ["ended", "late", "another"])
async def test_look_that_has_ended_gives_no_token(world, how):
    await world.verified(EDITH)
    odile, api = await world.operator()
    begun = (await api.post("/v1/looks", body(odile))).json
    if how == "ended":
        assert 204 == (await api.delete(f"/v1/looks/{begun['id']}")).status
    elif how == "late":
        await world.later("look", "ends_at", "15 minutes")
    else:
        assert 201 == (await api.post("/v1/looks", body(odile))).status
    assert 404 == (await api.post(f"/v1/looks/{begun['id']}/token")).status
    assert 404 == (await api.delete(f"/v1/looks/{begun['id']}")).status


async def test_look_at_somebody_who_is_erased_in_this_moment_is_not_found(world):
    await world.verified(EDITH)
    odile, api = await world.operator()
    async with world.pool.transaction() as connection:
        await erase_person(connection, EDITH.username)
        other = asyncio.create_task(api.post("/v1/looks", body(odile)))
        await asyncio.sleep(0.5)  # the password is checked, and the row waited for
    assert (await other).slug == "not-found"
