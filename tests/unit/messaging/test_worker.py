"""Workers that end are started again; one that keeps ending brings the process down."""

from __future__ import annotations

import asyncio
import itertools

import pytest

from shared import worker
from shared.db.connections import Unavailable
from shared.service import Worker


class Ending:
    """A worker that ends in the given ways, one after the other, and then runs for ever."""

    def __init__(self, *ways: BaseException | None) -> None:
        self.ways = list(ways)
        self.starts = 0
        self.steady = asyncio.Event()
        self.cancelled = False

    async def __call__(self) -> None:
        self.starts += 1
        if self.ways:
            way = self.ways.pop(0)
            if way:
                raise way
            return
        self.steady.set()
        try:
            await asyncio.Event().wait()
        finally:
            self.cancelled = True


async def run_until_steady(ending: Ending, **options) -> worker.Supervisor:
    supervisor = worker.Supervisor([Worker("one", ending)], pause=0, **options)
    stop = asyncio.Event()
    running = asyncio.create_task(supervisor.run(stop))
    async with asyncio.timeout(5):
        await ending.steady.wait()
        stop.set()
        await running
    return supervisor


@pytest.mark.parametrize("way", [None, ValueError("broken"), asyncio.CancelledError()], ids=["end", "error", "stray"])
async def test_supervisor_with_a_worker_that_ended_starts_it_again(way):
    ending = Ending(way)
    await run_until_steady(ending)
    assert ending.starts == 2


async def test_supervisor_with_a_worker_that_ended_counts_the_restart():
    supervisor = await run_until_steady(Ending(ValueError()))
    assert supervisor.state()["one"]["restarts"] == 1


async def test_supervisor_told_to_stop_cancels_its_workers():
    ending = Ending()
    await run_until_steady(ending)
    assert ending.cancelled


async def test_supervisor_with_a_worker_that_ended_three_times_in_a_minute_gives_up():
    stubborn = Ending(*[ValueError("again")] * 10)
    steady = Ending()
    with pytest.raises(worker.WorkerFailed):
        await worker.Supervisor([Worker("one", stubborn), Worker("two", steady)], pause=0).run(asyncio.Event())
    assert (stubborn.starts, steady.cancelled) == (3, True)


async def test_supervisor_with_a_worker_that_ended_three_times_in_more_than_a_minute_goes_on():
    ending = Ending(*[ValueError("now and then")] * 5)
    await run_until_steady(ending, clock=itertools.count(0, 16).__next__)
    assert ending.starts == 6


async def test_supervisor_with_a_worker_that_ends_because_the_database_is_away_goes_on():
    ending = Ending(*[Unavailable("away")] * 10)
    await run_until_steady(ending)
    assert ending.starts == 11


async def test_strays_as_failures_with_a_cancellation_nobody_asked_for_raises_a_failure():
    with pytest.raises(worker.StrayCancellation):
        async with worker.strays_as_failures():
            raise asyncio.CancelledError


async def test_strays_as_failures_with_a_real_cancellation_lets_it_pass():
    async def wait():
        async with worker.strays_as_failures():
            await asyncio.Event().wait()

    task = asyncio.create_task(wait())
    await asyncio.sleep(0)
    task.cancel()
    await asyncio.wait({task})
    assert task.cancelled()


async def test_strays_as_failures_around_a_timeout_leaves_it_a_timeout():
    with pytest.raises(TimeoutError):
        async with worker.strays_as_failures(), asyncio.timeout(0.01):
            await asyncio.Event().wait()
