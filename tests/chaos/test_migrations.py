"""O4: every migration while people use the service's tables and somebody reads in them for long."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from services import together
from shared.db import migrate
from tests.chaos import scorecard
from tests.chaos.upgrading import upgrade

pytestmark = pytest.mark.slow
READING = 0.7
"""Longer than the migrator waits for a table's lock."""
LONG = 1.5
ROWS = scorecard.count(2_000, 50_000)


@pytest.mark.parametrize("name", together.PARTS)
async def test_database_migrated_under_load_fails_no_request(database, tmp_path, name):
    async with upgrade(name, await database(), tmp_path, ROWS) as made:
        asked = await made.climb(READING)
    later = len(made.files(later=True))
    assert asked > 0, "inconclusive: nothing was asked while migrations were applied"
    assert made.failed == []
    if scorecard.FULL:
        assert made.slowest <= 1
    result = {"requests": made.done, "failed": 0, "slowest_s": round(made.slowest, 2)}
    scorecard.note("O4", f"{name}: migrations on {ROWS:,} rows", later, **result)


async def test_database_whose_migration_keeps_a_table_for_long_has_slow_requests(database, tmp_path):
    async with upgrade("portal", await database(), tmp_path / "applied", ROWS) as made:
        made.areas = [with_a_slow_one(area, tmp_path) if area.name == "portal" else area for area in made.areas]
        await made.climb(READING)
    assert made.slowest > 1
    scorecard.note("O4", "control: a table is kept for long", 1, slowest_s=round(made.slowest, 1))


def with_a_slow_one(area: migrate.Area, folder: Path) -> migrate.Area:
    for file in area.folder.iterdir():
        (folder / file.name).write_bytes(file.read_bytes())
    sql = f"alter table web_session alter column generation type bigint;\nselect pg_sleep({LONG});\n"
    (folder / "9999_slow.sql").write_text(sql)
    return replace(area, folder=folder)


async def test_database_whose_migrator_waits_for_its_lock_has_slow_requests(database, tmp_path, monkeypatch):
    monkeypatch.setitem(migrate.LIMITS, "lock_timeout", "0")
    async with upgrade("notifications", await database(), tmp_path, ROWS) as made:
        await made.climb(LONG)
    assert made.slowest > 1
    scorecard.note("O4", "control: migrator that waits for its lock", 1, slowest_s=round(made.slowest, 1))
