"""A person's own token exchanged for one that a single application believes (RFC 8693)."""

from __future__ import annotations

from typing import Any

import pytest

from shared.contracts.audiences import ACCESS_TOKEN, JWT, TOKEN_EXCHANGE
from shared.crypto import verify
from tests.integration.identity.conftest import Somebody
from tests.integration.identity.test_oauth import introduce

EDITH = Somebody()


async def exchange(world, token: str, audience: str | None = "cadastre", **more: Any):
    form = {"grant_type": TOKEN_EXCHANGE, "subject_token": token, "subject_token_type": ACCESS_TOKEN}
    given = {name: value for name, value in (form | {"audience": audience} | more).items() if value is not None}
    return await world.as_({"access_token": token}).form("/v1/token", given)


@pytest.fixture
async def tokens(world) -> dict[str, Any]:
    await introduce(world)
    await world.verified(EDITH)
    return await world.signed_in(EDITH)


async def test_token_for_an_application_says_who_comes_and_nothing_more(world, tokens):
    reply = await exchange(world, tokens["access_token"])
    assert (reply.status, reply.headers["Cache-Control"]) == (200, "no-store")
    assert (reply.json["issued_token_type"], reply.json["token_type"]) == (ACCESS_TOKEN, "Bearer")
    own, claims = await world.claims(tokens), await world.claims_for("cadastre", reply.json)
    assert set(claims) == {"iss", "aud", "sub", "name", "lang", "iat", "exp", "jti"}
    assert (claims["aud"], claims["sub"], claims["name"]) == ("cadastre", own["sub"], own["name"])
    assert claims["exp"] <= own["exp"]
    assert 0 < reply.json["expires_in"] <= 300


async def test_token_for_an_application_is_believed_by_no_service_of_ours_nor_another(world, tokens):
    narrowed = (await exchange(world, tokens["access_token"])).json
    assert [(await world.as_(narrowed).get(path)).slug for path in ("/v1/me", "/v1/sessions")] == [
        "sign-in-required"
    ] * 2
    assert (await exchange(world, narrowed["access_token"])).slug == "sign-in-required"
    with pytest.raises(verify.InvalidToken, match="aud"):
        await world.claims_for("permits", narrowed)


async def test_token_for_an_application_says_no_role_of_an_operator(world):
    await introduce(world)
    _, caller = await world.operator()
    reply = await exchange(world, caller.token)
    assert "roles" not in await world.claims_for("cadastre", reply.json)


@pytest.mark.parametrize("audience", [None, "", "mandat", "permits", "Cadastre et cie", "a\x00b"])
async def test_exchange_for_no_application_that_is_known_is_refused_as_invalid_target(world, tokens, audience):
    reply = await exchange(world, tokens["access_token"], audience)
    assert (reply.status, reply.slug, reply.json["error"]) == (400, "invalid-target", "invalid_target")


async def test_exchange_for_an_application_that_was_removed_is_refused(world, tokens):
    _, caller = await world.operator()
    assert (await exchange(world, tokens["access_token"])).status == 200
    assert (await caller.delete("/v1/applications/cadastre")).status == 204
    assert (await exchange(world, tokens["access_token"])).slug == "invalid-target"


@pytest.mark.parametrize(
    "change",
    [
        {"subject_token": "x"},
        {"subject_token": None},
        {"subject_token_type": None},
        {"subject_token_type": "urn:ietf:params:oauth:token-type:refresh_token"},
        {"requested_token_type": "urn:ietf:params:oauth:token-type:refresh_token"},
        {"actor_token": "x"},
        {"resource": "https://cadastre.example.org"},
    ],
    ids=str,
)
async def test_exchange_of_another_shape_is_refused_as_invalid_request(world, tokens, change):
    reply = await exchange(world, tokens["access_token"], **change)
    assert (reply.status, reply.json["error"]) == (400, "invalid_request")


async def test_exchange_of_a_session_that_has_ended_is_refused(world, tokens):
    assert (await exchange(world, tokens["access_token"], subject_token_type=JWT)).status == 200
    await world.as_(tokens).delete("/v1/sessions/current")
    assert (await exchange(world, tokens["access_token"])).slug == "sign-in-required"


async def test_exchange_by_an_application_or_nobody_is_refused(world, tokens):
    secret = await introduce(world, client_id="permits")
    form = {"grant_type": "client_credentials", "client_id": "permits", "client_secret": secret}
    application = (await world.anonymous.form("/v1/token", form)).json["access_token"]
    assert (await exchange(world, application)).slug == "sign-in-required"
    nobody = {"grant_type": TOKEN_EXCHANGE, "subject_token": tokens["access_token"], "audience": "cadastre"}
    assert (await world.anonymous.form("/v1/token", nobody)).slug == "sign-in-required"


async def test_application_cannot_be_called_as_mandat_is(world):
    _, caller = await world.operator()
    assert (await caller.post("/v1/applications", {"client_id": "mandat", "name": "M"})).slug == "validation-failed"


async def test_look_token_for_an_application_is_for_it_alone(world):
    await introduce(world)
    await world.verified(EDITH)
    somebody, caller = await world.operator()
    body = {"username": EDITH.username, "reason": "Aide demandée au téléphone", "password": somebody.password}
    look = (await caller.post("/v1/looks", body)).json["id"]
    told = (await caller.post(f"/v1/looks/{look}/token?audience=cadastre")).json
    assert (await world.as_(told).get("/v1/me")).slug == "sign-in-required"
    claims = await world.claims_for("cadastre", told, verify.LOOK)
    assert (claims["aud"], claims["look"]["id"]) == ("cadastre", look)
    assert (await caller.post(f"/v1/looks/{look}/token?audience=permits")).slug == "invalid-target"
