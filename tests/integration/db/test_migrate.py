"""Migrations on a real database: order, many starters, and every refusal."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import asyncpg
import pytest
import pytest_asyncio

from shared.db import migrate
from shared.db.migrate import Area, MigrationError
from shared.db.pool import Pool

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable
    from pathlib import Path

START = "create table kept (value int);\ninsert into kept values (1);\n"


@pytest_asyncio.fixture(loop_scope="session")
async def dsn(database: Callable[..., Awaitable[str]]) -> str:
    """Give the address of an empty database."""
    return await database()


@pytest_asyncio.fixture(loop_scope="session")
async def connection(dsn: str) -> AsyncIterator[asyncpg.Connection]:
    """Look into that database."""
    made = await asyncpg.connect(dsn)
    yield made
    await made.close()


def area(folder: Path, /, name: str = "delegation", **files: str) -> Area:
    """Write files, such as `f0001_start="select 1"`, and give their area."""
    for file, sql in files.items():
        write(folder, file[1:].replace("__", ".") + ".sql", sql)
    return Area(name, folder)


def write(folder: Path, file: str, sql: str) -> None:
    (folder / file).write_bytes(sql.encode())


async def test_migrate_an_empty_database_applies_all_in_order(
    dsn: str, connection: asyncpg.Connection, tmp_path: Path
) -> None:
    made = area(tmp_path, f0002_more="insert into kept values (2)", f0001_start=START)
    assert ["delegation/0001_start", "delegation/0002_more"] == await migrate.migrate(dsn, [made])
    assert [1, 2] == [row["value"] for row in await connection.fetch("select value from kept order by value")]


async def test_migrate_a_second_time_applies_nothing(dsn: str, tmp_path: Path) -> None:
    made = area(tmp_path, f0001_start=START)
    await migrate.migrate(dsn, [made])
    assert [] == await migrate.migrate(dsn, [made])


async def test_migrate_with_a_new_file_applies_that_one(dsn: str, tmp_path: Path) -> None:
    await migrate.migrate(dsn, [area(tmp_path, f0001_start=START)])
    made = area(tmp_path, f0002_more="insert into kept values (2)")
    assert ["delegation/0002_more"] == await migrate.migrate(dsn, [made])


async def test_migrate_two_areas_with_the_same_numbers_applies_both(dsn: str, tmp_path: Path) -> None:
    folders = [tmp_path / "one", tmp_path / "two"]
    for folder in folders:
        folder.mkdir()
    areas = [
        area(folders[0], "substrate", f0001_start=START),
        area(folders[1], "delegation", f0001_start="insert into kept values (2)"),
    ]
    assert ["substrate/0001_start", "delegation/0001_start"] == await migrate.migrate(dsn, areas)


async def test_migrate_orders_pre_before_post_of_the_same_number(dsn: str, tmp_path: Path) -> None:
    made = area(tmp_path, f0001_start__post="insert into kept values (2)", f0001_start__pre=START)
    assert ["delegation/0001_start.pre", "delegation/0001_start.post"] == await migrate.migrate(dsn, [made])


async def test_migrate_through_pre_leaves_post_for_later(dsn: str, tmp_path: Path) -> None:
    made = area(tmp_path, f0001_start=START, f0002_drop__post="drop table kept", f0003_more="create table more ()")
    assert ["delegation/0001_start", "delegation/0003_more"] == await migrate.migrate(dsn, [made], through="pre")
    assert ["delegation/0002_drop.post"] == await migrate.migrate(dsn, [made])


async def test_migrate_by_eight_starters_at_once_is_done_by_one(dsn: str, tmp_path: Path) -> None:
    made = area(tmp_path, f0001_start=START, f0002_slow="select pg_sleep(0.1)")
    results = await asyncio.gather(*(migrate.migrate(dsn, [made]) for _ in range(8)))
    assert [["delegation/0001_start", "delegation/0002_slow"]] == [result for result in results if result]


async def test_migrate_an_index_concurrently_by_eight_starters_at_once_is_done_by_one(
    dsn: str, connection: asyncpg.Connection, tmp_path: Path
) -> None:
    index = "-- no-transaction\ncreate index concurrently kept_value on kept (value)"
    made = area(tmp_path, f0001_start=START, f0002_index=index)
    results = await asyncio.gather(*(migrate.migrate(dsn, [made]) for _ in range(8)))
    assert 1 == len([result for result in results if result])
    assert await connection.fetchval("select indisvalid from pg_index where indexrelid = 'kept_value'::regclass")


async def test_migrate_after_a_file_was_changed_is_refused(dsn: str, tmp_path: Path) -> None:
    made = area(tmp_path, f0001_start=START)
    await migrate.migrate(dsn, [made])
    write(tmp_path, "0001_start.sql", START + "-- one word more\n")
    with pytest.raises(MigrationError, match="delegation/0001_start was changed after it was applied"):
        await migrate.migrate(dsn, [made])


async def test_migrate_after_git_changed_the_line_ends_applies_nothing(dsn: str, tmp_path: Path) -> None:
    made = area(tmp_path, f0001_start=START)
    await migrate.migrate(dsn, [made])
    write(tmp_path, "0001_start.sql", START.replace("\n", "\r\n"))
    assert [] == await migrate.migrate(dsn, [made])


async def test_migrate_a_database_that_is_ahead_is_refused(dsn: str, tmp_path: Path) -> None:
    made = area(tmp_path, f0001_start=START, f0002_more="select 1")
    await migrate.migrate(dsn, [made])
    (tmp_path / "0002_more.sql").unlink()
    with pytest.raises(MigrationError, match="the database is ahead of this code: it has delegation/0002_more"):
        await migrate.migrate(dsn, [made])


async def test_migrate_with_a_failing_file_leaves_nothing_of_it(
    dsn: str, connection: asyncpg.Connection, tmp_path: Path
) -> None:
    made = area(tmp_path, f0001_start=START, f0002_bad="insert into kept values (2); create table more (); select 1/0")
    with pytest.raises(MigrationError, match="delegation/0002_bad failed: division by zero"):
        await migrate.migrate(dsn, [made])
    assert [1] == [row["value"] for row in await connection.fetch("select value from kept")]
    assert await connection.fetchval("select to_regclass('more') is null")
    assert ["delegation/0002_bad"] == await migrate.pending(connection, [made])


async def test_migrate_after_a_failing_file_was_mended_goes_on(dsn: str, tmp_path: Path) -> None:
    made = area(tmp_path, f0001_start=START, f0002_bad="select 1/0")
    with pytest.raises(MigrationError):
        await migrate.migrate(dsn, [made])
    write(tmp_path, "0002_bad.sql", "select 1/1")
    assert ["delegation/0002_bad"] == await migrate.migrate(dsn, [made])


async def test_migrate_with_a_file_that_commits_by_itself_is_refused(dsn: str, tmp_path: Path) -> None:
    with pytest.raises(MigrationError, match="delegation/0001_start ends the transaction by itself"):
        await migrate.migrate(dsn, [area(tmp_path, f0001_start="create table kept (); commit;")])


async def test_migrate_while_a_reader_holds_the_table_waits_for_it(
    dsn: str, connection: asyncpg.Connection, tmp_path: Path
) -> None:
    await migrate.migrate(dsn, [area(tmp_path, f0001_start=START)])
    made = area(tmp_path, f0002_more="alter table kept add column more int")
    async with connection.transaction():
        await connection.execute("select * from kept")
        migrating = asyncio.create_task(migrate.migrate(dsn, [made]))
        await asyncio.sleep(0.8)
        assert not migrating.done()
    assert ["delegation/0002_more"] == await migrating


async def test_migrate_while_a_reader_holds_the_table_for_ever_gives_up(
    dsn: str, connection: asyncpg.Connection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(migrate, "ATTEMPTS", 1)
    await migrate.migrate(dsn, [area(tmp_path, f0001_start=START)])
    made = area(tmp_path, f0002_more="alter table kept add column more int")
    async with connection.transaction():
        await connection.execute("select * from kept")
        with pytest.raises(MigrationError, match="delegation/0002_more got no lock on a table"):
            await migrate.migrate(dsn, [made])


async def test_migrate_while_another_never_ends_gives_up(
    dsn: str, connection: asyncpg.Connection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(migrate, "LOCK_SECONDS", 0.2)
    await connection.fetchval(migrate.SQL["try_lock_migrations"])
    with pytest.raises(MigrationError, match="another process has been migrating this database"):
        await migrate.migrate(dsn, [area(tmp_path, f0001_start=START)])


@pytest.mark.parametrize("name", ["1_start.sql", "0001-start.sql", "0001_Start.sql", "0001_start.mid.sql"])
async def test_migrate_with_a_file_not_named_so_is_refused(dsn: str, tmp_path: Path, name: str) -> None:
    write(tmp_path, name, "select 1")
    with pytest.raises(MigrationError, match=r"is not named like 0001_what\.sql"):
        await migrate.migrate(dsn, [Area("delegation", tmp_path)])


async def test_migrate_with_two_files_of_one_number_is_refused(dsn: str, tmp_path: Path) -> None:
    with pytest.raises(MigrationError, match="have the same number"):
        await migrate.migrate(dsn, [area(tmp_path, f0001_start="select 1", f0001_other="select 1")])


async def test_pending_of_an_empty_database_names_all(dsn: str, tmp_path: Path) -> None:
    assert ["delegation/0001_start"] == await migrate.pending(dsn, [area(tmp_path, f0001_start=START)])


async def test_pending_of_a_migrated_database_names_none(
    dsn: str, connection: asyncpg.Connection, tmp_path: Path
) -> None:
    made = area(tmp_path, f0001_start=START)
    await migrate.migrate(dsn, [made])
    pool = await Pool.open(dsn, name="tests")
    answers = [await migrate.pending(database, [made]) for database in (dsn, connection, pool)]
    await pool.close()
    assert [[], [], []] == answers
