"""Backoff and batches: how long to wait, and what to take together."""

from __future__ import annotations

import asyncio

import pytest

from shared.messaging import batches
from shared.messaging.backoff import Backoff


def test_backoff_after_many_failures_stays_at_its_most():
    backoff = Backoff(first=0.1, most=5.0)
    waits = [backoff.grow() for _ in range(20)]
    assert max(waits) <= 6.0
    assert min(waits[10:]) >= 4.0


def test_backoff_after_a_success_begins_anew():
    backoff = Backoff(first=0.1, most=5.0)
    for _ in range(10):
        backoff.grow()
    backoff.reset()
    assert backoff.grow() == pytest.approx(0.1, rel=0.21)


async def test_gather_with_more_than_a_hundred_waiting_takes_a_hundred_in_order():
    waiting: asyncio.Queue[int] = asyncio.Queue()
    for number in range(250):
        waiting.put_nowait(number)
    assert await batches.gather(waiting) == list(range(100))


async def test_gather_with_one_waiting_does_not_linger_for_more():
    waiting: asyncio.Queue[int] = asyncio.Queue()
    waiting.put_nowait(1)
    async with asyncio.timeout(0.05):
        assert await batches.gather(waiting) == [1]
