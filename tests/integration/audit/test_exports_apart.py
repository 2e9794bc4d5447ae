"""Long downloads, read by a process of its own: the same file, and nothing that is secret where others can read it."""

from __future__ import annotations

import asyncio
import os
import sys
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import pytest

from services.audit.exports import apart, filling, printing, rows
from services.audit.exports.schemas import Download
from services.audit.seal import manifests
from shared.contracts.people import Language
from shared.contracts.problems.audit import NotSealedYet
from tests.integration.audit.conftest import Sealed
from tests.integration.audit.downloads import EDITH, ZOE, confirmed, download, excel, lay, listed


@pytest.fixture
def long(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have each list taken for a long one."""
    monkeypatch.setattr(printing, "AT_HAND", 0)


async def fill(sealed: Sealed, out: Path, heard: rows.Progress = rows.unheard) -> None:
    made = {"name": "Zoé", "language": Language.FR, "made_at": datetime.now(UTC)}
    asked = rows.Asked(pool=sealed.pool, viewer=ZOE, query=Download(), **made)
    sign = manifests.signing(sealed.settings)
    await apart.fill(asked, "xlsx", sealed.settings.register_name, sign, out, heard)


@pytest.mark.usefixtures("long")
@pytest.mark.parametrize("query", ["sort=-for", f"by={EDITH}&from=2026-01-20"])
async def test_long_list_in_a_file_is_that_of_the_screen_and_is_confirmed(sealed: Sealed, query: str) -> None:
    await lay(sealed)
    body = await download(sealed, "xlsx", query, language="en")
    assert await listed(sealed, query, language="en") == excel(body)[1]
    assert confirmed(sealed, body, "xlsx")


async def test_process_that_reads_shows_no_password_and_tells_how_far_it_is(sealed: Sealed, tmp_path: Path) -> None:
    await lay(sealed)
    shown: list[bytes] = []
    heard: list[int] = []

    def note(done: int) -> None:
        heard.append(done)
        for child in Path(f"/proc/self/task/{os.getpid()}/children").read_text(encoding="ascii").split():
            shown.extend(Path(f"/proc/{child}/{part}").read_bytes() for part in ("cmdline", "environ"))

    await fill(sealed, tmp_path / "x.xlsx", note)
    assert heard
    assert any(b"exports.apart" in one for one in shown)
    password = sealed.pool.dsn.split(":")[2].split("@")[0].encode()
    assert not any(password in one for one in shown)


async def test_process_that_ends_without_a_file_says_why(sealed: Sealed, tmp_path: Path) -> None:
    with pytest.raises(filling.PrintingFailed, match="FileNotFoundError"):
        await fill(sealed, tmp_path / "nowhere" / "x.xlsx")


async def test_what_is_not_sealed_yet_is_said_by_the_process_too(
    sealed: Sealed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "impatient.py").write_text(
        "from services.audit.seal import manifests\nmanifests.settle.__kwdefaults__['seconds'] = 0.2\n"
        "import runpy\nrunpy.run_module('services.audit.exports.apart', run_name='__main__')\n"
    )
    monkeypatch.setattr(sys, "path", [*sys.path, str(tmp_path)])
    monkeypatch.setattr(apart, "MODULE", "impatient")
    await lay(sealed)
    await sealed.pool.execute("delete from checkpoint")
    with pytest.raises(NotSealedYet):
        await fill(sealed, tmp_path / "x.xlsx")


async def test_file_that_is_given_up_takes_its_processes_along(sealed: Sealed, tmp_path: Path) -> None:
    await lay(sealed)
    begun = asyncio.Event()
    writing = asyncio.create_task(fill(sealed, tmp_path / "x.xlsx", lambda done: begun.set()))
    await begun.wait()
    assert running(str(tmp_path))
    writing.cancel()
    await asyncio.wait({writing})
    assert writing.cancelled()
    async with asyncio.timeout(30):
        while running(str(tmp_path)):
            await asyncio.sleep(0.05)


def running(word: str) -> list[str]:
    """Name the processes with a word on their command line: the one that writes has the path of the file."""
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        with suppress(OSError):
            found += [path.parent.name] if word.encode() in path.read_bytes() else []
    return found
