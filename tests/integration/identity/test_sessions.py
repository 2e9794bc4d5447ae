import asyncio
from dataclasses import replace

import argon2
import pytest

from services.identity.commands import sessions
from tests.integration.identity.conftest import OTHER, Somebody, shown

EDITH = Somebody()
UNKNOWN = "nobody@mandat.example.com"


@pytest.mark.item("Q14")
@pytest.mark.parametrize("login", ["edescartes", "EDescartes", "edith@mandat.example.com", "EDITH@mandat.example.com"])
async def test_sign_in_by_user_name_or_address_gives_tokens_and_the_person(world, login):
    await world.verified(EDITH)
    reply = await world.try_sign_in(login, EDITH.password)
    assert (reply.status, reply.json["token_type"], reply.json["user"]["username"]) == (201, "Bearer", "edescartes")


@pytest.mark.item("Q8", "Q24")
async def test_sign_in_gives_a_token_with_the_documented_claims(world):
    await world.verified(EDITH)
    tokens = await world.signed_in(EDITH)
    claims = await world.claims(tokens)
    changed_at = await world.pool.fetchval("select floor(extract(epoch from password_changed_at))::bigint from person")
    session_id = await world.pool.fetchval("select id from session")
    expected = {
        "iss": "http://mandat.example.com/identity", "aud": "mandat", "sub": tokens["user"]["id"],
        "sid": str(session_id), "name": "Édith Descartes", "username": "edescartes", "lang": "fr", "roles": [],
        "pwd_at": changed_at,
    }  # fmt: skip
    own = {name: claims.pop(name) for name in ("iat", "exp", "jti")}
    assert (claims, own["exp"] - own["iat"], tokens["expires_in"]) == (expected, 300, 300)


@pytest.mark.item("decision 12")
async def test_sign_in_of_an_unknown_person_and_with_a_wrong_password_give_the_same_answer(world):
    await world.verified(EDITH)
    replies = [await world.try_sign_in(login, OTHER) for login in (UNKNOWN, "nobody", EDITH.username, EDITH.email)]
    assert [shown(reply) for reply in replies] == [shown(replies[0])] * 4
    assert (replies[0].status, replies[0].slug) == (401, "wrong-credentials")


async def test_sign_in_of_an_unknown_person_costs_as_many_hashes_as_a_wrong_password(world):
    await world.verified(EDITH)
    counts = []
    for login in (UNKNOWN, EDITH.username):
        before = world.deps.hasher.count
        await world.try_sign_in(login, OTHER)
        counts.append(world.deps.hasher.count - before)
    assert counts == [1, 1]


async def test_sign_in_of_an_unknown_person_waits_as_long_as_of_a_known_one(world):
    await world.verified(EDITH)
    statuses = {}
    for login in (UNKNOWN, EDITH.username):
        statuses[login] = [(await world.try_sign_in(login, OTHER)).status for _ in range(5)]
    assert statuses[UNKNOWN] == statuses[EDITH.username] == [401, 401, 401, 429, 429]


async def test_sign_in_with_the_same_password_typed_in_another_unicode_form_works(world):
    await world.verified(replace(EDITH, password="chevre-riviere-été-47"))
    assert (await world.try_sign_in(EDITH.username, "chevre-riviere-e\u0301te\u0301-47")).status == 201


@pytest.mark.parametrize("login", ["nul\x00", "line\nline", "", "x" * 255])
async def test_sign_in_with_a_malformed_login_is_refused(world, login):
    assert (await world.try_sign_in(login, OTHER)).slug == "validation-failed"


async def test_sign_in_guessing_waits_longer_and_longer_up_to_a_quarter_of_an_hour(world):
    await world.verified(EDITH)
    waits = []
    for _ in range(9):
        await world.try_sign_in(EDITH.username, OTHER)
        blocked = await world.try_sign_in(EDITH.username, OTHER)
        waits.append(int(blocked.headers.get("Retry-After", 0)))
        await world.pool.execute("update attempt set free_at = clock_timestamp()")
    assert waits == [0, 60, 120, 240, 480, 900, 900, 900, 900]


async def test_sign_in_guessing_many_times_at_once_gets_three_guesses(world):
    await world.verified(EDITH)
    replies = await asyncio.gather(*(world.try_sign_in(EDITH.username, OTHER) for _ in range(30)))
    assert sorted(reply.status for reply in replies) == [401] * 3 + [429] * 27


