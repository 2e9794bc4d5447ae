"""What an application still has to say to Mandat: kept with what makes it true, and said until it is taken."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import TYPE_CHECKING, Any

import structlog

from shared import requests, service
from shared.contracts import problems
from shared.db import queries

if TYPE_CHECKING:
    from shared.db.pool import Connection, Pool

SQL = queries.load("examples.connected")
Say = Callable[[list[dict[str, Any]]], Awaitable[dict[str, str]]]
"""Says a batch; gives the outcome of each key."""
POLL = 1.0
"""Seconds between looks when nothing wakes the worker."""
HOUR = 3600.0
AT_ONCE = 1_000
TAKEN = frozenset({"accepted", "duplicate"})
NEVER = frozenset({"unreadable", "unknown-kind", "conflict"})
"""Outcomes that stay as they are; whoever is unknown may become known."""
FAILED = "failed"
"""Mandat answers with an error of its own: said again until that is mended, apart from the rest of its batch."""
REFUSALS = 150
"""Refusals after which something is given up: about a day, as the waits grow to ten minutes."""

log = structlog.get_logger()


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


async def keep(connection: Connection, kind: str, body: dict[str, Any]) -> None:
    """Keep what is to be said, once by its key."""
    await connection.execute(SQL["insert_saying"], body["key"], kind, body, requests.current().correlation_id)


def workers(name: str, pool: Pool, wake: Wake, says: Mapping[str, Say], days: int) -> tuple[service.Worker, ...]:
    """Give one worker for each kind of saying, and who forgets what was taken so many days ago."""
    return (
        *(service.Worker(f"{name}.{kind}", _saying(pool, kind, say, wake)) for kind, say in says.items()),
        service.every(f"{name}.said", HOUR, lambda: delete_said(pool, days)),
    )


async def delete_said(pool: Pool, days: int) -> None:
    """Forget what Mandat took so many days ago: it knows it by its key longer than that."""
    while len(await pool.fetch(SQL["delete_said"], days, AT_ONCE)) == AT_ONCE:
        pass


def _saying(pool: Pool, kind: str, say: Say, wake: Wake) -> Callable[[], Awaitable[None]]:
    async def run() -> None:
        bell = wake.event()
        while True:
            if not await say_due(pool, kind, say):
                await wake.wait(bell)

    return run


async def say_due(pool: Pool, kind: str, say: Say) -> int:
    """Say what is due once; give how many were taken. What is not taken is due again later, or given up."""
    rows = await pool.fetch(SQL["claim_sayings"], kind)
    if not rows:
        return 0
    with requests.working_for(requests.Origin(correlation_id=rows[0]["correlation_id"])):
        try:
            outcomes = await say([row["body"] for row in rows])
        except problems.Problem:
            return 0
    taken = [key for key, outcome in outcomes.items() if outcome in TAKEN]
    await pool.execute(SQL["mark_said"], taken)
    await _refuse(pool, kind, {key: outcome for key, outcome in outcomes.items() if outcome not in TAKEN})
    return len(taken)


async def _refuse(pool: Pool, kind: str, refused: Mapping[str, str]) -> None:
    if failed := [key for key, outcome in refused.items() if outcome == FAILED]:
        log.warning("set aside: Mandat fails at it", kind=kind, keys=failed)
    if refused:
        columns = list(refused), list(refused.values())
        for row in await pool.fetch(SQL["mark_refused"], *columns, list(NEVER), REFUSALS):
            log.error("given up: Mandat does not take it", kind=row["kind"], key=row["key"], outcome=row["refused"])
