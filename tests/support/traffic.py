"""Requests through the gateway, many and all the time, and what they were answered."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import aiohttp

CALLERS = 16
PAUSE = 0.02
"""Seconds between two calls of one caller: without, they would take the processors from what is replaced."""


@dataclass
class Traffic:
    """What came back, by status; `slowest` is in seconds."""

    answers: Counter[str] = field(default_factory=Counter)
    slowest: float = 0.0
    stop: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def failed(self) -> dict[str, int]:
        """What was not answered as it should be."""
        return {what: count for what, count in self.answers.items() if what != "200"}

    async def until(self, total: int) -> None:
        """Wait until so many were answered."""
        while self.answers.total() < total:
            await asyncio.sleep(0.1)

    async def call(self, http: aiohttp.ClientSession, url: str) -> None:
        """Call one address until told to stop."""
        loop = asyncio.get_running_loop()
        while not self.stop.is_set():
            begun = loop.time()
            try:
                async with http.get(url) as answer:
                    await answer.read()
                    self.answers[str(answer.status)] += 1
            except (aiohttp.ClientError, TimeoutError) as error:
                self.answers[type(error).__name__] += 1
            self.slowest = max(self.slowest, loop.time() - begun)
            await asyncio.sleep(PAUSE)


@asynccontextmanager
async def traffic(*urls: str) -> AsyncIterator[Traffic]:
    """Keep calling these addresses for a while."""
    made = Traffic()
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=30)) as http, asyncio.TaskGroup() as group:
        for number in range(CALLERS):
            group.create_task(made.call(http, urls[number % len(urls)]))
        try:
            yield made
        finally:
            made.stop.set()
