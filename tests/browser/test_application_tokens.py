"""What an application is sent by the portal: a token that says who comes, and opens nothing anywhere else."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest

from services import client
from tests.browser.conftest import Cast
from tests.browser.connected import Region
from tests.browser.windows import Windows
from tests.journeys.world import World

pytestmark = pytest.mark.browser

PLACES = (
    "/identity/v1/me",
    "/identity/v1/sessions",
    "/accounts/v1/accounts",
    "/delegation/v1/me",
    "/delegation/v1/delegates",
    "/notifications/v1/emails",
    "/audit/v1/activities",
    "/cadastre/v1/files",
    "/permits/v1/actions",
)


def read(token: str) -> dict[str, Any]:
    """Read what a token says, without believing it."""
    part = token.split(".")[1]
    return dict(json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))))


@pytest.mark.item("Q8", "Q9")
@pytest.mark.parametrize("who", ["claire", "edith"])
async def test_token_that_an_application_is_sent_is_believed_by_nobody_else(
    windows: Windows, cast: Cast, here: Region, world: World, who: str
) -> None:
    person = getattr(cast, who)
    here.heard.clear()
    async with windows.open(f"/fr/pour/{cast.claire.matricule}/services/strange", person, base_url=here.url):
        (token,) = set(here.heard["strange"])
    claims = read(token)
    assert (claims["aud"], claims["sub"]) == ("strange", cast.claire.id)
    assert claims.get("act", {}).get("sub") == (None if person is cast.claire else cast.edith.id)
    assert not claims.keys() & {"sid", "roles", "pwd_at", "username"}
    caller = client.Caller(world.http, world.urls, token)
    for place in PLACES:
        assert (await caller.call("GET", place)).slug == "sign-in-required", place
        assert (await person.caller.call("GET", place)).slug != "sign-in-required", place
    at_mines = client.Caller(world.http, lambda _: here.mines.url, token)
    assert (await at_mines.call("GET", "/cadastre/v1/files")).slug == "sign-in-required"


@pytest.mark.item("Q8")
async def test_application_that_an_operator_removed_is_sent_nothing_more(
    windows: Windows, cast: Cast, here: Region, world: World
) -> None:
    operator = (await world.operator()).caller
    here.heard.clear()
    assert (await operator.call("DELETE", "/identity/v1/applications/moved")).status == 204
    try:
        async with windows.open(f"/fr/pour/{cast.jean.matricule}/services/moved", cast.jean, base_url=here.url) as page:
            assert "Temporairement indisponible" in await page.locator("h1").inner_text()
        assert "moved" not in here.heard
    finally:
        await operator.post("/identity/v1/applications", {"client_id": "moved", "name": "Moved"})
