"""A4: a person is erased; nothing in any database says who that was, and the register still verifies."""

from __future__ import annotations

import asyncio
import os
import sys

import asyncpg
import pytest

from services import client
from shared import ids
from tests.authority.running import SERVICES, Realm, realm
from tests.chaos import scorecard
from tests.journeys.test_verify import sealed, verify
from tests.journeys.world import Somebody
from tests.support.processes import free_port

TABLES = "select tablename from pg_tables where schemaname = 'public' order by 1"


@pytest.fixture(scope="module")
async def running(tmp_path_factory: pytest.TempPathFactory):
    async with realm(tmp_path_factory.mktemp("erasure")) as one:
        yield one


async def residues(running: Realm, *words: str) -> tuple[int, list[str]]:
    """Search every table of every database, text and bytes, for these words; give how many rows were read."""
    read, found = 0, []
    for name in SERVICES:
        connection = await asyncpg.connect(running.world.dsn(name))
        for (table,) in await connection.fetch(TABLES):
            rows = await connection.fetch(f'select t::text as row from "{table}" as t')
            read += len(rows)
            for row in rows:
                text = row["row"]
                hidden = [word.encode().hex() for word in words]
                escaped = [word.encode("ascii", "backslashreplace").decode() for word in words]
                if any(one.lower() in text.lower() for one in (*words, *hidden, *escaped)):
                    found.append(f"{name}.{table}: {text[:200]}")
        await connection.close()
    return read, found


async def erase(running: Realm, username: str) -> None:
    environment = os.environ | {"MANDAT_HOME": str(running.folder / "home"), "MANDAT_PORT": str(free_port())}
    words = (sys.executable, "-m", "services", "erase", username)
    process = await asyncio.create_subprocess_exec(*words, env=environment)
    assert 0 == await asyncio.wait_for(process.wait(), 60)


async def lived(running: Realm) -> tuple[Somebody, Somebody]:
    """A surveyor, and a delegate who left traces everywhere: profile, delegations, answers kept, e-mails to both."""
    jean = await running.world.surveyor("Jean", "Piette")
    edith = await running.world.newcomer("Zéphyrine", "Zuliani")
    delegation = await running.world.designate(jean, edith)
    await jean.caller.call("DELETE", f"/delegation/v1/delegates/{delegation}")
    key = {"Idempotency-Key": ids.uuid7().hex}
    again = await jean.caller.call("POST", "/delegation/v1/delegates", headers=key, json={"delegate": edith.id})
    assert 201 == again.status
    await edith.caller.call("PATCH", "/identity/v1/me", json={"first_name": "Zéphyrinette"})
    await running.world.mail(jean, "délégataire")
    await sealed(running)
    return jean, edith


async def forgotten(running: Realm, words: tuple[str, ...]) -> int:
    """Wait until the removal is recorded and sealed, and nothing is left anywhere; give how many rows were read."""
    connection = await asyncpg.connect(running.world.dsn("audit"))
    removal = "select exists (select from activity where kind = 'user.removed')"
    try:
        await client.until(lambda: connection.fetchval(removal), "the news of the removal")
    finally:
        await connection.close()
    await sealed(running)
    for _ in range(20):
        read, found = await residues(running, *words)
        if not found:
            return read
        await asyncio.sleep(0.5)
    assert [] == found
    return read


async def test_erased_person_is_nowhere_and_the_register_still_verifies(running: Realm):
    jean, edith = await lived(running)
    words = (edith.username, edith.email, "Zéphyrin", "Zuliani")
    _, before = await residues(running, *words)
    assert len(before) > 10, "negative control: the search finds what is there"
    await erase(running, edith.username)
    read = await forgotten(running, words)
    scorecard.note("A4", "everything of a person", 1, residues_before=len(before), residues=0, rows_read=read)

    code, said = await verify(running)
    assert 0 == code, said
    page = await (await running.world.operator()).caller.get("/audit/v1/register", size=100, by=edith.id)
    assert {"Personne effacée"} == {one["performed_by"]["name"] for one in page["items"]}
    assert len(page["items"]) > 1
    assert [] == (await jean.caller.get("/delegation/v1/delegates"))["delegates"]


async def test_last_operator_cannot_be_erased(running: Realm):
    operator = await running.world.operator()
    answer = await operator.caller.call("DELETE", f"/identity/v1/people/{operator.username}")
    assert (409, "last-operator") == (answer.status, answer.slug)
