import asyncio

import pytest

from services.identity import limits as limiting
from tests.integration.identity.conftest import Somebody

EDITH = Somebody()
UNKNOWN = "nobody@mandat.example.com"


async def test_refresh_gives_new_tokens_of_the_same_session(world):
    await world.verified(EDITH)
    tokens = await world.signed_in(EDITH)
    reply = await world.refresh(tokens["refresh_token"])
    before, after = await world.claims(tokens), await world.claims(reply.json)
    assert (reply.status, before["sid"] == after["sid"], before["jti"] == after["jti"]) == (200, True, False)
    assert reply.json["refresh_token"] != tokens["refresh_token"]


async def test_refresh_fifty_times_at_once_gives_everybody_the_same_successor(world):
    await world.verified(EDITH)
    tokens = await world.signed_in(EDITH)
    replies = await asyncio.gather(*(world.refresh(tokens["refresh_token"]) for _ in range(50)))
    successors = {reply.json["refresh_token"] for reply in replies}
    assert ({reply.status for reply in replies}, len(successors)) == ({200}, 1)
    assert await world.pool.fetchval("select count(*) from refresh where used_at is null") == 1
    assert (await world.refresh(successors.pop())).status == 200


async def test_refresh_again_within_the_grace_gives_the_same_successor(world):
    await world.verified(EDITH)
    tokens = await world.signed_in(EDITH)
    first = await world.refresh(tokens["refresh_token"])
    await world.later("refresh", "used_at", "40 seconds")
    second = await world.refresh(tokens["refresh_token"])
    assert first.json["refresh_token"] == second.json["refresh_token"]


async def test_refresh_again_after_the_grace_ends_the_whole_session(world):
    """A stolen token, or the thief's successor, is worth nothing any more (threat T12, goal S7)."""
    await world.verified(EDITH)
    tokens = await world.signed_in(EDITH)
    successor = (await world.refresh(tokens["refresh_token"])).json
    await world.later("refresh", "used_at", "46 seconds")
    stolen = await world.refresh(tokens["refresh_token"])
    honest = await world.refresh(successor["refresh_token"])
    assert [(one.status, one.slug) for one in (stolen, honest)] == [(401, "sign-in-required")] * 2
    assert (await world.as_(successor).get("/v1/me")).status == 401


async def test_refresh_again_after_the_grace_leaves_other_sessions_alone(world):
    await world.verified(EDITH)
    tokens, other = await world.signed_in(EDITH), await world.signed_in(EDITH)
    await world.refresh(tokens["refresh_token"])
    await world.later("refresh", "used_at", "46 seconds")
    await world.refresh(tokens["refresh_token"])
    assert (await world.refresh(other["refresh_token"])).status == 200


async def test_refresh_after_the_session_was_idle_too_long_is_refused(world):
    await world.verified(EDITH)
    tokens = await world.signed_in(EDITH)
    await world.later("refresh", "expires_at", "12 hours")
    assert (await world.refresh(tokens["refresh_token"])).status == 401


async def test_refresh_after_the_longest_life_of_a_session_is_refused(world):
    await world.verified(EDITH)
    tokens = await world.signed_in(EDITH)
    await world.later("session", "expires_at", "30 days")
    assert (await world.refresh(tokens["refresh_token"])).status == 401


async def test_refresh_in_the_grace_of_an_ended_session_is_refused(world):
    await world.verified(EDITH)
    tokens = await world.signed_in(EDITH)
    successor = (await world.refresh(tokens["refresh_token"])).json
    await world.as_(successor).delete("/v1/sessions/current")
    assert (await world.refresh(tokens["refresh_token"])).status == 401


@pytest.mark.parametrize("token", ["x" * 43, "x" * 20])
async def test_refresh_with_an_unknown_token_is_refused(world, token):
    assert (await world.refresh(token)).slug == "sign-in-required"


