"""Long downloads, read by a process of its own: the same file, and nothing that is secret where others can read it."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Awaitable, Callable
from contextlib import aclosing, suppress
from datetime import UTC, datetime
from pathlib import Path

import pytest

from services.audit import queries
from services.audit.exports import apart, filling, pacing, printing, rows
from services.audit.exports.schemas import Download
from services.audit.seal import manifests, store
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
            told, given = (Path(f"/proc/{child}/{part}").read_bytes() for part in ("cmdline", "environ"))
            shown.extend([told, given] if b"exports.apart" in told else [])

    await fill(sealed, tmp_path / "x.xlsx", note)
    assert heard
    assert shown
    password = sealed.pool.dsn.split(":")[2].split("@")[0].encode()
    assert not any(password in one for one in shown)


@pytest.mark.skipif(not hasattr(os, "SCHED_IDLE"), reason="only Linux has idle processes")
async def test_processes_of_a_long_list_let_others_go_first(sealed: Sealed, tmp_path: Path) -> None:
    """The one that reads, and the one that it has packing."""
    await lay(sealed)
    found: list[tuple[bool, bool]] = []

    def note(done: int) -> None:
        del done
        children = [one for one in descendants(os.getpid()) if b"audit.exports" in told(one)]
        found.extend((os.sched_getscheduler(one) == os.SCHED_IDLE, os.getsid(one) != os.getsid(0)) for one in children)

    await fill(sealed, tmp_path / "x.xlsx", note)
    assert {(True, pacing.GROUP.exists())} == set(found)
    assert len(found) > 1


def told(process: int) -> bytes:
    return Path(f"/proc/{process}/cmdline").read_bytes()


def descendants(process: int) -> list[int]:
    """Give the children of a process, and theirs."""
    children = Path(f"/proc/{process}/task/{process}/children").read_text(encoding="ascii").split()
    return [one for child in map(int, children) for one in (child, *descendants(child))]


@pytest.mark.parametrize("fetched", [7, 50, 500])
async def test_list_that_is_read_little_by_little_is_the_same_and_leaves_room_after_each_piece(
    sealed: Sealed, tmp_path: Path, fetched: int
) -> None:
    await lay(sealed)
    made = {"name": "Zoé", "language": Language.FR, "made_at": datetime.now(UTC), "fetched": fetched}
    asked = rows.Asked(pool=sealed.pool, viewer=ZOE, query=Download(), **made)
    out = tmp_path / "x.xlsx"
    sign = manifests.signing(sealed.settings)
    rests: list[int] = []
    await filling.fill(
        asked, "xlsx", sealed.settings.register_name, sign, out, rows.unheard, pause=lambda: rests.append(1)
    )
    found = excel(out.read_bytes())[1]
    assert await listed(sealed) == found
    assert len(rests) >= 2 * len(found) / fetched


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


async def test_next_rows_and_their_proofs_are_asked_for_before_these_are_written(
    sealed: Sealed, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The database works while this process does: they take turns otherwise, and a file as long as both together."""
    await lay(sealed)
    begun: list[object] = []
    for module, name in ((queries, "list_rows"), (store, "list_written")):
        monkeypatch.setattr(module, name, noted(getattr(module, name), begun))
    made = {"name": "Zoé", "language": Language.FR, "made_at": datetime.now(UTC), "fetched": 50}
    asked = rows.Asked(pool=sealed.pool, viewer=ZOE, query=Download(), **made)
    async with aclosing(asked.slices()) as parts:
        first = await anext(parts)
        assert len(begun) == 2
        seqs = [row["seq"] for row in first] + [row["seq"] for row in await anext(parts)]
    begun.clear()
    written = manifests.write(
        sealed.pool, sealed.settings.register_name, manifests.signing(sealed.settings), seqs, {}, 50
    )
    async with aclosing(written) as lines:
        await anext(lines)
        assert b'"leaf"' in await anext(lines)
        assert len(begun) == 2


def noted(work: Callable[..., Awaitable[object]], begun: list[object]) -> Callable[..., Awaitable[object]]:
    async def note(*given: object, **more: object) -> object:
        begun.append(work)
        return await work(*given, **more)

    return note
