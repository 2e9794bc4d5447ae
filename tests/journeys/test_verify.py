"""An operator checks the register from the command line, while everything runs."""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path

import aiohttp
import asyncpg
import pytest

from services import client
from tests.authority.running import Realm, realm
from tests.support.processes import free_port

MEDIA = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "pdf": "application/pdf",
    "jsonl": "application/jsonl",
}


@pytest.fixture(scope="module")
async def running(tmp_path_factory: pytest.TempPathFactory):
    async with realm(tmp_path_factory.mktemp("verify")) as one:
        yield one


async def verify(running: Realm, *words: str, home: Path | None = None) -> tuple[int | None, str]:
    """Run `mandat verify` on the running system, or elsewhere; give its exit code and what it said."""
    environment = os.environ | {"MANDAT_HOME": str(home or running.folder / "home"), "MANDAT_PORT": str(free_port())}
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "services",
        "verify",
        *words,
        env=environment,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    said, _ = await asyncio.wait_for(process.communicate(), 60)
    return process.returncode, said.decode()


async def sealed(running: Realm) -> None:
    connection = await asyncpg.connect(running.world.dsn("audit"))
    waiting = (
        "select count(*) > 0 and bool_and(leaf.index is not null) from entry left join leaf on leaf.seq = entry.seq"
    )
    try:
        await client.until(lambda: connection.fetchval(waiting), "the seal", seconds=30)
    finally:
        await connection.close()


@pytest.mark.item("Q34")
async def test_download_is_verified_anywhere_and_what_is_changed_in_it_is_found(running: Realm, tmp_path: Path):
    """The command knows nothing of the running system here but the key that was published."""
    jean = await running.world.newcomer("Marc", "Sceau")
    await client.until(lambda: running.world.activities(jean), "the first activity")
    await sealed(running)
    (key,) = (await running.world.anonymous.get("/audit/v1/keys"))["keys"]
    for kind, media in MEDIA.items():
        async with aiohttp.ClientSession(headers={"Authorization": f"Bearer {jean.caller.token}"}) as http:
            async with http.get(f"{running.url}/audit/v1/activities.{kind}") as answer:
                content = await answer.read()
                assert 200 == answer.status, content
            async with http.post(
                f"{running.url}/audit/v1/verifications", data=content, headers={"Content-Type": media}
            ) as answer:
                assert (await answer.json())["good"], kind
        file = tmp_path / f"activites.{kind}"
        file.write_bytes(content)
        code, said = await verify(running, str(file), "--key", key)
        assert (0, True) == (code, "Each row is in the register as it was signed." in said), said
        code, said = await verify(running, str(file))
        assert (0, True) == (code, "Each row is in the register as it was signed." in said), "its own system’s key"
        code, said = await verify(running, str(file), home=tmp_path)
        assert (1, True, True) == (code, "(not-proved)" in said, key in said.replace("\n", "")), said
        file.write_bytes(content[:-200] + bytes([content[-200] ^ 1]) + content[-199:])
        code, said = await verify(running, str(file), "--key", key)
        assert code in (1, 2), said


async def test_verify_says_that_all_is_as_sealed_and_names_what_is_not(running: Realm):
    await running.world.newcomer("Jean", "Piette")
    await sealed(running)
    code, said = await verify(running)
    assert (0, True) == (code, "All is as it was sealed." in said), said
    code, said = await verify(running, "--witness", running.url)
    assert 0 == code, said

    connection = await asyncpg.connect(running.world.dsn("audit"))
    for table in ("activity", "entry"):
        await connection.execute(f"update {table} set kind = 'email.sent' where seq = 1")
    code, said = await verify(running)
    assert (1, True) == (code, "leaf 0, activity 1: the activity is not the sealed one" in said), said
    await connection.execute("delete from checkpoint; delete from leaf; delete from node")
    code, said = await verify(running)
    assert (1, True) == (code, "the end of the log was cut off" in said), said
    await connection.close()


async def test_verify_with_a_key_that_is_none_is_told_so(running: Realm):
    code, said = await verify(running, "--key", "mandat/register+deadbeef+AAAA")
    assert (2, True) == (code, "not a key" in said), said
