"""The embedded PostgreSQL started by root, whose own folders the server's account cannot enter."""

from __future__ import annotations

import importlib
import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import psutil
import pytest

from shared.db import binaries, embedded
from shared.db import home as homes
from shared.db.embedded import EmbeddedError, EmbeddedPostgres
from tests.integration.db.test_embedded import NOBODY, pid_of, value
from tests.support import postgres as servers

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.integration.db.conftest import OwnerProcess


def mode(path: Path) -> str:
    return oct(path.stat().st_mode & 0o777)


@pytest.fixture
def closed(home: Path) -> Iterator[Path]:
    """Give a folder that only root can enter."""
    folder = home.parent / "closed"
    folder.mkdir(mode=0o700)
    yield folder
    servers.remove(folder / "home")


async def test_start_in_a_home_only_root_can_enter_puts_the_data_beside(closed: Path) -> None:
    server = EmbeddedPostgres(closed / "home", durable=False)
    await server.start()
    try:
        assert Path("/var/lib") == server.folder.parent
        assert server.folder.name.startswith("mandat-")
        assert 1 == await value(server.dsn(), "select 1")
    finally:
        await server.stop()


async def test_attach_to_a_home_only_root_can_enter_finds_its_server(closed: Path) -> None:
    server = EmbeddedPostgres(closed / "home", durable=False)
    await server.start()
    try:
        attached = EmbeddedPostgres.attach(closed / "home")
        assert attached is not None
        assert server.dsn() == attached.dsn()
    finally:
        await server.stop()


async def test_start_in_a_home_only_root_can_enter_opens_no_folder(closed: Path) -> None:
    server = EmbeddedPostgres(closed / "home", durable=False)
    await server.start()
    await server.stop()
    modes = {mode(folder) for folder in (closed, server.folder / embedded.DATA, closed / "home" / homes.PASSWORDS)}
    assert {"0o700"} == modes


async def test_start_again_in_a_home_only_root_can_enter_keeps_the_data(closed: Path) -> None:
    for statement in ("create table kept as select 42 as answer", "insert into kept values (43)"):
        server = EmbeddedPostgres(closed / "home", durable=False)
        await server.start()
        await value(server.dsn(), statement)
        count = await value(server.dsn(), "select count(*) from kept")
        await server.stop()
    assert 2 == count


async def test_start_of_a_new_home_under_the_name_of_one_removed_does_not_touch_its_data(closed: Path) -> None:
    home = closed / "home"
    first = homes.choose_base(_made(home), embedded.account.choose(home / embedded.DATA), embedded.DATA)
    shutil.rmtree(home)
    try:
        second = homes.choose_base(_made(home), embedded.account.choose(home / embedded.DATA), embedded.DATA)
        assert f"{first}-2" == str(second)
    finally:
        first.rmdir()


def _made(home: Path) -> Path:
    homes.create(home)
    return home


async def test_start_with_the_folder_beside_gone_says_so(closed: Path) -> None:
    server = EmbeddedPostgres(closed / "home", durable=False)
    _made(closed / "home")
    (closed / "home" / homes.REMEMBERED).write_text("/var/lib/mandat-nowhere\n")
    with pytest.raises(EmbeddedError, match="were in /var/lib/mandat-nowhere, which is gone"):
        await server.start()


async def test_start_after_the_home_was_closed_says_who_cannot_enter(home: Path, server: EmbeddedPostgres) -> None:
    await server.start()
    await server.stop()
    home.parent.chmod(0o700)
    with pytest.raises(EmbeddedError, match=r"can no longer enter .*: let it pass"):
        await server.start()


async def test_start_with_the_wheel_where_only_root_can_read_copies_the_programs(
    closed: Path, server: EmbeddedPostgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(str(binaries.copy(binaries._installed(), closed)))
    importlib.invalidate_caches()
    await server.start()
    program = psutil.Process(pid_of(server)).exe()
    assert program.startswith(f"{server.folder}/postgresql-18.")
    assert "0o700" == mode(closed)


def given_to_nobody(home: Path) -> Path:
    """Make a home of user nobody, and a copy of the wheel that nobody can read."""
    home.mkdir()
    os.chown(home, NOBODY, NOBODY)
    return binaries.copy(binaries._installed(), home.parent)


async def test_start_as_an_ordinary_user_runs_as_that_user(home: Path, owner_of: Callable[..., OwnerProcess]) -> None:
    owner = owner_of("nobody", given_to_nobody(home))
    assert 1 == await value(owner.said, "select value from kept")
    assert {NOBODY} == set(psutil.Process(pid_of(EmbeddedPostgres(home))).uids())


async def test_start_as_root_on_the_data_of_an_ordinary_user_stays_with_that_user(
    home: Path, server: EmbeddedPostgres, owner_of: Callable[..., OwnerProcess]
) -> None:
    owner_of("nobody", given_to_nobody(home)).end()
    await server.start()
    assert 1 == await value(server.dsn(), "select value from kept")
    assert {NOBODY} == set(psutil.Process(pid_of(server)).uids())
