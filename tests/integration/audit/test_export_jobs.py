"""Files prepared in the background: progress, cancelling, a process that dies, who may fetch, what is said."""

from __future__ import annotations

import asyncio
import io
from datetime import timedelta
from typing import Any
from uuid import UUID

import openpyxl
import pytest

from services.audit.exports import jobs, plain, store
from services.audit.exports.desk import Desk
from tests.integration.audit.conftest import Sealed
from tests.integration.audit.downloads import EDITH, ZOE, fetch, lay, listed


async def asked(sealed: Sealed, person: UUID = ZOE, **body: Any) -> str:
    answer = await sealed.person(person).post("/v1/exports", {"format": "csv"} | body)
    assert 202 == answer.status, answer.json
    return str(answer.json["id"])


async def state(sealed: Sealed, export: str, person: UUID = ZOE) -> dict[str, Any]:
    answer = await sealed.person(person).get(f"/v1/exports/{export}")
    assert 200 == answer.status, answer.json
    return dict(answer.json)


def desk(sealed: Sealed) -> Desk:
    return Desk(sealed.settings)


@pytest.mark.item("Q34")
async def test_file_is_prepared_announced_and_fetched_by_who_asked(sealed: Sealed) -> None:
    await lay(sealed)
    export = await asked(sealed, format="xlsx", kind="lot.reserved", sort="file")
    rows = await listed(sealed, "kind=lot.reserved&sort=file")
    queued = await state(sealed, export)
    assert ("queued", len(rows), 0) == (queued["state"], queued["total"], queued["done"])
    assert "export-not-ready" == (await sealed.person(ZOE).get(f"/v1/exports/{export}/file")).slug
    assert await jobs.run_next(sealed.pool, desk(sealed))
    ready = await state(sealed, export)
    assert ("ready", len(rows)) == (ready["state"], ready["done"])
    status, headers, body = await fetch(sealed, f"/v1/exports/{export}/file")
    assert (200, ready["size"]) == (status, len(body))
    assert "spreadsheetml" in headers["Content-Type"]
    sheet = openpyxl.load_workbook(io.BytesIO(body)).worksheets[0]
    assert [row[1] for row in rows] == [str(cell.value or "") for cell in sheet["B"][1:]]
    said = await sealed.pool.fetch("select envelope::text as text from outbox where type = 'audit.export.ready.v1'")
    assert 1 == len(said)
    assert export in said[0]["text"]


async def test_file_of_somebody_else_is_not_found_whatever_is_tried(sealed: Sealed) -> None:
    await lay(sealed, 30)
    export = await asked(sealed)
    await jobs.run_next(sealed.pool, desk(sealed))
    other = sealed.person(EDITH)
    answers = [
        await other.get(f"/v1/exports/{export}"),
        await other.get(f"/v1/exports/{export}/file"),
        await other.delete(f"/v1/exports/{export}"),
        await other.get(f"/v1/exports/{UUID(int=5)}/file"),
    ]
    assert [(404, "not-found")] * 4 == [(answer.status, answer.slug) for answer in answers]
    assert [] == (await other.get("/v1/exports")).json["exports"]
    assert "ready" == (await state(sealed, export))["state"]


async def test_whole_register_is_prepared_for_operators_only(sealed: Sealed) -> None:
    laid = await lay(sealed, 50)
    refused = await sealed.person(ZOE).post("/v1/exports", {"format": "csv", "everything": True})
    assert (403, "not-permitted") == (refused.status, refused.slug)
    answer = await sealed.operator().post("/v1/exports", {"format": "csv", "everything": True})
    assert len(laid.rows) == answer.json["total"]
    await jobs.run_next(sealed.pool, desk(sealed))
    path = f"/v1/exports/{answer.json['id']}"
    assert 200 == (await sealed.operator().get(path)).status
    dismissed = sealed.person(UUID(int=4))
    assert [404, 404] == [(await dismissed.get(one)).status for one in (path, f"{path}/file")]


async def slow(sealed: Sealed, monkeypatch: pytest.MonkeyPatch) -> asyncio.Event:
    """Have writing stop after its first part until the event is set."""
    going = asyncio.Event()

    async def write(asked_: Any, progress: Any) -> Any:
        progress(1)
        yield b"first"
        await going.wait()
        yield b"second"

    monkeypatch.setattr(plain, "write_csv", write)
    monkeypatch.setattr(jobs, "BEAT", 0.02)
    return going


async def until(sealed: Sealed, export: str, key: str, value: Any) -> None:
    async with asyncio.timeout(20):
        while (await state(sealed, export))[key] != value:
            await asyncio.sleep(0.02)


async def test_progress_is_shown_while_a_file_is_written(sealed: Sealed, monkeypatch: pytest.MonkeyPatch) -> None:
    await lay(sealed, 30)
    going = await slow(sealed, monkeypatch)
    export = await asked(sealed)
    writing = asyncio.create_task(jobs.run_next(sealed.pool, desk(sealed)))
    await until(sealed, export, "done", 1)
    assert "running" == (await state(sealed, export))["state"]
    assert 1 == await sealed.pool.fetchval("select count(*) from export_part")
    assert "export-not-ready" == (await sealed.person(ZOE).get(f"/v1/exports/{export}/file")).slug
    going.set()
    assert await writing
    assert b"firstsecond" == (await fetch(sealed, f"/v1/exports/{export}/file"))[2]


