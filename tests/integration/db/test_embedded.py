"""The embedded PostgreSQL through starts, stops, crashes and refusals."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import stat
import subprocess
import sys
from typing import TYPE_CHECKING

import asyncpg
import psutil
import pytest

from shared.db import embedded, postmaster
from shared.db.embedded import EmbeddedError, EmbeddedPostgres, FolderInUse

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.integration.db.conftest import OwnerProcess


async def value(dsn: str, sql: str, *args: object) -> object:
    """Run one query on a connection of its own."""
    connection = await asyncpg.connect(dsn, timeout=5)
    try:
        return await connection.fetchval(sql, *args)
    finally:
        await connection.close()


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
        shown = [await value(server.dsn(), f"show {name}") for name in ("fsync", "synchronous_commit", "max_connections")]
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
    while server.running:
        await asyncio.sleep(0.01)
    await server.start()
    assert 42 == await value(dsn, "select answer from kept")


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


async def test_start_with_a_pid_file_that_names_a_stranger_spares_the_stranger(server: EmbeddedPostgres) -> None:
    await server.start()
    pid_file = server.folder / embedded.DATA / "postmaster.pid"
    lines = pid_file.read_text().splitlines(keepends=True)
    await server.stop()
    with subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"]) as stranger:
        pid_file.write_text("".join([f"{stranger.pid}\n", *lines[1:]]))
        await server.start()
        alive = stranger.poll() is None
        stranger.kill()
    assert alive


async def test_start_after_a_crash_while_making_the_data_begins_again(home: Path, server: EmbeddedPostgres) -> None:
    unfinished = home / f"{embedded.DATA}.new-crashed"
    (unfinished / "data").mkdir(parents=True)
    home.chmod(0o711)
    (unfinished / "data" / "PG_VERSION").write_text("18\n")
    await server.start()
    assert not unfinished.exists()


@pytest.mark.parametrize("folder", ["pg18", "pg17"])
async def test_start_on_data_of_another_major_version_is_refused(
    home: Path, server: EmbeddedPostgres, folder: str
) -> None:
    (home / folder).mkdir(parents=True)
    (home / folder / "PG_VERSION").write_text("17\n")
    home.chmod(0o711)
    os.chown(home / folder, *((65534, 65534) if os.geteuid() == 0 else (-1, -1)))
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


async def test_start_without_the_password_of_existing_data_says_which_file_is_gone(
    home: Path, server: EmbeddedPostgres
) -> None:
    await server.start()
    await server.stop()
    (home / "database-passwords" / "mandat").unlink()
    with pytest.raises(EmbeddedError, match="database-passwords/mandat, the password of the data"):
        await server.start()


async def test_start_cancelled_leaves_a_home_that_starts(server: EmbeddedPostgres) -> None:
    starting = asyncio.create_task(server.start())
    await asyncio.sleep(0.15)
    starting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await starting
    await server.start()
    assert 1 == await value(server.dsn(), "select 1")


async def test_log_keeps_no_data_of_failing_statements(running: EmbeddedPostgres) -> None:
    await value(running.dsn(), "create table secret (word text unique)")
    for _ in range(2):
        try:
            await value(running.dsn(), "insert into secret values ('canary') returning word")
        except asyncpg.UniqueViolationError as error:
            assert "canary" in str(error.detail)
    log = (running.folder / "postgres.log").read_text()
    assert "duplicate key value" in log
    assert "canary" not in log


async def test_ensure_database_twice_at_once_gives_one_address(running: EmbeddedPostgres) -> None:
    dsns = await asyncio.gather(*(running.ensure_database("identity") for _ in range(4)))
    assert 1 == len(set(dsns))
    assert "identity identity" == await value(dsns[0], "select current_user || ' ' || current_database()")


async def test_ensure_database_gives_a_role_that_makes_tables_and_is_no_superuser(running: EmbeddedPostgres) -> None:
    dsn = await running.ensure_database("identity")
    await value(dsn, "create table person (id int)")
    assert "off" == await value(dsn, "show is_superuser")


async def test_ensure_database_keeps_other_roles_out(running: EmbeddedPostgres) -> None:
    await running.ensure_database("identity")
    audit = await running.ensure_database("audit")
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await asyncpg.connect(audit.replace("/audit?", "/identity?"))


async def test_ensure_database_keeps_the_password_where_only_the_owner_reads(
    running: EmbeddedPostgres
) -> None:
    dsn = await running.ensure_database("identity")
    path = running.folder / "database-passwords" / "identity"
    assert 0o400 == stat.S_IMODE(path.stat().st_mode)
    assert f":{path.read_text()}@" in dsn


async def test_ensure_database_with_a_name_that_is_none_is_refused(running: EmbeddedPostgres) -> None:
    with pytest.raises(ValueError, match="cannot name a database"):
        await running.ensure_database('a"; drop')


async def test_attach_while_another_process_runs_gives_its_server(
    home: Path, owner_of: Callable[..., OwnerProcess]
) -> None:
    owner = owner_of()
    attached = EmbeddedPostgres.attach(home)
    assert attached is not None
    assert owner.said == attached.dsn()
    await attached.stop()
    assert 1 == await value(owner.said, "select value from kept")


async def test_attach_with_nobody_running_gives_nothing(home: Path, owner_of: Callable[..., OwnerProcess]) -> None:
    assert EmbeddedPostgres.attach(home) is None
    owner_of().end()
    assert EmbeddedPostgres.attach(home) is None
