"""Work on a connection of the pool that is given up at any moment."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from shared.db import pool

    Open = Callable[..., Awaitable[pool.Pool]]


@pytest.mark.parametrize("turns", range(6))
async def test_transaction_cancelled_while_it_begins_leaves_no_connection_that_cannot_begin_one(
    open_pool: Open, turns: int
) -> None:
    """With the connection at hand, the first turns of the loop fall between BEGIN and its answer."""
    opened = await open_pool(size=1)

    async def work() -> None:
        async with opened.transaction():
            await asyncio.sleep(60)

    task = asyncio.create_task(work())
    for _ in range(turns):
        await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    async with opened.transaction() as connection:
        assert await connection.fetchval("select 1") == 1
