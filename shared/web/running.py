"""What is being answered: how much at once, and for how long."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from shared.contracts.problems import common

if TYPE_CHECKING:
    from types import TracebackType

AT_ONCE = 512
LONGEST = 10.0
"""Seconds. What runs when the process is to end is given as long (`runtime.serve`)."""
ROUNDS = 20
"""How often the clock is looked at while the longest work lasts: it is ended up to a twentieth later."""


class Running:
    """All work of one service under way. What takes longer than `LONGEST` seconds is ended by a TimeoutError.

    One look at the clock for all of it, now and then: a timer for each request costs more than reading it.
    """

    def __init__(self) -> None:
        self._began: dict[asyncio.Task[object], float] = {}
        self._late: set[asyncio.Task[object]] = set()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._watching = False

    def __len__(self) -> int:
        return len(self._began)

    def work(self, *, endless: bool = False) -> _Work:
        """Run a block as work of the current task; `temporarily-unavailable` when there is too much already."""
        return _Work(self, endless=endless)

    def begin(self, *, endless: bool) -> asyncio.Task[object]:
        """Take up the current task."""
        if len(self._began) >= AT_ONCE:
            raise common.TemporarilyUnavailable(retry_after=1)
        loop = self._loop
        if loop is None:
            loop = self._loop = asyncio.get_running_loop()
        task = asyncio.current_task(loop)
        assert task is not None
        self._began[task] = float("inf") if endless else loop.time()
        if not self._watching:
            self._watching = True
            loop.call_later(LONGEST / ROUNDS, self._look)
        return task

    def end(self, task: asyncio.Task[object]) -> bool:
        """Put the task away; tell whether it took too long."""
        del self._began[task]
        if task not in self._late:
            return False
        self._late.discard(task)
        return True

    def _look(self) -> None:
        assert self._loop is not None
        self._watching = bool(self._began)
        if not self._watching:
            return
        latest = self._loop.time() - LONGEST
        for task in [one for one, began in self._began.items() if began < latest and one not in self._late]:
            self._late.add(task)
            task.cancel()
        self._loop.call_later(LONGEST / ROUNDS, self._look)


class _Work:
    """A block of work; as a class, because contextlib's way costs ten times as much and every request takes it."""

    __slots__ = ("_endless", "_running", "_task")

    def __init__(self, running: Running, *, endless: bool) -> None:
        self._running = running
        self._endless = endless

    def __enter__(self) -> None:
        self._task = self._running.begin(endless=self._endless)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        del trace
        if self._running.end(self._task) and self._task.uncancel() == 0 and kind is asyncio.CancelledError:
            raise TimeoutError from error
