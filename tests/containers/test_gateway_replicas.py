"""Replicas come and go behind the gateway: nobody notices, and nothing that may not be done twice is."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from collections.abc import AsyncIterator

import aiohttp
import pytest

from tests.support import gateways
from tests.support.compose import docker
from tests.support.gateways import Rig

KNOWN = 2.5
"""Seconds until each worker of the gateway knows a replica: it asks for addresses when those it has are over a second
old, and counts whole seconds."""

pytestmark = [pytest.mark.containers, pytest.mark.timeout(300)]


@pytest.fixture(scope="module")
async def rig() -> AsyncIterator[Rig]:
    async with gateways.rig() as made:
        yield made


@pytest.fixture(scope="module")
async def base(rig: Rig) -> str:
    return f"http://127.0.0.1:{await rig.gateway()}"


@pytest.fixture
async def http() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=30)) as session:
        yield session


async def ask(http: aiohttp.ClientSession, url: str, method: str = "GET") -> tuple[int, str]:
    """Give the status and who answered."""
    async with http.request(method, url, data=b"x" if method == "POST" else None) as answer:
        body = json.loads(await answer.read())
        return answer.status, str(body.get("replica"))


async def answering(http: aiohttp.ClientSession, url: str, wanted: set[str]) -> None:
    """Wait until all these replicas, and no others, answer."""

    async def look() -> None:
        found = {await ask(http, url) for _ in range(20)}
        if found != {(200, replica) for replica in wanted}:
            raise OSError(f"{found} answer, not {wanted}")

    await gateways.until_it_can(look, 20)


async def test_service_that_is_away_is_a_problem_that_says_when_to_come_back(base, http) -> None:
    async with http.get(f"{base}/notifications/v1/x", headers={"Accept-Language": "en"}) as answer:
        body = json.loads(await answer.read())
    assert (answer.status, body["slug"]) == (503, "temporarily-unavailable")
    assert answer.headers["Retry-After"] == "1"
    assert body["title"] == "Temporarily unavailable"


async def test_replicas_that_come_and_go_are_found_and_nobody_notices(rig, base, http) -> None:
    url = f"{base}/audit/v1/x"
    first = await rig.replica("audit")
    number = str(len(rig.started) - 1)
    await answering(http, url, {number})
    answers: Counter[tuple[str, int | str]] = Counter()
    stop = asyncio.Event()

    async def load(method: str) -> None:
        while not stop.is_set():
            try:
                status, _ = await ask(http, url, method)
                answers[method, status] += 1
            except aiohttp.ClientPayloadError:
                answers["any", "cut"] += 1

    async with asyncio.TaskGroup() as group:
        for method in ("GET", "POST", "GET", "POST"):
            group.create_task(load(method))
        await rig.replica("audit")
        more = str(len(rig.started) - 1)
        await answering(http, url, {number, more})
        await asyncio.sleep(KNOWN)
        await docker("kill", first)
        await answering(http, url, {more})
        await docker("start", first)
        await answering(http, url, {number, more})
        stop.set()
    # What the killed replica had begun to answer, and a POST that it had, is not asked again: one of each who asks.
    broken = answers.pop(("POST", 503), 0) + answers.pop(("any", "cut"), 0)
    wanted = {("GET", 200), ("POST", 200)}
    assert (broken <= 4, set(answers)) == (True, wanted), f"{answers}\n{await rig.complaints()}"
    assert answers["GET", 200] > 50


async def test_request_whose_replica_dies_is_repeated_when_that_is_safe(rig, base, http) -> None:
    replicas = [await rig.replica("delegation") for _ in range(2)]
    numbers = {str(len(rig.started) - 2), str(len(rig.started) - 1)}
    await answering(http, f"{base}/delegation/v1/x", numbers)
    for method in ("GET", "POST", "PUT", "DELETE", "PATCH"):
        status, _ = await ask(http, f"{base}/delegation/{method}/dies", method)
        assert status == 503
    asked = Counter([line for replica in replicas for line in await rig.asked(replica) if line.endswith("dies")])
    assert asked == {
        "GET /delegation/GET/dies": 2,
        "PUT /delegation/PUT/dies": 2,
        "DELETE /delegation/DELETE/dies": 2,
        "POST /delegation/POST/dies": 1,
        "PATCH /delegation/PATCH/dies": 1,
    }


async def test_no_connection_to_a_replica_is_kept_between_requests(rig, base, http) -> None:
    """So a replica that ends has none to be cut."""
    await rig.replica("cadastre")
    await answering(http, f"{base}/cadastre/v1/x", {str(len(rig.started) - 1)})
    async with http.get(f"{base}/cadastre/v1/x") as answer:
        assert (await answer.json())["headers"]["connection"] == "close"
