"""Keeps the long tasks of a process going: restarts the one that ends, gives up on the one that keeps ending."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import structlog

from shared.db.connections import Unavailable

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterable

    from shared.service import Worker

log = structlog.get_logger()

ENDS = 3
WITHIN = 60.0
PAUSE = 1.0
STOPPING = 10.0


class WorkerFailed(Exception):
    """A worker ended three times within 60 seconds: the process is of no use and must be started anew.

    Ends because the database is away do not count: a new process would not have it either.
    """


class StrayCancellation(Exception):
    """A library raised CancelledError into a task that nobody cancelled: a failure like any other."""


@asynccontextmanager
async def strays_as_failures() -> AsyncIterator[None]:
    """Turn a CancelledError that nobody asked for into `StrayCancellation`; a real one passes."""
    try:
        yield
    except asyncio.CancelledError as error:
        task = asyncio.current_task()
        if task is None or task.cancelling():
            raise
        raise StrayCancellation from error


@dataclass(slots=True)
class _Watched:
    worker: Worker
    since: float
    restarts: int = 0
    ends: deque[float] = field(default_factory=lambda: deque(maxlen=ENDS))

    def ended(self, now: float) -> bool:
        """Count an end; tell whether that was one too many."""
        self.ends.append(now)
        return len(self.ends) == ENDS and now - self.ends[0] <= WITHIN


class Supervisor:
    """Runs workers side by side, each restarted after `pause` seconds when it ends or fails."""

    def __init__(
        self, workers: Iterable[Worker], *, pause: float = PAUSE, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._pause = pause
        self._clock = clock
        self._watched = [_Watched(worker, since=clock()) for worker in workers]

    def state(self) -> dict[str, dict[str, Any]]:
        """Tell by worker how many seconds it has run since its last start, and how often it was restarted."""
        return {
            watched.worker.name: {"age": round(self._clock() - watched.since, 1), "restarts": watched.restarts}
            for watched in self._watched
        }

    async def run(self, stop: asyncio.Event) -> None:
        """Run until `stop` is set; raise `WorkerFailed` when one keeps ending."""
        tasks = {asyncio.create_task(self._keep(watched), name=watched.worker.name) for watched in self._watched}
        stopping = asyncio.create_task(stop.wait())
        try:
            done, _ = await asyncio.wait({stopping, *tasks}, return_when=asyncio.FIRST_COMPLETED)
            for task in done - {stopping}:
                task.result()
        finally:
            await _cancel({stopping, *tasks})

    async def _keep(self, watched: _Watched) -> None:
        while True:
            watched.since = self._clock()
            error = await _outcome(watched.worker)
            watched.restarts += 1
            log.error("worker ended", worker=watched.worker.name, restarts=watched.restarts, exc_info=error)
            if not isinstance(error, Unavailable) and watched.ended(self._clock()):
                raise WorkerFailed(watched.worker.name) from error
            await asyncio.sleep(self._pause)


async def _outcome(worker: Worker) -> Exception | None:
    # A worker runs as a task of its own, so that whatever cancels it leaves its supervisor alone.
    running = asyncio.ensure_future(worker.run())
    try:
        await asyncio.wait({running})
    finally:
        await _cancel({running})
    if running.cancelled():
        return StrayCancellation()
    error = running.exception()
    return error if error is None or isinstance(error, Exception) else StrayCancellation(repr(error))


async def _cancel(tasks: set[asyncio.Task[Any]]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.wait(tasks, timeout=STOPPING)


async def supervise(workers: Iterable[Worker], stop: asyncio.Event) -> None:
    """Run workers until `stop` is set; raise `WorkerFailed` when one keeps ending."""
    await Supervisor(workers).run(stop)
