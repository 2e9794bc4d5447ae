import asyncio
import time

import pytest

from services.identity import hashing
from shared.contracts.problems import common


@pytest.fixture
def hasher():
    made = hashing.Hasher(1)
    yield made
    made.close()


async def test_hash_is_argon2id_with_the_documented_parameters(hasher):
    assert (await hasher.hash("x")).startswith("$argon2id$v=19$m=19456,t=2,p=1$")


async def test_hash_of_the_same_password_twice_differs(hasher):
    assert await hasher.hash("x") != await hasher.hash("x")


async def test_verify_of_the_right_password_is_true(hasher):
    assert await hasher.verify(await hasher.hash("été"), "e\u0301te\u0301") is True


async def test_verify_of_a_wrong_password_is_false(hasher):
    assert await hasher.verify(await hasher.hash("x"), "y") is False


async def test_verify_of_nobody_is_false_after_one_hash(hasher):
    hasher.prepare()
    before = hasher.count
    assert (await hasher.verify(None, "x"), hasher.count - before) == (False, 1)


async def test_verify_of_nobody_takes_as_long_as_of_somebody(hasher):
    """Lenient on purpose: the exact proof is the count of hashes."""
    hasher.prepare()
    stored = await hasher.hash("x")

    async def seconds(hashed) -> float:
        runs = []
        for _ in range(7):
            started = time.perf_counter()
            await hasher.verify(hashed, "y")
            runs.append(time.perf_counter() - started)
        return sorted(runs)[3]

    assert 0.4 < await seconds(None) / await seconds(stored) < 2.5


async def test_verify_of_a_broken_hash_is_false(hasher):
    assert await hasher.verify("$argon2id$v=19$m=19456,t=2,p=1$AAAA$", "x") is False


async def test_hash_when_the_queue_is_full_is_unavailable_at_once():
    hasher = hashing.Hasher(1, queue=2)
    results = await asyncio.gather(*(hasher.hash("x") for _ in range(5)), return_exceptions=True)
    refused = [one for one in results if isinstance(one, common.TemporarilyUnavailable)]
    assert (len(refused), {one.retry_after for one in refused}) == (3, {1})
    assert isinstance(await hasher.hash("x"), str)
    hasher.close()


async def test_hash_leaves_the_event_loop_free(hasher):
    busy = asyncio.gather(*(hasher.hash("x") for _ in range(8)))
    longest = 0.0
    while not busy.done():
        started = time.perf_counter()
        await asyncio.sleep(0.001)
        longest = max(longest, time.perf_counter() - started)
    await busy
    assert longest < 0.2


def test_threads_by_default_leave_a_core(monkeypatch):
    monkeypatch.setattr(hashing.os, "cpu_count", lambda: 8)
    assert hashing.threads_by_default() == 7
    monkeypatch.setattr(hashing.os, "cpu_count", lambda: 1)
    assert hashing.threads_by_default() == 1
