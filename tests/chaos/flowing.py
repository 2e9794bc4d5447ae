"""A chain with events in it: whether it works, and writing all the time while harm is done."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import psutil

from tests.chaos.chain import Chain
from tests.support import messaging as support
from tests.support.processes import Program


async def heard(chain: Chain) -> int:
    """Count what was heard."""
    return len(await support.heard(chain.sink, chain.name))


async def flows(chain: Chain) -> None:
    """Write until something written now is heard: the chain works."""
    before = await heard(chain)

    async def more() -> bool:
        await chain.write(1)
        return await heard(chain) > before

    await support.eventually(more, seconds=90)


def alive(programs: list[Program]) -> bool:
    """Tell whether they all run."""
    return all(one.process is not None and one.process.returncode is None for one in programs)


async def under_load(chain: Chain, harm: Callable[[], Awaitable[None]]) -> None:
    """Write all the time while harm is done, and until the chain works again."""
    stop = asyncio.Event()

    async def writing() -> None:
        while not stop.is_set():
            await chain.write(4)
            await asyncio.sleep(0.02)

    async with asyncio.TaskGroup() as group:
        group.create_task(writing())
        await harm()
        await flows(chain)
        stop.set()


def memory(programs: list[Program]) -> int:
    """Give how many bytes of memory they have together."""
    return sum(psutil.Process(one.process.pid).memory_info().rss for one in programs if one.process)
