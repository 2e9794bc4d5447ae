"""Acting tokens: who gets one, what it says, and who never does (Q4, Q7, RFC 8693)."""

from __future__ import annotations

import time

import pytest
from joserfc import jwk, jwt

from shared.contracts.audiences import ACCESS_TOKEN
from tests.support import web

STARTED = "delegation.acting.started.v1"


async def claims_of(world, token):
    published = (await world.anonymous().get("/.well-known/jwks.json")).json
    decoded = jwt.decode(token, jwk.KeySet.import_key_set(published), algorithms=["Ed25519"])
    return decoded.header, decoded.claims


@pytest.mark.item("Q1", "Q19")
async def test_exchange_gives_a_token_that_names_both_for_a_minute(world, jean, edith):
    delegation = await world.add(jean, edith)
    before = int(time.time())
    reply = await world.exchange(edith, jean)
    header, claims = await claims_of(world, reply.json["access_token"])
    assert reply.status == 200
    assert (reply.json["token_type"], reply.json["expires_in"]) == ("Bearer", 60)
    assert reply.json["issued_token_type"] == ACCESS_TOKEN
    assert reply.headers["Cache-Control"] == "no-store"
    assert header["typ"] == "at+jwt"
    assert claims["exp"] - claims["iat"] == 60
    assert before <= claims["iat"] <= time.time()
    varying = ("iat", "exp", "jti")
    assert {name: value for name, value in claims.items() if name not in varying} == {
        "iss": "http://mandat.example.com/delegation",
        "aud": "mandat",
        "sub": str(jean.id),
        "name": "Jean Piette",
        "lang": "fr",
        "act": {"sub": str(edith.id), "name": "Édith Descartes"},
        "licence": str(jean.licence),
        "matricule": "5003",
        "dlg": delegation,
        "dlg_v": 2,
    }


async def test_exchange_never_outlives_the_token_it_came_from(world, jean, edith):
    await world.add(jean, edith)
    caller = web.Api(world.base, world.token(edith, exp=int(time.time()) + 20))
    reply = await world.exchange(edith, jean, caller=caller)
    assert 18 <= reply.json["expires_in"] <= 20


async def test_exchange_says_that_acting_started_once_in_half_an_hour(world, jean, edith):
    delegation = await world.add(jean, edith)
    for _ in range(3):
        assert (await world.exchange(edith, jean)).status == 200
    (event,) = await world.said(STARTED)
    assert (event.sequence, event.subject) == (2, f"delegation/{delegation}")
    assert (event.actor, event.onbehalfof) == (f"user:{edith.id}", f"user:{jean.id}")
    await world.age_acting(delegation, 29)
    await world.exchange(edith, jean)
    assert len(await world.said(STARTED)) == 1
    await world.age_acting(delegation, 2)
    await world.exchange(edith, jean)
    assert [2, 3] == [one.sequence for one in await world.said(STARTED)]


@pytest.mark.item("Q4")
async def test_exchange_of_an_acting_token_is_refused_as_in_person_only(world, jean, claire, edith):
    """Claire acts for Jean and is herself a delegator of Édith: no token leads from Édith to Jean."""
    await world.add(claire, edith)
    await world.add(jean, claire)
    acting = web.Api(world.base, world.issuer.acting(delegator=claire.id, delegate=edith.id))
    reply = await world.exchange(edith, jean, caller=acting)
    assert (403, "in-person-only") == (reply.status, reply.slug)


@pytest.mark.item("Q4")
async def test_exchange_of_somebody_elses_token_is_at_fault(world, jean, edith, pierre):
    await world.add(jean, edith)
    reply = await world.exchange(pierre, jean, subject_token=world.token(edith))
    assert (400, "invalid-token-request") == (reply.status, reply.slug)
    assert (reply.json["error"], reply.json["parameter"]) == ("invalid_request", "subject_token")


@pytest.mark.item("Q7")
async def test_exchange_after_the_removal_is_refused(world, jean, edith):
    delegation = await world.add(jean, edith)
    assert (await world.exchange(edith, jean)).status == 200
    await world.remove(jean, delegation)
    reply = await world.exchange(edith, jean)
    assert (403, "no-delegation") == (reply.status, reply.slug)
    assert (reply.json["error"], reply.json["rule"]) == ("invalid_request", "Q1")
    assert reply.json["detail"].startswith("Demandez à l’arpenteur-géomètre de vous désigner")


async def test_exchange_for_a_suspended_licence_is_refused_until_reinstated(world, jean, edith):
    await world.add(jean, edith)
    await world.suspend(jean)
    assert (await world.exchange(edith, jean)).slug == "licence-suspended"
    assert await world.said(STARTED) == []
    await world.reinstate(jean)
    assert (await world.exchange(edith, jean)).status == 200


@pytest.mark.item("Q2")
async def test_exchange_for_somebody_who_is_no_surveyor_is_refused(world, jean, edith, nobody):
    for delegator in (edith, nobody):
        assert (await world.exchange(jean, delegator)).slug == "not-a-surveyor"


async def test_exchange_for_oneself_is_refused(world, jean):
    assert (await world.exchange(jean, jean)).slug == "no-delegation"


async def test_exchange_by_an_application_or_nobody_is_refused(world, jean):
    assert (await world.exchange(jean, jean, caller=world.as_application())).slug == "not-permitted"
    assert (await world.exchange(jean, jean, caller=world.anonymous())).slug == "sign-in-required"


@pytest.mark.parametrize(
    ("change", "error", "parameter"),
    [
        ({"grant_type": "client_credentials"}, "unsupported_grant_type", "grant_type"),
        ({"grant_type": ""}, "invalid_request", "grant_type"),
        ({"subject_token": None}, "invalid_request", "subject_token"),
        ({"delegator": "5003"}, "invalid_request", "delegator"),
        ({"audience": "https://elsewhere.example.com"}, "invalid_target", "audience"),
        ({"scope": "all"}, "invalid_scope", "scope"),
    ],
)
async def test_exchange_with_a_wrong_parameter_names_it(world, jean, edith, *, change, error, parameter):
    await world.add(jean, edith)
    reply = await world.exchange(edith, jean, **change)
    assert (400, error, parameter) == (reply.status, reply.json["error"], reply.json["parameter"])


async def test_exchange_ignores_parameters_it_does_not_know(world, jean, edith):
    await world.add(jean, edith)
    assert (await world.exchange(edith, jean, client_id="portal", audience="mandat")).status == 200


async def test_acting_token_for_an_application_is_for_it_alone(world, jean, edith):
    await world.add(jean, edith)
    for audience, believed in ((None, "mandat"), ("", "mandat"), ("mines", "mines")):
        reply = await world.exchange(edith, jean, audience=audience)
        assert (await claims_of(world, reply.json["access_token"]))[1]["aud"] == believed


async def test_exchange_as_json_is_refused(world, jean, edith):
    reply = await world.as_(edith).post("/v1/token", {"delegator": str(jean.id)})
    assert (415, "unsupported-media-type") == (reply.status, reply.slug)


async def test_published_keys_hold_no_private_half(world):
    (key,) = (await world.anonymous().get("/.well-known/jwks.json")).json["keys"]
    assert (key["kty"], key["crv"], key["alg"]) == ("OKP", "Ed25519", "Ed25519")
    assert "d" not in key
