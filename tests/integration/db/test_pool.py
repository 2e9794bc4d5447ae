"""The pool on a real server: set-up of its connections, bounded waits, lost connections."""

from __future__ import annotations

import asyncio
import socket
import time
from typing import TYPE_CHECKING

import asyncpg
import pytest
import structlog

from shared.db import connections, pool
from tests.integration.db.test_embedded import restart

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from shared.db.embedded import EmbeddedPostgres

    Open = Callable[..., Awaitable[pool.Pool]]


async def test_transaction_without_an_error_is_committed(open_pool: Open) -> None:
    opened = await open_pool()
    async with opened.transaction() as connection:
        await connection.execute("create table kept (value int)")
    assert [] == await opened.fetch("select * from kept")


async def test_transaction_with_an_error_is_rolled_back(open_pool: Open) -> None:
    opened = await open_pool()

    async def fail() -> None:
        async with opened.transaction() as connection:
            await connection.execute("create table kept (value int)")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await fail()
    assert await opened.fetchval("select to_regclass('kept') is null")


async def test_transaction_cancelled_is_rolled_back_and_its_connection_given_back(open_pool: Open) -> None:
    opened = await open_pool(size=1)

    async def work() -> None:
        async with opened.transaction() as connection:
            await connection.execute("create table kept (value int)")
            await connection.execute("select pg_sleep(60)")

    task = asyncio.create_task(work())
    await asyncio.sleep(0.2)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert await opened.fetchval("select to_regclass('kept') is null")


async def test_connection_given_back_in_an_open_transaction_is_rolled_back(open_pool: Open) -> None:
    opened = await open_pool(size=1)
    with structlog.testing.capture_logs() as logged:
        async with opened.connection() as connection:
            await connection.execute("begin; create table kept (value int)")
        assert await opened.fetchval("select to_regclass('kept') is null")
    assert ["a connection was given back in a transaction"] == [line["event"] for line in logged]


async def test_connection_given_back_is_not_reset(open_pool: Open) -> None:
    """Shows that giving back costs no round trip; why code must not set anything on a borrowed connection."""
    opened = await open_pool(size=1)
    await opened.execute("set work_mem = '7MB'")
    assert "7MB" == await opened.fetchval("show work_mem")


async def test_connection_when_all_are_taken_is_unavailable_in_time(open_pool: Open) -> None:
    opened = await open_pool(size=1, acquire_timeout=0.3)
    async with opened.connection():
        begun = time.monotonic()
        with pytest.raises(pool.Unavailable, match=r"no database connection for tests within 0\.3 s"):
            await opened.fetchval("select 1")
    assert 0.2 < time.monotonic() - begun < 5


async def test_connection_after_a_wait_in_vain_can_be_had_again(open_pool: Open) -> None:
    opened = await open_pool(size=1, acquire_timeout=0.1)
    async with opened.connection():
        for _ in range(5):
            with pytest.raises(pool.Unavailable):
                await opened.fetchval("select 1")
    assert 1 == await opened.fetchval("select 1")


async def test_connections_go_to_those_who_wait_in_the_order_in_which_they_came(open_pool: Open) -> None:
    opened = await open_pool(size=1)
    served: list[int] = []

    async def work(number: int) -> None:
        async with opened.connection() as connection:
            served.append(number)
            await connection.execute("select pg_sleep(0.01)")

    await asyncio.gather(*(work(number) for number in range(20)))
    assert list(range(20)) == served


async def test_connection_whose_wait_is_cancelled_in_the_moment_it_is_given_is_not_lost(open_pool: Open) -> None:
    opened = await open_pool(size=1)
    connection = await opened.acquire()
    waiting = asyncio.create_task(opened.acquire())
    await asyncio.sleep(0.05)
    opened.release(connection)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    assert 1 == await opened.fetchval("select 1")


async def test_connection_that_cannot_be_opened_leaves_room_for_another(open_pool: Open, monkeypatch) -> None:
    opened = await open_pool(size=2, acquire_timeout=5)
    held, refused = await opened.acquire(), []
    connect = connections.connect

    async def refuse_thrice(*args: object, **more: object) -> connections.Connection:
        if len(refused) < 3:
            refused.append(1)
            raise connections.Unavailable("away")
        return await connect(*args, **more)

    monkeypatch.setattr(connections, "connect", refuse_thrice)
    assert [1, 1, 1] == await asyncio.gather(*(opened.fetchval("select 1") for _ in range(3)))
    opened.release(held)


