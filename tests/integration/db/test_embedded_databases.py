"""The databases of the embedded PostgreSQL: one per service, closed to the others, and found by the command line."""

from __future__ import annotations

import asyncio
import stat
from typing import TYPE_CHECKING

import asyncpg
import pytest

from shared.db.embedded import EmbeddedPostgres
from tests.integration.db.test_embedded import value

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.integration.db.conftest import OwnerProcess


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


async def test_ensure_database_keeps_the_password_where_only_the_owner_reads(running: EmbeddedPostgres) -> None:
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
