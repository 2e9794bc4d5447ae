"""A person gets all that accounts keeps of him, and nothing of others (Law 25, s. 27)."""

from __future__ import annotations

from tests.integration.accounts import firms
from tests.integration.accounts.conftest import JEAN


async def sections(world, person):
    """Give his data by section."""
    reply = await world.as_(person).get("/v1/my-data")
    assert reply.status == 200, reply
    return {one["name"]: one["entries"] for one in reply.json["sections"]}, reply.text


async def test_person_gets_his_licence_his_memberships_and_his_claims(world):
    await world.load(JEAN)
    vivian, jean = await world.person(), await world.person()
    await world.claim(jean, await world.pin())
    account = await firms.register(world, vivian)
    assert (await firms.join(world, jean, await firms.pin_of(world, vivian, account["id"]))).status == 200
    his, text = await sections(world, jean)
    assert ("5003", False) == (his["licences"][0]["matricule"], his["licences"][0]["suspended"])
    (membership,) = his["memberships"]
    assert (account["id"], "pin", False) == (membership["id"], membership["via"], membership["manage"])
    assert str(vivian) not in text
    hers, text = await sections(world, vivian)
    (membership,) = hers["memberships"]
    assert ([], "registered", True) == (hers["licences"], membership["via"], membership["manage"])
    assert str(jean) not in text


async def test_stranger_gets_nothing_but_himself(world):
    found, _ = await sections(world, stranger := await world.person())
    assert [str(stranger)] == [one["id"] for one in found.pop("profile")]
    assert not any(found.values())