async def test_sign_in_by_user_name_and_by_address_share_their_guesses(world):
    await world.verified(EDITH)
    replies = [await world.try_sign_in(login, OTHER) for login in (EDITH.username, EDITH.email) * 2]
    assert [reply.status for reply in replies] == [401, 401, 401, 429]


async def test_sign_in_after_the_wait_works_and_starts_anew(world):
    await world.verified(EDITH)
    for _ in range(3):
        await world.try_sign_in(EDITH.username, OTHER)
    await world.later("attempt", "free_at", "1 minute")
    await world.signed_in(EDITH)
    assert [(await world.try_sign_in(EDITH.username, OTHER)).status for _ in range(2)] == [401, 401]


async def test_sign_in_while_guessed_at_works_on_a_known_device(world):
    """Nobody can lock a victim out (threat T2, goal S5)."""
    await world.verified(EDITH)
    device = (await world.signed_in(EDITH))["device_token"]
    for _ in range(4):
        await world.try_sign_in(EDITH.username, OTHER)
    elsewhere = await world.try_sign_in(EDITH.username, EDITH.password)
    at_home = await world.try_sign_in(EDITH.username, EDITH.password, device_token=device)
    assert [elsewhere.status, at_home.status] == [429, 201]


async def test_sign_in_on_a_known_device_makes_no_new_device(world):
    await world.verified(EDITH)
    device = (await world.signed_in(EDITH))["device_token"]
    assert (await world.signed_in(EDITH, device_token=device))["device_token"] is None


async def test_sign_in_with_a_device_of_somebody_else_is_no_known_device(world):
    await world.verified(EDITH)
    device = (await world.signed_in(await world.verified()))["device_token"]
    replies = [await world.try_sign_in(EDITH.username, OTHER, device_token=device) for _ in range(4)]
    plain = await world.try_sign_in(EDITH.username, EDITH.password)
    assert ([reply.status for reply in replies], plain.status) == ([401, 401, 401, 429], 429)


async def test_sign_in_guessing_on_a_known_device_is_limited_too(world):
    await world.verified(EDITH)
    device = (await world.signed_in(EDITH))["device_token"]
    replies = [await world.try_sign_in(EDITH.username, OTHER, device_token=device) for _ in range(4)]
    assert [reply.status for reply in replies] == [401, 401, 401, 429]


@pytest.mark.parametrize("limits", [{"failures_per_hour": 4}])
async def test_sign_in_spraying_many_accounts_from_one_address_is_stopped(world):
    replies = [await world.try_sign_in(f"somebody{number}", OTHER) for number in range(6)]
    assert [reply.status for reply in replies] == [401] * 4 + [429] * 2


@pytest.mark.parametrize("limits", [{"failures_in_all_per_hour": 4}])
async def test_sign_in_spraying_from_everywhere_is_stopped_and_known_devices_go_on(world):
    await world.verified(EDITH)
    device = (await world.signed_in(EDITH))["device_token"]
    replies = [await world.try_sign_in(f"somebody{number}", OTHER) for number in range(5)]
    known = await world.try_sign_in(EDITH.username, EDITH.password, device_token=device)
    assert ([reply.status for reply in replies], known.status) == ([401] * 4 + [429], 201)


async def test_sign_in_with_a_hash_of_older_parameters_renews_it(world):
    await world.verified(EDITH)
    old = argon2.PasswordHasher(memory_cost=8192, time_cost=1, parallelism=1).hash(EDITH.password)
    await world.pool.execute("update person set password_hash = $1", old)
    await world.signed_in(EDITH)
    renewed = await world.pool.fetchval("select password_hash from person")
    assert (renewed[:30], (await world.try_sign_in(EDITH.username, EDITH.password)).status) == (
        "$argon2id$v=19$m=19456,t=2,p=1", 201,
    )  # fmt: skip


async def test_sign_in_when_too_many_hashes_wait_is_unavailable(world, monkeypatch):
    monkeypatch.setattr(world.deps.hasher, "_most", 1)
    replies = await asyncio.gather(*(world.try_sign_in(f"somebody{number}", OTHER) for number in range(8)))
    statuses = {reply.status for reply in replies}
    assert statuses == {401, 503}
    assert all(reply.headers["Retry-After"] == "1" for reply in replies if reply.status == 503)


async def test_begin_after_the_password_changed_meanwhile_is_refused(world):
    await world.verified(EDITH)
    person = await sessions.store.find_person(world.pool, EDITH.username)
    await world.pool.execute("update person set password_changed_at = now()")
    with pytest.raises(sessions.problems.WrongCredentials):
        async with world.pool.transaction() as connection:
            await sessions.begin(world.deps, connection, person, remember_device=False)
