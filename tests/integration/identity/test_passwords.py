import asyncio
from dataclasses import replace

import pytest

from tests.integration.identity.conftest import OTHER, PASSPHRASE, Somebody, shown

EDITH = Somebody()
THIRD = "cordage-mirador-bouleau-18"
RESET, REMINDER = "reset.requested.v1", "username.requested.v1"


async def change(world, tokens, old=PASSPHRASE, new=OTHER):
    return await world.as_(tokens).post("/v1/password", {"old_password": old, "new_password": new})


async def ask_reset(world, login):
    reply = await world.anonymous.post("/v1/recoveries/password", {"login": login})
    await world.work_off()
    return reply


async def reset(world, token, new=OTHER):
    return await world.anonymous.post("/v1/password-resets", {"token": token, "new_password": new})


@pytest.mark.item("Q24", "decision 12")
async def test_change_password_ends_the_other_sessions_and_goes_on_in_a_new_one(world):
    await world.verified(EDITH)
    here, elsewhere = await world.signed_in(EDITH), await world.signed_in(EDITH)
    reply = await change(world, here)
    ended = [(await world.as_(one).get("/v1/me")).status for one in (here, elsewhere)]
    assert (reply.status, ended, (await world.as_(reply.json).get("/v1/me")).status) == (200, [401, 401], 200)


@pytest.mark.item("Q24")
async def test_change_password_is_told_by_the_new_token_and_an_event(world):
    await world.verified(EDITH)
    await world.later("person", "password_changed_at", "25 hours")
    tokens = await world.signed_in(EDITH)
    before = await world.claims(tokens)
    after = await world.claims((await change(world, tokens)).json)
    [said] = await world.said("password.changed.v1")
    assert after["pwd_at"] - before["pwd_at"] >= 25 * 3600
    assert (said.data["by_recovery"], said.actor) == (False, f"user:{tokens['user']['id']}")


async def test_change_password_lets_only_the_new_one_sign_in(world):
    await world.verified(EDITH)
    await change(world, await world.signed_in(EDITH))
    replies = [await world.try_sign_in(EDITH.username, one) for one in (PASSPHRASE, OTHER)]
    assert [reply.status for reply in replies] == [401, 201]


async def test_change_password_with_a_wrong_old_one_is_refused_and_changes_nothing(world):
    await world.verified(EDITH)
    tokens = await world.signed_in(EDITH)
    reply = await change(world, tokens, old=THIRD)
    assert (reply.status, reply.slug) == (403, "wrong-password")
    assert (await world.as_(tokens).get("/v1/me")).status == 200


async def test_change_password_guessing_the_old_one_is_limited(world):
    await world.verified(EDITH)
    tokens = await world.signed_in(EDITH)
    replies = [await change(world, tokens, old=THIRD) for _ in range(4)]
    assert [reply.status for reply in replies] == [403, 403, 403, 429]


@pytest.mark.parametrize(
    ("new", "reason"), [(PASSPHRASE, "unchanged"), ("court", "too-short"), ("edith.descartes!!", "personal")]
)
async def test_change_password_to_a_weak_one_is_refused_with_the_reason(world, new, reason):
    await world.verified(EDITH)
    reply = await change(world, await world.signed_in(EDITH), new=new)
    assert (reply.status, reply.slug, reply.json["reason"]) == (422, "password-too-weak", reason)


async def test_change_password_twice_at_once_is_done_once(world):
    await world.verified(EDITH)
    tokens = await world.signed_in(EDITH)
    replies = await asyncio.gather(change(world, tokens, new=OTHER), change(world, tokens, new=THIRD))
    signed_in = [(await world.try_sign_in(EDITH.username, one)).status for one in (OTHER, THIRD)]
    assert sorted(reply.status for reply in replies) == [200, 403]
    assert (sorted(signed_in), len(await world.said("password.changed.v1"))) == ([201, 401], 1)


