"""Requests that take a while, sent to a process that is about to be told to end."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass

import aiohttp

from tests.chaos.system import System

SLOW = 12
WORDS = {
    "identity": ("/identity/v1/recoveries/username", b'{"email": "nobody@mandat.example.com"}'),
    "delegation": ("/delegation/v1/candidates/search", b'{"by": "username", "value": "nobody-of-that-name"}'),
}
"""What is asked: the body is read before anything is answered."""


@dataclass
class Told:
    """What became of the requests: answered before the process was told to end, after it, or cut.

    One that gets no more than word that it was given up is cut too.
    """

    before: int = 0
    after: int = 0
    cut: int = 0


async def trickling(body: bytes, seconds: float) -> AsyncIterator[bytes]:
    """Send a body in two halves."""
    yield body[:5]
    await asyncio.sleep(seconds)
    yield body[5:]


async def stop_under_way(system: System, name: str, longest: float) -> tuple[Told, float]:
    """Tell a service to end while requests are under way; give what became of them and the seconds until it ended."""
    told, ended = Told(), asyncio.Event()
    await system.world.sign_in(system.surveyors[0])  # a token that ends would be refused before the body is read
    path, body = WORDS[name]
    url = system.apart.urls[name] + path
    head = {"Content-Type": "application/json", "Authorization": f"Bearer {system.surveyors[0].caller.token}"}

    async def ask(http: aiohttp.ClientSession, seconds: float) -> None:
        try:
            async with http.post(url, data=trickling(body, seconds), headers=head) as answer:
                await answer.read()
                assert answer.status != 401, "inconclusive: refused at once"
                answered = answer.status < 500
        except (aiohttp.ClientError, OSError):
            answered = False
        told.cut += not answered
        told.after += answered and ended.is_set()
        told.before += answered and not ended.is_set()

    connector = aiohttp.TCPConnector(force_close=True, limit=0)
    async with aiohttp.ClientSession(connector=connector) as http, asyncio.TaskGroup() as group:
        for number in range(SLOW):
            group.create_task(ask(http, longest * number / SLOW))
        await asyncio.sleep(longest / 3)
        ended.set()
        began = time.monotonic()
        await system.programs[name].stop()
        took = time.monotonic() - began
    return told, took
