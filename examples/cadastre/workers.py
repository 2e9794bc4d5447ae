"""What cadastre still has to say to Mandat is said by a worker, again until it is taken."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

from examples.cadastre import store
from shared import requests, service
from shared.contracts import problems

if TYPE_CHECKING:
    from examples.cadastre.mandat import Mandat
    from shared.db.pool import Pool

Say = Callable[[list[dict[str, Any]]], Awaitable[dict[str, str]]]
POLL = 1.0
"""Seconds between looks when nothing wakes the worker."""
TAKEN = frozenset({"accepted", "duplicate"})


class Wake:
    """Wakes the workers of this process after a commit; the poll serves whatever it misses."""

    def __init__(self) -> None:
        self._events: list[asyncio.Event] = []

    def call(self) -> None:
        """Wake them all."""
        for event in self._events:
            event.set()

    async def wait(self, event: asyncio.Event) -> None:
        """Sleep until called, a second at most."""
        try:
            await asyncio.wait_for(event.wait(), POLL)
        except TimeoutError:
            return
        finally:
            event.clear()

    def event(self) -> asyncio.Event:
        """Give one worker its bell."""
        self._events.append(asyncio.Event())
        return self._events[-1]


def table(pool: Pool, mandat: Mandat, wake: Wake) -> tuple[service.Worker, ...]:
    """Give the workers: one for activities, one for alerts."""
    return (
        service.Worker("cadastre.activities", _saying(pool, "activity", mandat.report, wake)),
        service.Worker("cadastre.alerts", _saying(pool, "alert", mandat.alert, wake)),
    )


def _saying(pool: Pool, kind: str, say: Say, wake: Wake) -> Callable[[], Awaitable[None]]:
    async def run() -> None:
        bell = wake.event()
        while True:
            if not await say_due(pool, kind, say):
                await wake.wait(bell)

    return run


async def say_due(pool: Pool, kind: str, say: Say) -> int:
    """Say what is due once; give how many were taken. What is not taken is due again later."""
    rows = await store.claim_sayings(pool, kind)
    if not rows:
        return 0
    with requests.working_for(requests.Origin(correlation_id=rows[0]["correlation_id"])):
        try:
            outcomes = await say([row["body"] for row in rows])
        except problems.Problem:
            return 0
    taken = [key for key, outcome in outcomes.items() if outcome in TAKEN]
    await store.mark_said(pool, taken)
    return len(taken)