async def test_change_password_forgets_the_known_devices(world):
    await world.verified(EDITH)
    tokens = await world.signed_in(EDITH)
    await change(world, tokens)
    reply = await world.try_sign_in(EDITH.username, OTHER, device_token=tokens["device_token"])
    assert reply.json["device_token"] is not None


async def test_change_password_makes_a_pending_recovery_link_worthless(world):
    await world.verified(EDITH)
    await ask_reset(world, EDITH.username)
    await change(world, await world.signed_in(EDITH))
    assert (await reset(world, await world.token_of(RESET), THIRD)).slug == "link-invalid"


@pytest.mark.item("Q14")
async def test_forgotten_user_name_is_mailed_to_the_owner(world):
    await world.verified(EDITH)
    reply = await world.anonymous.post("/v1/recoveries/username", {"email": "EDITH@mandat.example.com"})
    await world.work_off()
    [said] = await world.said(REMINDER)
    assert (reply.status, said.data["username"], said.data["email"]) == (202, EDITH.username, EDITH.email)


async def test_forgotten_user_name_of_a_known_and_an_unknown_address_gives_the_same_answer(world):
    await world.verified(EDITH)
    emails = (EDITH.email, "nobody@mandat.example.com")
    replies = [await world.anonymous.post("/v1/recoveries/username", {"email": email}) for email in emails]
    await world.work_off()
    assert shown(replies[0]) == shown(replies[1])
    assert len(await world.said(REMINDER)) == 1


@pytest.mark.item("Q14")
@pytest.mark.parametrize("login", [EDITH.username, EDITH.email])
async def test_forgotten_password_is_set_anew_by_the_link(world, login):
    await world.verified(EDITH)
    await ask_reset(world, login)
    assert (await reset(world, await world.token_of(RESET))).status == 204
    assert (await world.try_sign_in(EDITH.username, OTHER)).status == 201


async def test_forgotten_password_of_a_known_and_an_unknown_login_gives_the_same_answer_and_work(world):
    await world.verified(EDITH)
    logins = (EDITH.username, EDITH.email, "nobody", "nobody@mandat.example.com")
    hashes = world.deps.hasher.count
    replies = [await world.anonymous.post("/v1/recoveries/password", {"login": login}) for login in logins]
    assert [shown(reply) for reply in replies] == [shown(replies[0])] * 4
    assert await world.pool.fetchval("select count(*) from request") == 4
    assert world.deps.hasher.count == hashes


async def test_forgotten_password_changes_nothing_before_the_link_is_used(world):
    await world.verified(EDITH)
    tokens = await world.signed_in(EDITH)
    await ask_reset(world, EDITH.username)
    assert (await world.as_(tokens).get("/v1/me")).status == 200
    assert (await world.try_sign_in(EDITH.username, EDITH.password)).status == 201


async def test_forgotten_password_link_names_no_host(world):
    """The link's host comes from the settings of notifications, never from a request (threat T4)."""
    await world.verified(EDITH)
    await world.anonymous.post(
        "/v1/recoveries/password", {"login": EDITH.username}, headers={"X-Forwarded-Host": "evil.example.com"}
    )
    await world.work_off()
    [said] = await world.said(RESET)
    assert "evil" not in said.model_dump_json()


@pytest.mark.parametrize("limits", [{"letters_per_person_per_hour": 3}])
async def test_forgotten_password_over_and_over_mails_three_times_an_hour(world):
    await world.verified(EDITH)
    replies = [await ask_reset(world, EDITH.username) for _ in range(6)]
    assert ({reply.status for reply in replies}, len(await world.said(RESET))) == ({202}, 3)


@pytest.mark.parametrize("limits", [{"letters_per_hour": 3}])
async def test_forgotten_password_over_and_over_from_one_address_is_refused(world):
    replies = [await ask_reset(world, f"somebody{number}") for number in range(4)]
    assert [reply.status for reply in replies] == [202, 202, 202, 429]


