import asyncio
import base64

import pytest

from services.identity.commands import register_application
from shared.contracts.problems import identity as problems
from tests.integration.identity.conftest import Somebody

EDITH = Somebody()
SECRET = "s" * 43
GRANT = {"grant_type": "client_credentials"}


async def introduce(world, secret=None, client_id="cadastre"):
    async with world.pool.transaction() as connection:
        return await register_application(connection, client_id, "Cadastre", secret)


def basic(client_id: str, secret: str) -> dict[str, str]:
    return {"Authorization": "Basic " + base64.b64encode(f"{client_id}:{secret}".encode()).decode()}


async def ask(world, secret, client_id="cadastre"):
    return await world.anonymous.form("/v1/token", GRANT | {"client_id": client_id, "client_secret": secret})


async def test_token_for_client_credentials_names_the_application(world):
    secret = await introduce(world)
    reply = await ask(world, secret)
    claims = await world.claims(reply.json)
    assert (reply.status, set(reply.json)) == (200, {"access_token", "token_type", "expires_in"})
    assert (claims["sub"], claims["client_id"], claims["app"], "roles" in claims) == (
        "cadastre",
        "cadastre",
        True,
        False,
    )


async def test_token_for_client_credentials_in_the_header_works(world):
    secret = await introduce(world)
    assert (await world.anonymous.form("/v1/token", GRANT, headers=basic("cadastre", secret))).status == 200


async def test_token_is_not_to_be_stored(world):
    secret = await introduce(world)
    assert (await ask(world, secret)).headers["Cache-Control"] == "no-store"


async def test_token_request_ignores_parameters_it_does_not_know(world):
    secret = await introduce(world)
    form = GRANT | {"client_id": "cadastre", "client_secret": secret, "scope": "all"}
    assert (await world.anonymous.form("/v1/token", form)).status == 200


@pytest.mark.parametrize(
    ("form", "headers", "status", "error"),
    [
        (GRANT | {"client_id": "cadastre", "client_secret": "x" * 43}, {}, 401, "invalid_client"),
        (GRANT | {"client_id": "nobody", "client_secret": SECRET}, {}, 401, "invalid_client"),
        (GRANT | {"client_id": "a\x00", "client_secret": SECRET}, {}, 401, "invalid_client"),
        (GRANT | {"client_id": "cadastre"}, {}, 401, "invalid_client"),
        (GRANT, {}, 401, "invalid_client"),
        (GRANT, basic("cadastre", "x" * 43), 401, "invalid_client"),
        (GRANT, {"Authorization": "Basic !"}, 401, "invalid_client"),
        (GRANT, {"Authorization": "Basic " + base64.b64encode(b"nocolon").decode()}, 401, "invalid_client"),
        (GRANT | {"client_id": "cadastre", "client_secret": SECRET}, basic("cadastre", SECRET), 400, "invalid_request"),
        ({"grant_type": "password"}, {}, 400, "unsupported_grant_type"),
        ({}, {}, 400, "invalid_request"),
        ({"grant_type": "refresh_token"}, {}, 400, "invalid_request"),
        ({"grant_type": "refresh_token", "refresh_token": "x" * 43}, {}, 400, "invalid_grant"),
    ],
)
async def test_token_request_refused_answers_as_oauth_clients_expect(world, form, headers, status, error):
    await introduce(world, SECRET)
    reply = await world.anonymous.form("/v1/token", form, headers=headers)
    assert (reply.status, reply.json["error"]) == (status, error)


async def test_token_refreshed_through_oauth_is_the_same_rotation(world):
    await world.verified(EDITH)
    tokens = await world.signed_in(EDITH)
    form = {"grant_type": "refresh_token", "refresh_token": tokens["refresh_token"]}
    reply = await world.anonymous.form("/v1/token", form)
    twin = await world.refresh(tokens["refresh_token"])
    assert (reply.status, reply.json["refresh_token"]) == (200, twin.json["refresh_token"])


async def test_application_is_no_person_and_no_operator(world):
    secret = await introduce(world)
    caller = world.as_((await ask(world, secret)).json)
    assert [(await caller.get(path)).slug for path in ("/v1/me", "/v1/operators")] == ["not-permitted"] * 2


