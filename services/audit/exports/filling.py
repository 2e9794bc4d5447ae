"""The rows of an Excel file or a PDF, and their proofs, go to a child process that writes the file."""

from __future__ import annotations

import asyncio
import os
import sys
from array import array
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import orjson

from services.audit.exports import press, rows, texts
from services.audit.seal import manifests, stamps
from shared.contracts.people import Language

if TYPE_CHECKING:
    from services.audit.seal.manifests import Sign

MODULES = {"xlsx": "services.audit.exports.excel", "pdf": "services.audit.exports.pdf"}
KEPT = ("PATH", "PYTHONPATH", "SYSTEMROOT", "LANG")
"""All of the environment that a child is given: no password of a database is in it."""


class PrintingFailed(Exception):
    """A child process ended without a file; its last words are in the log."""


def environment() -> dict[str, str]:
    """Give the environment of a child."""
    kept = {name: os.environ[name] for name in KEPT if name in os.environ}
    return kept | {"PYTHONPATH": os.pathsep.join(sys.path)}


def unhindered() -> None:
    """Rest never."""


async def fill(
    asked: rows.Asked,
    kind: str,
    log: str,
    sign: Sign,
    out: Path,
    progress: rows.Progress,
    pause: Callable[[], None] = unhindered,
) -> None:
    """Write a file of kind `xlsx` or `pdf`, with a place for its stamp (`PrintingFailed`, `NotSealedYet`).

    `pause` is called between pieces of work; it may block, where nobody else waits for this loop.
    """
    child = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        MODULES[kind],
        str(out),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
        env=environment(),
    )
    assert child.stdin is not None
    assert child.stderr is not None
    words = asyncio.create_task(child.stderr.read())
    try:
        with suppress(BrokenPipeError, ConnectionResetError):  # it has failed: its words say why
            await _tell(asked, kind, log, sign, out.with_name("manifest.jsonl"), child.stdin, progress, pause)
        if await child.wait():
            raise PrintingFailed((await words).decode(errors="replace")[-2000:])
    finally:
        if child.returncode is None:
            child.kill()
            await child.wait()
        await words


async def _tell(
    asked: rows.Asked,
    kind: str,
    log: str,
    sign: Sign,
    manifest: Path,
    to: asyncio.StreamWriter,
    progress: rows.Progress,
    pause: Callable[[], None],
) -> None:
    to.write(orjson.dumps(_head(asked)) + b"\n")
    seqs = array("q")
    async for part in asked.slices():
        seqs.extend(row["seq"] for row in part)
        to.write(orjson.dumps([rows.cells(row, asked.language) for row in part]) + b"\n")
        await to.drain()
        pause()
        progress(len(seqs))
    tail = {"facts": asked.facts(len(seqs)), "manifest": str(manifest), "blank": stamps.BLANK.decode()}
    with manifest.open("wb") as file:
        # The child makes the sheet of the rows, and takes in their proofs, while these are written.
        to.write(orjson.dumps(tail) + b"\n")
        await manifests.settle(asked.pool, max(seqs, default=0))
        async for lines in manifests.write(asked.pool, log, sign, seqs, asked.about(kind), asked.fetched):
            file.write(lines)
            pause()
    to.write(press.WHOLE)
    await to.drain()
    to.close()
    await to.wait_closed()


def _head(asked: rows.Asked) -> dict[str, Any]:
    language = asked.language
    return {
        "title": texts.TITLE.in_(language),
        "sheet": texts.SHEET.in_(language),
        "about": texts.ABOUT.in_(language),
        "columns": [column.in_(language) for column in texts.COLUMNS],
        "language": language.value,
        "made_at": asked.made_at.isoformat(),
        "footer": f"Mandat · {texts.TITLE.in_(language)} · {asked.name} · {texts.moment(asked.made_at, language)}",
        "page": texts.PAGE.in_(language, page="{page}", pages="{pages}"),
        "empty": texts.EMPTY.in_(language),
        "proof": texts.written(texts.PROOF, language),
        "unshown": [texts.NOTE.in_(language), texts.written(texts.UNSHOWN, language)],
        "colon": "\u00a0:" if language is Language.FR else ":",
    }