async def test_cancelled_file_is_written_no_further_and_nothing_is_said(
    sealed: Sealed, monkeypatch: pytest.MonkeyPatch
) -> None:
    await lay(sealed, 30)
    await slow(sealed, monkeypatch)
    export = await asked(sealed)
    writing = asyncio.create_task(jobs.run_next(sealed.pool, desk(sealed)))
    await until(sealed, export, "done", 1)
    assert 204 == (await sealed.person(ZOE).delete(f"/v1/exports/{export}")).status
    assert await asyncio.wait_for(writing, 20)
    assert "cancelled" == (await state(sealed, export))["state"]
    assert 404 == (await sealed.person(ZOE).delete(f"/v1/exports/{export}")).status
    assert 0 == await sealed.pool.fetchval("select count(*) from outbox where type = 'audit.export.ready.v1'")


async def test_file_whose_process_died_is_begun_again_and_three_deaths_are_a_failure(sealed: Sealed) -> None:
    await lay(sealed, 30)
    export = await asked(sealed)
    for attempt in (1, 2, 3):
        row = await store.claim_export(sealed.pool, timedelta(seconds=-1))
        assert row is not None
        assert attempt == row["attempts"]
        assert await store.insert_part(sealed.pool, row["id"], attempt, 0, b"half")
    assert await store.claim_export(sealed.pool, timedelta(seconds=-1)) is None
    assert "failed" == (await state(sealed, export))["state"]


async def test_file_that_was_taken_over_is_not_finished_by_the_process_that_was_away(sealed: Sealed) -> None:
    await lay(sealed, 30)
    await asked(sealed)
    away = await store.claim_export(sealed.pool, timedelta(seconds=-1))
    assert away is not None
    assert await store.claim_export(sealed.pool, timedelta(seconds=60)) is not None
    assert not await store.keep_export(sealed.pool, away["id"], away["attempts"], 5, timedelta(seconds=60))
    async with sealed.pool.transaction() as connection:
        assert await store.finish_export(connection, away["id"], away["attempts"], 5, timedelta(days=1)) is None


async def test_part_of_an_attempt_that_lost_its_lease_is_not_mixed_with_those_of_the_next(
    sealed: Sealed, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who was away comes back before he could ask whether the file is still his."""
    await lay(sealed, 30)
    going = await slow(sealed, monkeypatch)
    monkeypatch.setattr(jobs, "BEAT", 20)
    export = await asked(sealed)
    writing = asyncio.create_task(jobs.run_next(sealed.pool, desk(sealed)))
    await until_written(sealed)
    await sealed.pool.execute("update export set lease_until = clock_timestamp() - interval '1 second'")
    row = await store.claim_export(sealed.pool, timedelta(seconds=60))
    assert row is not None
    assert await store.insert_part(sealed.pool, row["id"], row["attempts"], 0, b"anew")
    going.set()
    assert await writing
    assert [b"anew"] == [one["content"] for one in await sealed.pool.fetch("select content from export_part")]
    assert "running" == (await state(sealed, export))["state"]


async def until_written(sealed: Sealed) -> None:
    async with asyncio.timeout(20):
        while not await sealed.pool.fetchval("select count(*) from export_part"):
            await asyncio.sleep(0.02)


async def test_file_that_cannot_be_written_is_tried_three_times(
    sealed: Sealed, monkeypatch: pytest.MonkeyPatch
) -> None:
    await lay(sealed, 30)

    async def broken(*_: Any) -> Any:
        yield b"first"
        raise OSError("the disk is full")

    monkeypatch.setattr(plain, "write_csv", broken)
    export = await asked(sealed)
    await jobs.run_all(sealed.pool, desk(sealed))
    assert "failed" == (await state(sealed, export))["state"]
    assert 3 == await sealed.pool.fetchval("select attempts from export")


async def test_fourth_file_at_a_time_has_to_wait(sealed: Sealed) -> None:
    await lay(sealed, 30)
    for _ in range(3):
        await asked(sealed)
    answer = await sealed.person(ZOE).post("/v1/exports", {"format": "csv"})
    assert (429, "too-many-requests") == (answer.status, answer.slug)
    assert int(answer.headers["Retry-After"]) > 0


async def test_file_is_forgotten_when_its_time_is_over(sealed: Sealed) -> None:
    await lay(sealed, 30)
    export = await asked(sealed)
    await jobs.run_next(sealed.pool, desk(sealed))
    await sealed.pool.execute("update export set expires_at = clock_timestamp() - interval '1 second'")
    assert 404 == (await sealed.person(ZOE).get(f"/v1/exports/{export}/file")).status
    await store.delete_expired(sealed.pool)
    assert 0 == await sealed.pool.fetchval("select count(*) from export_part")
