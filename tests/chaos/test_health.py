"""O7: who asks whether a process lives is not told of its database and broker; who asks whether it is ready is."""

from __future__ import annotations

import asyncio
import time
from functools import partial

import aiohttp
import pytest

from tests.chaos import scorecard
from tests.chaos.proxy import Proxy
from tests.chaos.system import System
from tests.support.messaging import eventually

pytestmark = [pytest.mark.broker, pytest.mark.slow, pytest.mark.timeout(600)]

NAMES = ("identity", "accounts", "delegation", "notifications", "audit", "cadastre")
PROMPT = 3.0


async def statuses(system: System, page: str) -> set[int]:
    """Ask every service at once."""

    async def ask(http: aiohttp.ClientSession, name: str) -> int:
        async with http.get(f"{system.apart.urls[name]}/{page}") as answer:
            await answer.read()
            return answer.status

    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=20)) as http:
        return set(await asyncio.gather(*(ask(http, name) for name in NAMES)))


async def connected(proxy: Proxy) -> bool:
    """Tell whether anybody is connected through a proxy."""
    return bool(proxy.passages)


async def shown(system: System, status: int) -> float:
    """Wait until every service is ready, or none; give the seconds it took, bounded in a full run."""
    began = time.monotonic()

    async def all_say() -> bool:
        return await statuses(system, "readyz") == {status}

    await eventually(all_say, seconds=60)
    seconds = time.monotonic() - began
    assert not scorecard.FULL or seconds <= PROMPT
    return seconds


async def test_services_whose_database_and_broker_are_away_live_and_say_that_they_are_not_ready(system: System):
    assert await statuses(system, "readyz") == {200}
    slowest, lived = 0.0, []
    for _ in range(times := scorecard.count(1, 5)):
        for proxy in (system.to_database, system.to_broker):
            # After the last round they come back to the broker when their pause is over.
            await eventually(partial(connected, proxy), True, seconds=60)  # noqa: FBT003 - the answer wanted
            proxy.refusing = True
            assert proxy.cut() > 0, "inconclusive: nobody was connected"
        slowest = max(slowest, await shown(system, 503))
        lived.append(await statuses(system, "livez"))
        system.to_database.refusing = False
        # The outbox takes what the broker does not: without it they are ready.
        slowest = max(slowest, await shown(system, 200))
        lived.append(await statuses(system, "livez"))
        system.to_broker.refusing = False
    ended = {name: code for name in NAMES if (code := system.programs[name].process.returncode) is not None}
    assert (lived, ended) == ([{200}] * 2 * times, {})
    scorecard.note("O7", "database and broker away", times, restarts=0, slowest_shown_s=round(slowest, 1))


async def test_service_whose_life_hangs_on_its_database_would_be_restarted(system: System):
    await system.kill("audit")
    await system.again("audit", sabotage="live-while-ready")
    system.to_database.refusing = True
    system.to_database.cut()
    live = await statuses(system, "livez")
    system.to_database.refusing = False
    await shown(system, 200)
    await system.kill("audit")
    await system.again("audit")
    assert live == {200, 503}
    scorecard.note("O7", "control: live-while-ready", 1, restarts=1)
