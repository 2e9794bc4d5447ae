"""What was heard of the register: page by page, and one state a day of what is old."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from services import verifying
from services.notifications import commands, store
from tests.integration.notifications.conftest import Office
from tests.support import web

LOG = "mandat/register"


async def hear(office: Office, size: int, note: str, days: float = 0.0) -> None:
    async with office.pool.transaction() as connection:
        await store.insert_witness(connection, LOG, size, note)
    at = datetime.now(UTC).replace(hour=12, minute=0) - timedelta(days=days)
    await office.pool.execute("update witness set heard_at = $2 where note = $1", note, at)


async def pages(office: Office, size: int) -> list[dict[str, Any]]:
    found, before = [], ""
    while True:
        page = (await web.Api(office.base).get(f"/v1/witness?size={size}{before}")).json
        found.append(page)
        if page["next"] is None:
            return found
        before = f"&before={page['next']}"


@pytest.mark.parametrize("size", range(1, 8))
async def test_states_of_one_size_are_neither_skipped_nor_repeated_between_pages(
    office: Office, size: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    heard = {(10, "a"), (20, "b"), (20, "c"), (20, "d"), (30, "e"), (30, "f"), (40, "g")}
    for leaves, note in heard:
        await hear(office, leaves, note)
    shown = [(one["size"], one["note"]) for page in await pages(office, size) for one in page["checkpoints"]]
    assert sorted(heard) == sorted(shown)
    assert [leaves for leaves, _ in shown] == sorted((leaves for leaves, _ in heard), reverse=True)
    monkeypatch.setattr(verifying, "PAGE", size)
    assert sorted(note for _, note in heard) == sorted(await verifying.heard_by(office.pool))


async def test_of_what_was_heard_long_ago_the_last_of_each_day_stays_and_what_contradicts(office: Office) -> None:
    for size, note, days in (
        (1, "a", 9),
        (2, "b", 9),
        (3, "c", 9.1),
        (4, "d", 8),
        (5, "e", 8),
        (6, "f", 1),
        (7, "g", 1),
    ):
        await hear(office, size, note, days)
    await hear(office, 1, "another a", 9)
    await store.thin_witnessed(office.pool, 7)
    left = [row["note"] for row in await office.pool.fetch("select note from witness order by note")]
    assert ["a", "another a", "c", "e", "f", "g"] == left
    await store.thin_witnessed(office.pool, 7)
    assert len(left) == await office.pool.fetchval("select count(*) from witness")


async def test_key_of_an_alert_is_forgotten_when_it_is_old(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(commands, "AT_ONCE", 2)
    async with office.pool.transaction() as connection:
        for number in range(6):
            assert await store.insert_alert(connection, "cadastre", f"key-{number}")
    await office.pool.execute("update alert set taken_at = taken_at - interval '9 days' where key <> 'key-5'")
    await commands.delete_old_alerts(office.pool, 10)
    assert 6 == await office.pool.fetchval("select count(*) from alert")
    await commands.delete_old_alerts(office.pool, 9)
    assert ["key-5"] == [row["key"] for row in await office.pool.fetch("select key from alert")]
