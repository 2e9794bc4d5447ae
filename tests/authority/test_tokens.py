"""S12, S10: no forged token is taken by any service, and nobody but the surveyor in person deposits."""

from __future__ import annotations

from typing import Any

import pytest

from services import client
from shared import ids
from shared.contracts.audiences import ACCESS_TOKEN, TOKEN_EXCHANGE
from tests.authority.cast import ACTORS, THINGS, Cast
from tests.authority.forge import Forger
from tests.chaos import scorecard
from tests.support.tokens import Issuer

DOORS = (
    "/identity/v1/me",
    "/accounts/v1/licences/mine",
    "/delegation/v1/me",
    "/notifications/v1/emails",
    "/audit/v1/activities",
    "/cadastre/v1/files",
)
LONG = 8_100
ECHO = 20
DEPOSIT = "/cadastre/v1/deposits"


async def forger(cast: Cast, caller: client.Caller, issuer: str) -> Forger:
    keys = (await cast.world.anonymous.get(f"/{issuer}/.well-known/jwks.json"))["keys"]
    assert caller.token
    return Forger(caller.token, keys[0])


@pytest.mark.parametrize(("actor", "issuer"), [("delegator", "identity"), ("delegate", "delegation")])
async def test_forged_token_is_refused_by_every_service_and_said_back_by_none(cast: Cast, actor: str, issuer: str):
    await cast.renew()
    caller = cast.caller(actor)
    taken: list[tuple[str, str, int]] = []
    forged = dict((await forger(cast, caller, issuer)).all())
    for name, token in forged.items():
        for door in DOORS:
            answer = await cast.world.anonymous.with_token(token).call("GET", door)
            # A header line over 8 KiB never reaches us: the HTTP parser refuses it.
            refusal = (400, "malformed-request") if len(token) > LONG else (401, "sign-in-required")
            if (answer.status, answer.slug) != refusal or (len(token) > ECHO and token in str(answer.body)):
                taken.append((name, door, answer.status))
    real = [(await caller.call("GET", door)).slug for door in DOORS]
    assert (taken, len(forged) > 100, "sign-in-required" in real) == ([], True, False)
    scorecard.note("S12", f"{issuer}: forged tokens, 6 services each", len(forged), accepted=0)


async def test_forger_who_has_the_key_is_let_in(cast: Cast):
    """The check can fail: signed with a key that the verifier knows, the same forgery passes."""
    issuer = Issuer()
    claims = {"sub": str(ids.uuid7()), "name": "Jean", "roles": [], "lang": "fr"}
    verifier = issuer.verifier()
    found = await verifier.verify(issuer.sign(claims))
    assert found["sub"] == claims["sub"]


async def deposits(caller: client.Caller, number: str) -> int:
    return (await caller.call("POST", DEPOSIT, json={"file_number": number})).status


@pytest.mark.item("Q10")
async def test_deposit_is_the_surveyors_in_person_and_nobody_elses(cast: Cast):
    await cast.renew()
    world, file, jean = cast.world, cast.files["delegator"], cast.owners["delegator"]
    acting = cast.caller("delegate")
    forged = [token for _, token in (await forger(cast, acting, "delegation")).all()]
    forged += [token for _, token in (await forger(cast, jean.caller, "identity")).all()]
    tricks = [world.anonymous.with_token(token) for token in forged]
    tricks += [cast.caller(actor) for actor in ACTORS if actor != "delegator"]
    accepted = [caller.token for caller in tricks if await deposits(caller, file) < 400]
    assert (accepted, await deposits(jean.caller, file)) == ([], 201)
    scorecard.note("S10", "deposits by forged and foreign tokens", len(tricks), accepted=0)


@pytest.mark.item("Q10")
async def test_deposit_by_a_surveyor_who_acts_for_another_is_refused(cast: Cast):
    """Claire, a surveyor herself, may not deposit for Jean, though each may for himself."""
    await cast.renew()
    jean, claire = cast.owners["delegator"], cast.owners["another"]
    delegation = await cast.world.designate(jean, claire)
    acting = await claire.caller.act_for(jean.id)
    answer = await acting.call("POST", DEPOSIT, json={"file_number": cast.files["delegator"]})
    nested = await acting.call("POST", "/delegation/v1/token", data=exchange(acting.token, jean.id))
    await jean.caller.call("DELETE", f"/delegation/v1/delegates/{delegation}")
    assert (answer.slug, nested.slug) == ("in-person-only", "in-person-only")


def exchange(token: str | None, delegator: str) -> dict[str, str]:
    subject = {"subject_token": token or "", "subject_token_type": ACCESS_TOKEN}
    return {"grant_type": TOKEN_EXCHANGE, "delegator": delegator, **subject}


def asked(performer: str, surveyor: str, **more: Any) -> dict[str, Any]:
    properties = {"properties": more.pop("properties")} if "properties" in more else {}
    return {
        "subject": {"type": "user", "id": performer, **properties},
        "action": {"name": more.pop("action", "update-request-deposit")},
        "resource": {"type": "surveyor", "id": surveyor},
        **more,
    }


@pytest.mark.item("Q10")
async def test_decision_about_a_deposit_is_yes_for_the_surveyor_alone_however_it_is_asked(cast: Cast):
    await cast.renew()
    edith = cast.delegates["delegate"].id
    jean, claire, louis = (cast.owners[name].id for name in THINGS)
    tricks = [
        asked(edith, jean),
        asked(edith, edith),
        asked(claire, jean),
        asked(louis, louis),
        asked(jean, jean, properties={"acting": True}),
        asked(jean, jean, properties={"actor": edith}),
        asked(jean, jean, context={"actor": edith}),
        asked(jean, jean, context={"act": {"sub": edith}}),
        asked(edith, jean, properties={"acting": False}),
        asked(edith, jean, context={"in_person": True, "reserved": False}),
        asked(edith, jean, action="update-request-deposit "),
        asked(edith, jean, action="UPDATE-REQUEST-DEPOSIT"),
        asked(str(ids.uuid7()), jean),
        asked(edith.upper(), jean),
    ]
    said = [await cast.application.call("POST", "/delegation/access/v1/evaluation", json=one) for one in tricks]
    yes = [
        trick for trick, answer in zip(tricks, said, strict=True) if answer.status == 200 and answer.body["decision"]
    ]
    himself = await cast.application.call("POST", "/delegation/access/v1/evaluation", json=asked(jean, jean))
    assert (yes, himself.body["decision"]) == ([], True)
    scorecard.note("S10", "decisions about deposits", len(tricks), accepted=0)