async def test_refresh_while_signing_out_never_revives_the_session(world):
    await world.verified(EDITH)
    for _ in range(5):
        tokens = await world.signed_in(EDITH)
        replies = await asyncio.gather(
            world.as_(tokens).delete("/v1/sessions/current"), world.refresh(tokens["refresh_token"])
        )
        later = [await world.refresh(one.json["refresh_token"]) for one in replies if one.status == 200]
        assert [one.status for one in later] == [401] * len(later)


async def test_refresh_shows_what_changed_since(world):
    await world.verified(EDITH)
    tokens = await world.signed_in(EDITH)
    await world.as_(tokens).patch("/v1/me", {"first_name": "Edith", "language": "en"})
    claims = await world.claims((await world.refresh(tokens["refresh_token"])).json)
    assert (claims["name"], claims["lang"]) == ("Edith Descartes", "en")


async def test_refresh_token_at_rest_is_a_digest_and_its_successor_sealed(world):
    await world.verified(EDITH)
    first = (await world.signed_in(EDITH))["refresh_token"]
    second = (await world.refresh(first)).json["refresh_token"]
    stored = b"".join(
        bytes(row["digest"]) + bytes(row["successor"] or b"") for row in await world.pool.fetch("select * from refresh")
    )
    assert [first.encode() in stored, second.encode() in stored] == [False, False]


@pytest.mark.item("Q22")
async def test_sign_out_ends_this_session_at_once_and_no_other(world):
    await world.verified(EDITH)
    here, elsewhere = await world.signed_in(EDITH), await world.signed_in(EDITH)
    assert (await world.as_(here).delete("/v1/sessions/current")).status == 204
    assert (await world.as_(here).get("/v1/me")).status == 401
    assert (await world.refresh(here["refresh_token"])).status == 401
    assert (await world.as_(elsewhere).get("/v1/me")).status == 200


async def test_sign_out_everywhere_ends_every_session(world):
    await world.verified(EDITH)
    here, elsewhere = await world.signed_in(EDITH), await world.signed_in(EDITH)
    assert (await world.as_(here).delete("/v1/sessions")).status == 204
    assert [(await world.as_(one).get("/v1/me")).status for one in (here, elsewhere)] == [401, 401]


async def test_sessions_listed_are_mine_with_the_current_one_marked(world):
    await world.verified(EDITH)
    await world.signed_in(await world.verified())
    first, second = await world.signed_in(EDITH), await world.signed_in(EDITH)
    reply = await world.as_(first).get("/v1/sessions")
    sids = [(await world.claims(one))["sid"] for one in (second, first)]
    assert [(one["id"], one["current"]) for one in reply.json["sessions"]] == [(sids[0], False), (sids[1], True)]


async def test_session_ended_by_its_id_is_over(world):
    await world.verified(EDITH)
    here, elsewhere = await world.signed_in(EDITH), await world.signed_in(EDITH)
    sid = (await world.claims(elsewhere))["sid"]
    assert (await world.as_(here).delete(f"/v1/sessions/{sid}")).status == 204
    assert (await world.refresh(elsewhere["refresh_token"])).status == 401


async def test_session_of_somebody_else_cannot_be_ended(world):
    await world.verified(EDITH)
    mine, his = await world.signed_in(EDITH), await world.signed_in(await world.verified())
    sid = (await world.claims(his))["sid"]
    reply = await world.as_(mine).delete(f"/v1/sessions/{sid}")
    assert (reply.status, (await world.as_(his).get("/v1/me")).status) == (404, 200)


async def test_devices_are_kept_to_the_twenty_used_last(world):
    await world.verified(EDITH)
    for _ in range(22):
        await world.signed_in(EDITH)
    assert await world.pool.fetchval("select count(*) from device") == 20


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("192.0.2.7", "192.0.2.7"), ("::ffff:192.0.2.7", "192.0.2.7"), ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::1", "2001:db8:1:2::/64"), ("", "unknown"), ("x", "unknown"),
    ],
)  # fmt: skip
def test_network_of_a_client_address_is_what_is_limited(address, expected):
    assert limiting.network(address) == expected
