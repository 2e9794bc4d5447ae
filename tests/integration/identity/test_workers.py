import re
from dataclasses import replace

import pytest

from services.identity import app, routes, workers
from shared.db.pool import Unavailable
from tests.integration.identity.conftest import Somebody

EDITH = Somebody()


async def test_build_composes_the_service_from_its_settings(world):
    made = await app.build(world.deps.settings, world.infra)
    assert (made.name, [area.name for area in made.areas], made.subscriptions) == (
        "identity",
        ["identity", "crypto"],
        (),
    )
    assert [worker.name for worker in made.workers] == ["identity.requests", "identity.keys", "identity.tidy"]


async def test_worker_that_finds_the_database_away_goes_on(world):
    async def away(_deps):
        raise Unavailable("gone")

    assert await workers._patiently(world.deps, away) is None


async def test_worker_lets_other_errors_be_seen_by_the_supervisor(world):
    async def fault(_deps):
        raise RuntimeError("a fault of ours")

    with pytest.raises(RuntimeError):
        await workers._patiently(world.deps, fault)


async def test_rotate_keys_when_the_key_is_old_publishes_the_next_and_tokens_stay_good(world):
    await world.verified(EDITH)
    tokens = await world.signed_in(EDITH)
    await world.pool.execute("update signing_key set created_at = created_at - interval '31 days'")
    await workers.rotate_keys(world.deps)
    published = (await world.anonymous.get("/.well-known/jwks.json")).json["keys"]
    assert (len(published), (await world.as_(tokens).get("/v1/me")).status) == (2, 200)


async def test_rotate_keys_when_the_key_is_new_does_nothing(world):
    await workers.rotate_keys(world.deps)
    assert len((await world.anonymous.get("/.well-known/jwks.json")).json["keys"]) == 1


async def test_tidy_forgets_what_ended_long_ago_and_keeps_the_rest(world):
    await world.verified(EDITH)
    tokens, other = await world.signed_in(EDITH), await world.signed_in(EDITH)
    await world.as_(other).delete("/v1/sessions/current")
    await world.try_sign_in("nobody", EDITH.password)
    await world.pool.execute("update session set ended_at = ended_at - interval '31 days'")
    await world.later("attempt", "last_at", "2 days")
    await world.later("link", "expires_at", "9 days")
    await workers.tidy(world.deps)
    counts = {}
    for table in ("session", "refresh", "attempt", "link", "person"):
        counts[table] = await world.pool.fetchval(f"select count(*) from {table}")
    assert counts == {"session": 1, "refresh": 1, "attempt": 0, "link": 0, "person": 1}
    assert (await world.refresh(tokens["refresh_token"])).status == 200


async def test_tidy_gives_up_requests_that_failed_for_a_day_and_frees_their_user_names(world, monkeypatch):
    async def fail(*_):
        raise RuntimeError("a fault")

    with monkeypatch.context() as patch:
        patch.setitem(workers.WORK, "registration", fail)
        await world.register(EDITH)
    await world.later("request", "requested_at", "25 hours")
    await workers.tidy(world.deps)
    assert (await world.register(replace(EDITH, email="other@mandat.example.com"))).status == 202
    assert (await world.said())[-1].data["email"] == "other@mandat.example.com"


@pytest.mark.parametrize("route", routes.ROUTES, ids=lambda route: f"{route.method} {route.path}")
async def test_route_without_a_token_answers_only_where_anyone_may_call(world, route):
    path = re.sub(r"{(session|look)_id}", "018f0000-0000-7000-8000-000000000000", route.path)
    path = path.replace("{client_id}", "cadastre").replace("{username}", "edescartes")
    reply = await world.anonymous.call(route.method, path)
    open_to_all = route.permission.scope == "anyone"
    assert (reply.slug != "sign-in-required") == open_to_all
    assert reply.status < 500
