"""The register by months: what was there moves, what comes finds its partition, what is over is taken out whole."""

from __future__ import annotations

import shutil
from collections.abc import Awaitable, Callable
from datetime import UTC, date, datetime, timedelta
from importlib import resources
from pathlib import Path
from uuid import UUID

import asyncpg
import pytest

from services.audit import commands, store
from shared import substrate
from shared.db import connections
from shared.db.migrate import Area, migrate
from shared.db.pool import Pool
from tests.integration.audit.test_subscribers import AREA

NOW = datetime.now(UTC).replace(day=15)
OLD = """
insert into activity (
    id, application, key, kind, performed_by, performed_by_name, performed_by_sort, performed_for_sort,
    occurred_at, personal
) values ($1, 'cadastre', $2, 'lot.reserved', $3, 'Édith Descartes', 'edith descartes', '', $4, true)
"""


def row(number: int, occurred_at: datetime, key: str | None = None) -> store.Row:
    return store.Row(
        id=UUID(int=number),
        application="cadastre" if key else None,
        key=key,
        kind="lot.reserved",
        performed_by=UUID(int=1),
        performed_by_name="Jean Piette",
        performed_for=None,
        performed_for_name=None,
        occurred_at=occurred_at,
        personal=True,
        correlation_id=None,
    )


async def places(connection: asyncpg.Connection) -> list[tuple[int, str]]:
    rows = await connection.fetch("select id, tableoid::regclass::text as place from activity order by seq")
    return [(found["id"].int, found["place"]) for found in rows]


def month(moment: datetime) -> str:
    return f"activity_{moment:%Y_%m}"


async def test_migration_moves_each_row_to_its_month_and_keeps_the_order_of_arrival(
    database: Callable[..., Awaitable[str]], tmp_path: Path
) -> None:
    folder = resources.files("services.audit") / "sql/migrations"
    shutil.copy(str(folder / "0001_register.sql"), tmp_path)
    dsn = await database(*substrate.AREAS)
    await migrate(dsn, [Area("audit", tmp_path)])
    connection = await asyncpg.connect(dsn)
    earlier = NOW - timedelta(days=70)
    await connection.execute("insert into person values ($1, 'Édith Descartes', 1)", UUID(int=7))
    for number, moment in ((3, NOW), (1, earlier), (2, NOW)):
        await connection.execute(OLD, UUID(int=number), str(number), UUID(int=7), moment)
    await migrate(dsn, [AREA])
    assert [(3, month(NOW)), (1, month(earlier)), (2, month(NOW))] == await places(connection)
    assert "edith descartes" == await connection.fetchval("select sort from person")
    again = row(9, NOW, key="3")
    await connections.prepare(connection)
    async with connection.transaction():
        assert set() == await store.insert_activities(connection, [again])
    await connection.close()


@pytest.fixture
async def pool(database: Callable[..., Awaitable[str]]):
    one = await Pool.open(await database(*substrate.AREAS, AREA), name="audit", size=4)
    yield one
    await one.close()


async def record(pool: Pool, *rows: store.Row) -> set[UUID]:
    async with pool.transaction() as connection:
        return await store.insert_activities(connection, rows)


async def test_activity_of_a_month_without_partition_waits_among_the_rest_and_moves_when_it_is_made(
    pool: Pool,
) -> None:
    far = datetime(2041, 3, 1, 4, 59, tzinfo=UTC)  # still February in Québec
    await record(pool, row(1, far), row(2, far + timedelta(minutes=1)))
    async with pool.connection() as connection:
        assert [(1, "activity_rest"), (2, "activity_rest")] == await places(connection)
        assert await connection.fetchval("select create_activity_month('2041-02-11')")
        assert [(1, "activity_2041_02"), (2, "activity_rest")] == await places(connection)
        assert not await connection.fetchval("select create_activity_month('2041-02-28')")


async def test_prepare_months_makes_what_is_missing_ahead_and_nothing_twice(pool: Pool) -> None:
    await commands.prepare_months(pool)
    before = await pool.fetchval("select count(*) from pg_inherits where inhparent = 'activity'::regclass")
    ahead = await pool.fetchval("select (now() at time zone 'America/Toronto' + interval '2 months')::date")
    await pool.execute(f"drop table activity_{ahead:%Y_%m}")
    await commands.prepare_months(pool)
    await commands.prepare_months(pool)
    assert before == await pool.fetchval("select count(*) from pg_inherits where inhparent = 'activity'::regclass")


async def test_dropped_month_leaves_neither_rows_nor_entries_and_its_neighbours_stay(pool: Pool) -> None:
    await pool.fetchval("select create_activity_month('2020-05-01')")
    await record(pool, row(1, datetime(2020, 5, 3, tzinfo=UTC), "a"), row(2, NOW, "b"))
    assert 1 == await pool.fetchval("select drop_activity_month($1)", date(2020, 5, 31))
    assert 0 == await pool.fetchval("select drop_activity_month($1)", date(2020, 5, 31))
    async with pool.connection() as connection:
        assert [(2, month(NOW))] == await places(connection)
    assert [UUID(int=2)] == [found["id"] for found in await pool.fetch("select id from entry")]


async def test_order_of_arrival_is_the_order_of_commits(pool: Pool) -> None:
    """A second writer waits for the first: no number appears below one that was seen."""
    async with pool.connection() as first:
        turn = first.transaction()
        await turn.start()
        await store.insert_activities(first, [row(1, NOW)])
        async with pool.connection() as second:
            await second.execute("set lock_timeout = '100ms'")
            with pytest.raises(asyncpg.LockNotAvailableError):
                async with second.transaction():
                    await store.insert_activities(second, [row(2, NOW)])
            await second.execute("set lock_timeout = default")
        await turn.commit()
    await record(pool, row(2, NOW))
    assert [1, 2] == [found["id"].int for found in await pool.fetch("select id from entry order by seq")]