async def test_application_added_by_an_operator_gets_a_secret_that_works(world):
    _, caller = await world.operator()
    reply = await caller.post("/v1/applications", {"client_id": "permits", "name": "Permis"})
    assert (reply.status, (await ask(world, reply.json["client_secret"], "permits")).status) == (201, 200)


async def test_application_added_twice_is_refused_as_client_id_taken(world):
    _, caller = await world.operator()
    body = {"client_id": "permits", "name": "Permis"}
    assert [(await caller.post("/v1/applications", body)).status for _ in range(2)] == [201, 409]


async def test_application_added_many_times_at_once_is_added_once(world):
    _, caller = await world.operator()
    body = {"client_id": "permits", "name": "Permis"}
    replies = await asyncio.gather(*(caller.post("/v1/applications", body) for _ in range(8)))
    assert sorted(reply.status for reply in replies) == [201] + [409] * 7


@pytest.mark.parametrize("client_id", ["A", "a", "Permits", "per mits", "-permits", "permits-", "x" * 41, "é-permis"])
async def test_application_with_a_malformed_client_id_is_refused(world, client_id):
    _, caller = await world.operator()
    assert (await caller.post("/v1/applications", {"client_id": client_id, "name": "P"})).slug == "validation-failed"


async def test_applications_listed_show_no_secret(world):
    await introduce(world)
    _, caller = await world.operator()
    [one] = (await caller.get("/v1/applications")).json["applications"]
    assert (one["client_id"], one["name"], one["secrets"], len(one)) == ("cadastre", "Cadastre", 1, 4)


async def test_applications_are_managed_by_operators_only(world):
    await world.verified(EDITH)
    caller = world.as_(await world.signed_in(EDITH))
    body = {"client_id": "permits", "name": "Permis"}
    assert (await caller.post("/v1/applications", body)).slug == "not-permitted"


async def test_application_secret_rotated_leaves_the_former_one_for_a_day(world):
    old = await introduce(world)
    _, caller = await world.operator()
    new = (await caller.post("/v1/applications/cadastre/secret")).json["client_secret"]
    assert [(await ask(world, one)).status for one in (old, new)] == [200, 200]
    await world.later("application_secret", "ends_at", "24 hours")
    assert [(await ask(world, one)).status for one in (old, new)] == [401, 200]


async def test_application_secret_rotated_twice_ends_the_oldest_at_once(world):
    first = await introduce(world)
    _, caller = await world.operator()
    second, third = [(await caller.post("/v1/applications/cadastre/secret")).json["client_secret"] for _ in range(2)]
    assert [(await ask(world, one)).status for one in (first, second, third)] == [401, 200, 200]


async def test_application_removed_gets_no_token_any_more(world):
    secret = await introduce(world)
    _, caller = await world.operator()
    replies = [await caller.delete("/v1/applications/cadastre") for _ in range(2)]
    assert ([reply.status for reply in replies], (await ask(world, secret)).status) == ([204, 404], 401)


async def test_application_of_a_configured_secret_may_be_introduced_at_every_start(world):
    await introduce(world, SECRET)
    assert (await introduce(world, SECRET), (await ask(world, SECRET)).status) == (SECRET, 200)


async def test_application_introduced_again_without_a_secret_is_refused(world):
    await introduce(world)
    with pytest.raises(problems.ClientIdTaken):
        await introduce(world)


async def test_application_of_a_short_secret_is_refused(world):
    with pytest.raises(ValueError, match="32"):
        await introduce(world, "short")


async def test_application_secret_at_rest_is_only_its_digest(world):
    secret = await introduce(world)
    assert secret.encode() not in await world.pool.fetchval("select digest from application_secret")


async def test_keys_are_published_and_may_be_kept_for_a_minute(world):
    reply = await world.anonymous.get("/.well-known/jwks.json")
    assert (reply.status, reply.headers["Cache-Control"], [set(key) for key in reply.json["keys"]]) == (
        200, "public, max-age=60", [{"alg", "crv", "kid", "kty", "use", "x"}],
    )  # fmt: skip


async def test_metadata_names_our_endpoints(world):
    reply = await world.anonymous.get("/.well-known/oauth-authorization-server")
    issuer = "http://mandat.example.com/identity"
    assert (reply.json["issuer"], reply.json["token_endpoint"]) == (issuer, f"{issuer}/v1/token")
    assert reply.json["jwks_uri"] == f"{issuer}/.well-known/jwks.json"