async def test_connection_idle_for_long_is_replaced(open_pool: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    opened = await open_pool(size=1)
    before = await opened.fetchval("select pg_backend_pid()")
    assert before == await opened.fetchval("select pg_backend_pid()")
    monkeypatch.setattr(pool, "IDLE_SECONDS", 0)
    assert before != await opened.fetchval("select pg_backend_pid()")


async def test_pool_opens_no_more_connections_than_its_size(open_pool: Open) -> None:
    opened = await open_pool(size=3, acquire_timeout=20)
    sql = "select pg_backend_pid() from pg_sleep(0.02)"
    assert 3 >= len(set(await asyncio.gather(*(opened.fetchval(sql) for _ in range(30)))))


async def test_transaction_whose_connection_is_ended_by_the_server_is_unavailable(open_pool: Open) -> None:
    opened = await open_pool(size=1)
    with pytest.raises(pool.Unavailable, match="the database connection of tests was lost"):
        async with opened.transaction() as connection:
            await connection.execute("select pg_terminate_backend(pg_backend_pid())")
    assert 1 == await opened.fetchval("select 1")


async def test_connection_with_an_error_of_the_caller_s_own_passes_it_on(open_pool: Open) -> None:
    opened = await open_pool()
    with pytest.raises(FileNotFoundError):
        async with opened.connection():
            raise FileNotFoundError


async def test_connection_with_an_error_of_the_sql_passes_it_on(open_pool: Open) -> None:
    with pytest.raises(asyncpg.UndefinedTableError):
        await (await open_pool()).execute("select * from nowhere")


async def test_fetch_from_a_server_that_has_stopped_answering_is_unavailable(
    open_pool: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connections, "COMMAND_SECONDS", 0.3)
    opened = await open_pool()
    with pytest.raises(pool.Unavailable, match="the database of tests does not answer"):
        await opened.fetch("select pg_sleep(60)")


async def test_is_transient_for_a_real_lock_wait_is_true(open_pool: Open) -> None:
    opened = await open_pool()
    await opened.execute("create table kept (value int)")
    async with opened.transaction() as holder, opened.connection() as waiter:
        await holder.execute("lock table kept")
        with pytest.raises(asyncpg.LockNotAvailableError) as failed:
            await waiter.execute("set lock_timeout = '50ms'; select * from kept")
    assert pool.is_transient(failed.value)


async def test_is_transient_for_a_real_serialization_failure_is_true(open_pool: Open) -> None:
    opened = await open_pool()
    await opened.execute("create table kept (value int); insert into kept values (1)")
    async with opened.connection() as one:
        await one.execute("begin isolation level repeatable read; select * from kept")
        await opened.execute("update kept set value = 2")
        with pytest.raises(asyncpg.SerializationError) as failed:
            await one.execute("update kept set value = 3")
        await one.execute("rollback")
    assert pool.is_transient(failed.value)


async def test_open_without_a_database_gives_up_when_its_patience_ends() -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        dsn = f"postgresql://nobody@127.0.0.1:{closed.getsockname()[1]}/none?sslmode=disable"
        with pytest.raises(pool.Unavailable, match=r"did not answer within 0\.3 s"):
            await pool.Pool.open(dsn, name="tests", patience=0.3)


async def test_open_before_the_database_is_there_waits_for_it(server: EmbeddedPostgres) -> None:
    await server.start()
    dsn = server.dsn()
    await server.stop()
    opening = asyncio.create_task(pool.Pool.open(dsn, name="tests"))
    await asyncio.sleep(0.2)
    await server.start()
    opened = await opening
    assert 1 == await opened.fetchval("select 1")
    await opened.close()


async def test_open_with_a_wrong_password_fails_at_once(running: EmbeddedPostgres) -> None:
    with pytest.raises(asyncpg.InvalidPasswordError):
        await pool.Pool.open(running.dsn().replace("@", "x@"), name="tests")


async def test_fetch_after_the_server_restarted_without_a_clean_end_answers(server: EmbeddedPostgres) -> None:
    await server.start()
    opened = await pool.Pool.open(server.dsn(), name="tests", size=4)
    await asyncio.gather(*(opened.execute("select pg_sleep(0.05)") for _ in range(4)))
    await asyncio.to_thread(restart, server)
    answers = await asyncio.gather(*(opened.fetchval("select 1") for _ in range(20)))
    await opened.close()
    assert [1] * 20 == answers


async def test_fetch_while_the_server_restarts_answers_or_is_unavailable(server: EmbeddedPostgres) -> None:
    await server.start()
    opened = await pool.Pool.open(server.dsn(), name="tests", size=4)
    restarting = asyncio.create_task(asyncio.to_thread(restart, server))
    failures: list[BaseException] = []
    count = 0
    while not restarting.done():
        count += 1
        try:
            await opened.fetchval("select 1")
        except Exception as error:  # noqa: BLE001 - whatever it is, is judged below
            failures.append(error)
        await asyncio.sleep(0.001)
    await restarting
    await opened.close()
    assert count > len(failures)
    assert {pool.Unavailable} >= {type(error) for error in failures}


async def test_close_with_a_connection_that_does_not_come_back_ends_all_the_same(
    open_pool: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connections, "CLOSE_SECONDS", 0.2)
    opened = await open_pool()

    async with opened.connection() as connection:
        begun = time.monotonic()
        await opened.close()
        assert time.monotonic() - begun < 4
        with pytest.raises(asyncpg.InterfaceError):
            await connection.fetchval("select 1")


async def test_fetch_after_close_is_unavailable(open_pool: Open) -> None:
    opened = await open_pool()
    await opened.close()
    with pytest.raises(pool.Unavailable, match="the database pool of tests is closed"):
        await opened.fetchval("select 1")


async def test_unavailable_does_not_tell_the_password(server: EmbeddedPostgres) -> None:
    await server.start()
    opened = await pool.Pool.open(server.dsn(), name="tests", acquire_timeout=0.2)
    await server.stop()
    with pytest.raises(pool.Unavailable) as failed:
        await opened.fetchval("select 1")
    await opened.close()
    assert server.dsn().split(":")[2].split("@")[0] not in f"{failed.value!r} {failed.value.__cause__!r}"
