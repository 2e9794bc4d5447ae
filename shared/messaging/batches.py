"""Takes what waits together: the first that comes, and what came with it, at most a hundred."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    import asyncio

T = TypeVar("T")

MOST = 100


async def gather(waiting: asyncio.Queue[T], most: int = MOST) -> list[T]:
    """Wait for one, then take what is there without lingering."""
    batch = [await waiting.get()]
    while len(batch) < most and not waiting.empty():
        batch.append(waiting.get_nowait())
    return batch
