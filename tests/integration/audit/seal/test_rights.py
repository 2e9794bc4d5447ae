"""A7: the running service inserts and reads in the register; it changes, takes away and cuts nothing."""

from __future__ import annotations

import re
import secrets
from collections.abc import AsyncIterator
from urllib.parse import urlsplit

import asyncpg
import pytest

from services.audit.seal import rights, store
from services.operations import store as operations
from shared.db import databases
from shared.db.pool import Pool
from tests.chaos import scorecard
from tests.integration.audit.seal.log import Log

TRIES = (
    "update {table} set {column} = {column}",
    "delete from {table}",
    "truncate {table}",
    "truncate {table} cascade",
    "drop table {table} cascade",
    "alter table {table} add column more text",
    "alter table {table} disable trigger all",
    "create rule nothing as on delete to {table} do instead nothing",
    "with gone as (delete from {table} returning *) select count(*) from gone",
)
"""What each is tried with; all are to fail."""


@pytest.fixture
async def service(log: Log, postgres) -> AsyncIterator[Log]:
    """The same register as the running service sees it."""
    role, password = f"test_{secrets.token_hex(4)}", secrets.token_urlsafe(16)
    name = urlsplit(log.owner.dsn).path[1:]
    await databases.ensure_role(postgres.dsn(), name, role, password)
    async with log.owner.connection() as connection:
        await operations.grant(connection, "audit", role)
    place = urlsplit(log.owner.dsn)
    netloc = f"{role}:{password}@{place.netloc.rpartition('@')[2]}"
    pool = await Pool.open(place._replace(netloc=netloc).geturl(), name="audit", size=2)
    yield Log(pool, log.folder)
    await pool.close()
    connection = await asyncpg.connect(postgres.dsn(name))
    await connection.execute(f"drop owned by {role}; drop role {role}")
    await connection.close()


async def test_service_changes_nothing_that_was_written_whatever_it_tries(log: Log, service: Log) -> None:
    await service.seal(20)
    guarded = [*rights.TABLES, *await months(log), "schema_migrations"]
    before, tried, done = await prints(log, guarded), 0, []
    for table in guarded:
        column = await log.owner.fetchval(
            "select attname from pg_attribute where attrelid = $1::text::regclass and attnum = 2", table
        )
        for attempt in TRIES:
            tried += 1
            try:
                async with service.owner.connection() as connection:
                    await connection.execute(attempt.format(table=table, column=column))
            except asyncpg.InsufficientPrivilegeError:
                continue
            done.append(attempt.format(table=table, column=column))
    assert [] == done
    assert before == await prints(log, guarded)
    scorecard.note("A7", f"{len(guarded)} tables × {len(TRIES)} tries", tried, succeeded=len(done))


async def prints(log: Log, tables: list[str]) -> list[str]:
    return [
        await log.owner.fetchval(f"select md5(string_agg(t::text, '' order by t::text)) from {t} t") for t in tables
    ]


async def months(log: Log) -> list[str]:
    rows = await log.owner.fetch("select relname from pg_class where relispartition and relkind = 'r'")
    return sorted(row["relname"] for row in rows if re.fullmatch(rights.MONTH, row["relname"]))


async def test_owner_can_do_all_of_it(log: Log) -> None:
    """Negative control: the tries are real ones."""
    await log.seal(20)
    for table in ("checkpoint", "activity"):
        async with log.owner.connection() as connection:
            assert await connection.execute(f"delete from {table}") in ("DELETE 1", "DELETE 20")


async def test_service_does_its_work_with_these_rights(log: Log, service: Log) -> None:
    """It records, seals, makes months and erases who asks for it."""
    await service.seal(30)
    assert (await service.check()).good
    assert not await service.owner.fetchval("select create_activity_month('2026-11-05')")
    assert await service.owner.fetchval("select create_activity_month('2031-11-05')")
    person = await service.owner.fetchval("select performed_for from activity limit 1")
    async with service.owner.transaction() as connection:
        assert await store.erase_subject(connection, person) > 0
    assert 0 == await log.owner.fetchval("select count(*) from subject_key where subject = $1", person)


def test_rights_name_every_table_of_the_log() -> None:
    assert set(rights.TABLES) >= {"activity", "entry", "leaf", "node", "checkpoint", "subject_key", "tombstone"}
