"""The embedded PostgreSQL through starts, stops, crashes and refusals."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import asyncpg
import psutil
import pytest

from shared.db import account, embedded, postmaster
from shared.db import home as homes
from shared.db.embedded import EmbeddedError, EmbeddedPostgres, FolderInUse

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.integration.db.conftest import OwnerProcess

NOBODY = 65534


@pytest.fixture
def stranger() -> Iterator[subprocess.Popen[bytes]]:
    """Run a process that has nothing to do with us, of the user that the server runs as."""
    with subprocess.Popen(["/bin/sleep", "60"], **account.choose(Path("/nowhere")).switch) as process:
        yield process
        process.kill()


async def value(dsn: str, sql: str, *args: object) -> object:
    """Run one query on a connection of its own."""
    connection = await asyncpg.connect(dsn, timeout=5)
    try:
        return await connection.fetchval(sql, *args)
    finally:
        await connection.close()


async def ended(server: EmbeddedPostgres) -> None:
    """Wait until a killed server is gone."""
    async with asyncio.timeout(5):
        while server.running:
            await asyncio.sleep(0.01)


def pid_of(server: EmbeddedPostgres) -> int:
    status = postmaster.read_status(server.folder / embedded.DATA)
    assert status is not None
    return status.pid


async def test_start_on_a_new_home_answers_queries(running: EmbeddedPostgres) -> None:
    assert "C.UTF-8 b" == await value(
        running.dsn(), "select datlocale || ' ' || datlocprovider::text from pg_database where datname = 'postgres'"
    )


async def test_start_runs_the_server_without_the_rights_of_root(running: EmbeddedPostgres) -> None:
    assert 0 not in psutil.Process(pid_of(running)).uids()


async def test_start_unless_told_otherwise_is_durable(home: Path) -> None:
    server = EmbeddedPostgres(home, max_connections=33)
    await server.start()
    try:
        shown = [
            await value(server.dsn(), f"show {name}") for name in ("fsync", "synchronous_commit", "max_connections")
        ]
    finally:
        await server.stop()
    assert ["on", "on", "33"] == shown


async def test_stop_then_start_keeps_the_data(server: EmbeddedPostgres) -> None:
    await server.start()
    await value(server.dsn(), "create table kept as select 42 as answer")
    await server.stop()
    await server.start()
    assert 42 == await value(server.dsn(), "select answer from kept")


async def test_stop_leaves_no_process_behind(server: EmbeddedPostgres) -> None:
    await server.start()
    children = psutil.Process(pid_of(server)).children(recursive=True)
    await server.stop()
    assert [] == [child for child in children if child.is_running()]


async def test_stop_after_a_restart_by_somebody_else_stops_that_one(server: EmbeddedPostgres) -> None:
    await server.start()
    restart(server)
    pid = pid_of(server)
    await server.stop()
    assert not psutil.pid_exists(pid) or psutil.Process(pid).status() == psutil.STATUS_ZOMBIE


def restart(server: EmbeddedPostgres) -> None:
    """Restart the server as an operator would, without a clean end."""
    assert server._server is not None
    programs, data, account = server._server.programs, server._server.data, server._server.account
    command = [programs / "pg_ctl", "restart", "-m", "immediate", "-w", "-s", "-D", data, "-l", data / "restart.log"]
    assert 0 == account.run(*command).returncode


async def test_start_after_the_server_was_killed_recovers_on_the_same_port(server: EmbeddedPostgres) -> None:
    await server.start()
    dsn = server.dsn()
    await value(dsn, "create table kept as select 42 as answer")
    os.kill(pid_of(server), signal.SIGKILL)
    await ended(server)
    await server.start()
    assert 42 == await value(dsn, "select answer from kept")


async def test_start_after_the_server_was_killed_ends_a_query_that_still_runs(server: EmbeddedPostgres) -> None:
    await server.start()
    busy = await asyncpg.connect(server.dsn())
    backend = psutil.Process(busy.get_server_pid())
    query = asyncio.create_task(busy.fetchval("select sum(n) from generate_series(1, 1000000000) as n"))
    await asyncio.sleep(0.1)
    os.kill(pid_of(server), signal.SIGKILL)
    await ended(server)
    assert backend.is_running(), "the query was to outlive the server"
    await server.start()
    assert not backend.is_running() or backend.status() == psutil.STATUS_ZOMBIE
    with pytest.raises(asyncpg.PostgresConnectionError):
        await query


async def test_start_after_the_owner_was_killed_takes_the_data_over(
    server: EmbeddedPostgres, owner_of: Callable[..., OwnerProcess]
) -> None:
    owner = owner_of()
    orphan = psutil.Process(pid_of(server))
    owner.process.kill()
    owner.process.wait()
    assert orphan.is_running(), "the server was to outlive its owner"
    await server.start()
    assert 1 == await value(server.dsn(), "select value from kept")
    assert not orphan.is_running() or orphan.status() == psutil.STATUS_ZOMBIE


async def test_start_while_another_process_runs_is_refused_with_what_to_do(
    home: Path, server: EmbeddedPostgres, owner_of: Callable[..., OwnerProcess]
) -> None:
    owner = owner_of()
    with pytest.raises(FolderInUse) as refused:
        await server.start()
    said = str(refused.value)
    assert said.startswith(f"{home} is in use by process {owner.process.pid}, running since ")
    assert said.endswith("Stop that one, or set MANDAT_HOME to another folder.")


async def test_start_refused_by_a_living_owner_leaves_its_server_alone(
    server: EmbeddedPostgres, owner_of: Callable[..., OwnerProcess]
) -> None:
    owner = owner_of()
    with pytest.raises(FolderInUse):
        await server.start()
    assert 1 == await value(owner.said, "select value from kept")


async def test_start_of_a_second_one_in_the_same_process_is_refused(running: EmbeddedPostgres) -> None:
    with pytest.raises(FolderInUse):
        await EmbeddedPostgres(running.folder).start()


async def test_start_twice_is_once(running: EmbeddedPostgres) -> None:
    pid = pid_of(running)
    await running.start()
    assert pid == pid_of(running)


async def test_start_with_a_pid_file_that_names_a_stranger_spares_the_stranger(
    server: EmbeddedPostgres, stranger: subprocess.Popen[bytes]
) -> None:
    await server.start()
    pid_file = server.folder / embedded.DATA / "postmaster.pid"
    lines = pid_file.read_text().splitlines(keepends=True)
    await server.stop()
    pid_file.write_text("".join([f"{stranger.pid}\n", *lines[1:]]))
    await server.start()
    assert stranger.poll() is None


async def test_start_after_a_crash_while_making_the_data_begins_again(home: Path, server: EmbeddedPostgres) -> None:
    unfinished = data_of(home, f"{embedded.DATA}.new-crashed", "18")
    await server.start()
    assert not unfinished.exists()


def data_of(home: Path, name: str, version: str) -> Path:
    """Lay a folder that looks like data of a version, of another user's when we are root."""
    homes.create(home)
    folder = home / name
    folder.mkdir()
    (folder / "PG_VERSION").write_text(f"{version}\n")
    if os.geteuid() == 0:
        os.chown(folder, NOBODY, NOBODY)
    return folder