async def test_forgotten_password_of_somebody_unverified_mails_the_verification_link(world):
    await world.register(EDITH)
    await ask_reset(world, EDITH.username)
    assert (await world.said())[-1].type == "identity.verification.requested.v1"


async def test_reset_ends_every_session_and_signs_nobody_in(world):
    await world.verified(EDITH)
    tokens = await world.signed_in(EDITH)
    await ask_reset(world, EDITH.username)
    reply = await reset(world, await world.token_of(RESET))
    assert (reply.status, reply.text) == (204, "")
    assert (await world.as_(tokens).get("/v1/me")).status == 401
    assert (await world.refresh(tokens["refresh_token"])).status == 401


async def test_reset_says_that_the_password_changed_by_recovery(world):
    await world.verified(EDITH)
    await ask_reset(world, EDITH.username)
    await reset(world, await world.token_of(RESET))
    [said] = await world.said("password.changed.v1")
    assert said.data["by_recovery"] is True


async def test_reset_twice_by_the_same_link_is_refused_the_second_time(world):
    await world.verified(EDITH)
    await ask_reset(world, EDITH.username)
    token = await world.token_of(RESET)
    replies = [await reset(world, token, new) for new in (OTHER, THIRD)]
    assert [(reply.status, reply.slug) for reply in replies] == [(204, None), (410, "link-invalid")]


async def test_reset_by_many_at_once_is_done_once(world):
    await world.verified(EDITH)
    await ask_reset(world, EDITH.username)
    token = await world.token_of(RESET)
    replies = await asyncio.gather(*(reset(world, token, new) for new in (OTHER, THIRD) * 5))
    signed_in = [(await world.try_sign_in(EDITH.username, new)).status for new in (OTHER, THIRD)]
    assert (sorted(reply.status for reply in replies), sorted(signed_in)) == ([204] + [410] * 9, [201, 401])


async def test_reset_with_one_of_two_links_makes_the_other_worthless(world):
    await world.verified(EDITH)
    await ask_reset(world, EDITH.username)
    first = await world.token_of(RESET)
    await ask_reset(world, EDITH.username)
    second = await world.token_of(RESET)
    replies = [await reset(world, token, new) for token, new in ((first, OTHER), (second, THIRD))]
    assert [reply.status for reply in replies] == [204, 410]


async def test_reset_after_half_an_hour_is_refused(world):
    await world.verified(EDITH)
    await ask_reset(world, EDITH.username)
    await world.later("link", "expires_at", "30 minutes")
    assert (await reset(world, await world.token_of(RESET))).slug == "link-invalid"


async def test_reset_by_a_verification_link_is_refused(world):
    await world.register(EDITH)
    assert (await reset(world, await world.token_of("user.registered.v1"))).slug == "link-invalid"


async def test_reset_to_a_weak_password_is_refused_and_the_link_still_works(world):
    await world.verified(EDITH)
    await ask_reset(world, EDITH.username)
    token = await world.token_of(RESET)
    weak, strong = await reset(world, token, "descartes-edith"), await reset(world, token)
    assert ((weak.slug, weak.json["reason"]), strong.status) == (("password-too-weak", "personal"), 204)


async def test_reset_of_an_unknown_token_costs_no_hash(world):
    before = world.deps.hasher.count
    await reset(world, "x" * 43)
    assert world.deps.hasher.count == before


async def test_reset_frees_a_victim_from_the_guesses_of_others(world):
    await world.verified(EDITH)
    for _ in range(4):
        await world.try_sign_in(EDITH.username, THIRD)
    await ask_reset(world, EDITH.username)
    await reset(world, await world.token_of(RESET))
    assert (await world.try_sign_in(EDITH.username, OTHER)).status == 201


async def test_reset_forgets_the_known_devices(world):
    await world.verified(EDITH)
    device = (await world.signed_in(EDITH))["device_token"]
    await ask_reset(world, EDITH.username)
    await reset(world, await world.token_of(RESET))
    assert (await world.signed_in(replace(EDITH, password=OTHER), device_token=device))["device_token"] is not None
