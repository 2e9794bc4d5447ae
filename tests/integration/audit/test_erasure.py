"""A4 in downloads: who was erased is in no file that can still be fetched."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

from services.audit import commands
from services.audit.exports import jobs
from services.audit.exports.desk import Desk
from services.audit.seal import store as seal
from shared import ids
from tests.integration.audit.conftest import Sealed
from tests.integration.audit.downloads import EDITH, ZOE, confirmed, download, fetch, lay
from tests.integration.audit.test_export_jobs import asked, state

NAME = "Édith"
WHY = "Demande d’aide 4711, par téléphone"


async def erase(sealed: Sealed) -> None:
    async with sealed.pool.transaction() as connection:
        await commands.remember_person(connection, EDITH, "", 99)
        await commands.erase_person(connection, EDITH)


async def test_prepared_file_that_names_who_is_erased_is_written_again_without_the_name(sealed: Sealed) -> None:
    await lay(sealed)
    export, his = await asked(sealed, format="jsonl"), await asked(sealed, EDITH)
    while await jobs.run_next(sealed.pool, Desk(sealed.settings)):
        pass
    _, _, before = await fetch(sealed, f"/v1/exports/{export}/file")
    assert NAME in before.decode(), "negative control: it was there"
    await erase(sealed)
    assert "queued" == (await state(sealed, export))["state"]
    assert 404 == (await sealed.person(EDITH).get(f"/v1/exports/{his}")).status
    await jobs.run_next(sealed.pool, Desk(sealed.settings))
    assert "ready" == (await state(sealed, export))["state"]
    _, _, after = await fetch(sealed, f"/v1/exports/{export}/file")
    assert (False, True) == (NAME in after.decode(), "Personne effacée" in after.decode())
    assert confirmed(sealed, after, "jsonl"), "it still proves what it says"


async def test_prepared_file_is_written_again_however_often_somebody_in_it_is_erased(sealed: Sealed) -> None:
    await lay(sealed)
    export = await asked(sealed)
    for _ in range(5):
        assert await jobs.run_next(sealed.pool, Desk(sealed.settings))
        assert "ready" == (await state(sealed, export))["state"]
        await erase(sealed)
        assert "queued" == (await state(sealed, export))["state"]
    said = "select count(*) from outbox where type = 'audit.export.ready.v1'"
    assert 1 == await sealed.pool.fetchval(said), "who asked is written to once"


async def test_who_is_erased_while_his_first_activity_is_sealed_leaves_no_key(sealed: Sealed) -> None:
    await lay(sealed, 0)
    async with sealed.pool.transaction() as sealing:
        assert await seal.take_seal(sealing)
        erasing = asyncio.create_task(erase(sealed))
        await asyncio.sleep(0.2)
        await seal.ensure_keys(sealing, {EDITH})
    await erasing
    assert {} == await seal.find_keys(sealed.pool, [EDITH])


async def test_download_at_once_names_nobody_who_is_erased_and_still_verifies(sealed: Sealed) -> None:
    await lay(sealed)
    await erase(sealed)
    listed = (await sealed.person(ZOE).get("/v1/activities?size=100")).text
    assert (False, True) == (NAME in listed, "Personne effacée" in listed)
    for kind in ("xlsx", "pdf", "jsonl"):
        assert confirmed(sealed, await download(sealed, kind), kind)


async def test_reason_of_a_look_is_read_by_both_and_goes_with_the_person(sealed: Sealed) -> None:
    await lay(sealed)
    look = commands.Heard(
        event_id=ids.uuid7(),
        kind="screens.viewed",
        performed_by=ZOE,
        performed_for=EDITH,
        occurred_at=datetime.now(UTC),
        correlation_id=None,
        reason=WHY,
    )
    async with sealed.pool.transaction() as connection:
        await commands.record_heard(connection, [look])
        await commands.record_heard(connection, [look])
    listed = [(await sealed.person(one).get("/v1/activities?size=100")).text for one in (EDITH, ZOE)]
    assert [1, 1] == [text.count(WHY) for text in listed]
    assert WHY in (await sealed.person(EDITH).get("/v1/my-data")).text
    await erase(sealed)
    left = (await sealed.person(ZOE).get("/v1/activities?size=100")).text
    assert (True, False) == ("screens.viewed" in left, WHY in left)