@pytest.mark.parametrize("folder", ["pg18", "pg17"])
async def test_start_on_data_of_another_major_version_is_refused(
    home: Path, server: EmbeddedPostgres, folder: str
) -> None:
    data_of(home, folder, "17")
    with pytest.raises(EmbeddedError, match="holds data of PostgreSQL 17, and this is PostgreSQL 18: dump them"):
        await server.start()


async def test_start_on_a_port_somebody_has_says_so_and_frees_the_home(home: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        server = EmbeddedPostgres(home, port=taken.getsockname()[1], durable=False)
        with pytest.raises(EmbeddedError, match="Address already in use"):
            await server.start()
    await server.start()
    await server.stop()


async def test_start_in_a_home_that_cannot_be_made_says_so() -> None:
    with pytest.raises(EmbeddedError, match=r"^/dev/null/home cannot be used \(Not a directory\): set MANDAT_HOME"):
        await EmbeddedPostgres(Path("/dev/null/home")).start()


async def test_start_without_the_password_of_existing_data_says_which_file_is_gone(
    home: Path, server: EmbeddedPostgres
) -> None:
    await server.start()
    await server.stop()
    (home / "database-passwords" / "mandat").unlink()
    with pytest.raises(EmbeddedError, match="database-passwords/mandat, the password of the data"):
        await server.start()


async def test_start_cancelled_leaves_no_process_and_a_home_that_starts(home: Path, server: EmbeddedPostgres) -> None:
    starting = asyncio.create_task(server.start())
    await asyncio.sleep(0.15)
    starting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await starting
    assert [] == [process for process in psutil.process_iter(["cmdline"]) if str(home) in str(process.info["cmdline"])]
    await server.start()
    assert 1 == await value(server.dsn(), "select 1")


async def test_log_keeps_no_data_of_failing_statements(running: EmbeddedPostgres) -> None:
    await value(running.dsn(), "create table secret (word text unique)")
    await value(running.dsn(), "insert into secret values ('canary')")
    with pytest.raises(asyncpg.UniqueViolationError):
        await value(running.dsn(), "insert into secret values ('canary')")
    log = (running.folder / "postgres.log").read_text()
    assert "duplicate key value" in log
    assert "canary" not in log
