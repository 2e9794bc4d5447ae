"""The databases the tests themselves get."""

from __future__ import annotations

from typing import TYPE_CHECKING

import asyncpg
import pytest

from shared.db.migrate import Area

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from pathlib import Path

    from tests.support.postgres import Databases


async def tables(dsn: str) -> list[str]:
    connection = await asyncpg.connect(dsn)
    rows = await connection.fetch("select tablename from pg_tables where schemaname = 'public' order by 1")
    await connection.close()
    return [row["tablename"] for row in rows]


async def test_database_with_an_area_is_migrated(database: Callable[..., Awaitable[str]], tmp_path: Path) -> None:
    (tmp_path / "0001_start.sql").write_text("create table kept ()")
    assert ["kept", "schema_migrations"] == await tables(await database(Area("delegation", tmp_path)))


async def test_database_asked_for_twice_gives_two_of_their_own(database: Callable[..., Awaitable[str]]) -> None:
    first, second = await database(), await database()
    connection = await asyncpg.connect(first)
    await connection.execute("create table kept ()")
    await connection.close()
    assert ["kept", "schema_migrations"] == await tables(first)
    assert ["schema_migrations"] == await tables(second)


async def test_database_belongs_to_a_role_that_is_no_superuser(database: Callable[..., Awaitable[str]]) -> None:
    connection = await asyncpg.connect(await database())
    shown = await connection.fetchval("show is_superuser")
    await connection.close()
    assert "off" == shown


async def test_drop_of_a_database_in_use_removes_it(databases: Databases) -> None:
    dsn = await databases.create()
    connection = await asyncpg.connect(dsn)
    await databases.drop(dsn)
    with pytest.raises(asyncpg.InvalidCatalogNameError):
        await asyncpg.connect(dsn)
    connection.terminate()
