"""Who LISTENs is woken after the commit, and one ring serves many commits."""

from __future__ import annotations

import asyncio

import asyncpg
import structlog

from shared.db.connections import Unavailable

CHANNEL = "tests"


async def test_ring_comes_after_the_commit_and_once_for_many(open_pool) -> None:
    opened = await open_pool(size=4)
    await opened.execute("create table kept (value int)")
    heard: list[int] = []
    listener = await asyncpg.connect(opened.dsn)

    async def look() -> None:
        heard.append(await opened.fetchval("select count(*) from kept"))

    looks: list[asyncio.Task[None]] = []
    await listener.add_listener(CHANNEL, lambda *_: looks.append(asyncio.create_task(look())))

    async def write(number: int) -> None:
        async with opened.transaction() as connection:
            await connection.execute("insert into kept values ($1)", number)
            connection.rings = CHANNEL
            await asyncio.sleep(0.01)
            assert connection.is_in_transaction()

    await asyncio.gather(*(write(number) for number in range(40)))
    async with asyncio.timeout(10):
        while not heard or heard[-1] < 40:
            await asyncio.sleep(0.01)
    await asyncio.gather(*looks)
    await listener.close()
    assert 0 not in heard
    assert len(heard) <= 40


async def test_ring_in_vain_is_logged_and_the_next_one_rings(open_pool, monkeypatch) -> None:
    opened = await open_pool()
    rung: list[object] = []

    async def refuse(*_: object) -> None:
        raise Unavailable("away")

    async def note(*args: object) -> None:
        rung.append(args)

    monkeypatch.setattr(opened, "execute", refuse)
    with structlog.testing.capture_logs() as logged:
        opened.ring(CHANNEL)
        await asyncio.sleep(0.05)
    assert ["not rung"] == [line["event"] for line in logged]
    monkeypatch.setattr(opened, "execute", note)
    opened.ring(CHANNEL)
    await asyncio.sleep(0.05)
    assert 1 == len(rung)
