"""A roster of 100,000 rows in flat memory, with progress; and a roster whose process dies in the middle."""

from __future__ import annotations

import asyncio
import gc
import sys
import time
from pathlib import Path
from uuid import UUID

import psutil
import pytest

from services.accounts import imports
from services.accounts.queries import imports as queries
from shared import ids
from tests.integration.accounts.conftest import HEADER, IMPORTED, roster
from tests.support.messaging import eventually

ROOT = Path(__file__).resolve().parents[3]
ROWS = 100_000
MEBIBYTE = 1 << 20
HOLDERS = """
select count(*) from pg_locks join pg_database on oid = database
where locktype = 'advisory' and objid = 7301 and datname = current_database()
"""


def row(number: int) -> str:
    return f'{number};Jean;"Piette, fils";surveyor{number}@mandat.example.com;"{number}, rue de l’Église";fr\r\n'


async def file(rows: int):
    """Give a roster in chunks of about 64 KiB."""
    yield f"{HEADER}\r\n".encode()
    for start in range(1, rows + 1, 750):
        yield "".join(row(number) for number in range(start, min(start + 750, rows + 1))).encode()


async def run(world, chunks, import_id: UUID, report=lambda done, rows: None):
    await imports.import_roster(
        world.pool, world.secrets, chunks, import_id=import_id, started_by="system", report=report
    )
    return await queries.find_import(world.pool, import_id)


@pytest.mark.slow
@pytest.mark.item("O3")
async def test_import_of_100_000_rows_lands_all_in_flat_memory_with_progress(world):
    await run(world, file(2_000), ids.uuid7())
    process, said, peaks = psutil.Process(), [], []

    def report(done, rows):
        said.append((done, rows))
        peaks.append(process.memory_info().rss)

    gc.collect()
    before, started, import_id = process.memory_info().rss, time.monotonic(), ids.uuid7()
    found = await run(world, file(ROWS), import_id, report)
    seconds = time.monotonic() - started
    grown = (max(peaks) - before) / MEBIBYTE
    print(f"{ROWS} rows in {seconds:.1f} s, {ROWS / seconds:.0f} a second, {grown:.1f} MiB more")  # noqa: T201 - the figure
    assert (ROWS, ROWS - 2_000, 2_000, 0) == (found.rows, found.created, found.unchanged, found.bad)
    assert said == sorted(said)
    assert len(said) >= ROWS // imports.BATCH
    assert said[-1][1] == ROWS
    assert grown < 24


async def test_import_whose_process_is_killed_completes_when_sent_again(world, tmp_path):
    """Every licence has one PIN and is said once, whatever the moment of the kill."""
    import_id, rows = ids.uuid7(), 6_000
    await kill_in_the_middle(world, tmp_path / "secrets", import_id, rows)
    landed = await world.pool.fetchval("select count(*) from licence")
    assert 1_000 <= landed < rows
    assert (await queries.find_import(world.pool, import_id)).state == "running"

    found = await run(world, file(rows), import_id)
    assert ("done", rows, rows - landed, landed, 0) == (
        found.state, found.rows, found.created, found.unchanged, found.bad,
    )  # fmt: skip
    said = await world.said(IMPORTED)
    assert rows == len(said) == len({one.subject for one in said})


async def test_import_after_one_whose_process_was_killed_says_that_that_one_failed(world, tmp_path):
    import_id = ids.uuid7()
    await kill_in_the_middle(world, tmp_path / "secrets", import_id, 6_000)
    await world.send(roster())
    assert (await queries.find_import(world.pool, import_id)).state == "failed"


async def kill_in_the_middle(world, folder, import_id: UUID, rows: int) -> None:
    told = (world.pool.dsn, str(folder), str(import_id), str(rows))
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.integration.accounts.importer", *told, cwd=ROOT
    )

    try:
        await eventually(lambda: world.pool.fetchval("select count(*) from import where rows >= 1000"), 1, seconds=30)
    finally:
        process.kill()
        await process.wait()
    await eventually(lambda: world.pool.fetchval(HOLDERS), 0)
