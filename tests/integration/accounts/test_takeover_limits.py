"""Asking to take over an account writes to all its contacts: nobody makes a nuisance of it (T26)."""

from __future__ import annotations

from tests.integration.accounts.test_disputes import ask, orphaned


async def test_take_over_asked_for_and_withdrawn_again_and_again_is_limited(world):
    account, jannee, _ = await orphaned(world)
    for _ in range(5):
        asked = await ask(world, jannee, account)
        assert asked.status == 201, asked
        assert (await world.as_(jannee).delete(f"/v1/takeovers/{asked.json['id']}")).status == 204
    refused = await ask(world, jannee, account)
    assert (429, "too-many-requests") == (refused.status, refused.slug)
    assert int(refused.headers["Retry-After"]) > 3600
    assert len(await world.said("accounts.takeover.announced.v1")) == 5
