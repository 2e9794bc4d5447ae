import asyncio
from dataclasses import replace

from services.identity import workers
from tests.integration.identity.conftest import Somebody, shown

EDITH = Somebody()
REGISTERED, REPEATED = "user.registered.v1", "registration.repeated.v1"


async def test_verify_with_an_unknown_token_is_refused(world):
    reply = await world.anonymous.post("/v1/verifications", {"token": "x" * 43})
    assert (reply.status, reply.slug) == (410, "link-invalid")


async def test_verify_twice_changes_nothing_more(world):
    await world.register(EDITH)
    token = await world.token_of(REGISTERED)
    replies = [await world.anonymous.post("/v1/verifications", {"token": token}) for _ in range(2)]
    assert ([reply.status for reply in replies], len(await world.said("user.verified.v1"))) == ([204, 204], 1)


async def test_verify_by_many_at_once_says_it_once(world):
    await world.register(EDITH)
    token = await world.token_of(REGISTERED)
    replies = await asyncio.gather(*(world.anonymous.post("/v1/verifications", {"token": token}) for _ in range(10)))
    assert {reply.status for reply in replies} == {204}
    assert len(await world.said("user.verified.v1")) == 1


async def test_verify_after_a_day_is_refused(world):
    await world.register(EDITH)
    token = await world.token_of(REGISTERED)
    await world.later("link", "expires_at", "24 hours")
    assert (await world.anonymous.post("/v1/verifications", {"token": token})).slug == "link-invalid"


async def test_verification_asked_again_mails_a_new_link_that_works(world):
    await world.register(EDITH)
    await world.later("link", "expires_at", "24 hours")
    reply = await world.anonymous.post("/v1/verifications/requests", {"email": "Edith@mandat.example.com"})
    await world.work_off()
    token = await world.token_of("verification.requested.v1")
    assert (reply.status, (await world.said())[-1].data["sent_to"]) == (202, EDITH.email)
    assert (await world.anonymous.post("/v1/verifications", {"token": token})).status == 204


async def test_verification_asked_for_by_unknown_verified_and_unverified_gives_the_same_answer(world):
    verified = await world.verified()
    await world.register(EDITH)
    replies = [
        await world.anonymous.post("/v1/verifications/requests", {"email": email})
        for email in ("nobody@mandat.example.com", verified.email, EDITH.email)
    ]
    await world.work_off()
    assert shown(replies[0]) == shown(replies[1]) == shown(replies[2])
    assert len(await world.said("verification.requested.v1")) == 1


async def test_token_at_rest_is_only_its_digest(world):
    await world.register(EDITH)
    token = await world.token_of(REGISTERED)
    rows = await world.pool.fetch("select digest from link")
    assert len(rows) == 1
    assert token.encode() not in rows[0]["digest"]


async def test_address_of_somebody_who_never_proved_it_is_free_again_after_its_link_expired(world):
    await world.register(replace(EDITH, username="squatter"))
    await world.later("link", "expires_at", "24 hours")
    await world.register(EDITH)
    assert [(one.type.removeprefix("identity."), one.data["username"]) for one in await world.said()] == [
        (REGISTERED, "squatter"), ("user.removed.v1", ""), (REGISTERED, EDITH.username),
    ]  # fmt: skip


async def test_user_name_of_somebody_who_never_proved_his_address_is_free_again_after_his_link_expired(world):
    await world.register(replace(EDITH, email="squatter@mandat.example.com"))
    await world.later("link", "expires_at", "24 hours")
    assert (await world.register(EDITH)).status == 202
    assert (await world.said())[-1].data["email"] == EDITH.email


async def test_address_under_verification_is_not_given_to_another(world):
    await world.register(EDITH)
    await world.register(replace(EDITH, username="other"))
    assert [one.type.removeprefix("identity.") for one in await world.said()] == [REGISTERED, REPEATED]


async def test_tidy_forgets_people_who_did_not_prove_their_address_within_a_week(world):
    await world.register(EDITH)
    verified = await world.verified()
    await world.later("link", "expires_at", "8 days")
    await world.later("person", "created_at", "8 days")
    await workers.tidy(world.deps)
    people = await world.pool.fetch("select username from person")
    assert ([row["username"] for row in people], (await world.said())[-1].type) == (
        [verified.username], "identity.user.removed.v1",
    )  # fmt: skip


async def test_tidy_within_the_week_forgets_nobody(world):
    await world.register(EDITH)
    await world.later("link", "expires_at", "6 days")
    await world.later("person", "created_at", "6 days")
    await workers.tidy(world.deps)
    assert await world.pool.fetchval("select count(*) from person") == 1


async def test_request_that_fails_is_tried_again_in_a_minute_and_does_not_hold_up_others(world, monkeypatch):
    async def fail(*_):
        raise RuntimeError("a fault")

    monkeypatch.setitem(workers.WORK, "username", fail)
    await world.anonymous.post("/v1/recoveries/username", {"email": EDITH.email})
    await world.register(EDITH)
    waiting = await world.pool.fetch("select kind, due_at > now() + interval '50 seconds' as later from request")
    assert ([tuple(row) for row in waiting], len(await world.said(REGISTERED))) == ([("username", True)], 1)
