"""Excel and PDF: rows go to a child process of low priority, which gives a file; then it is stamped.

So neither the loop nor the memory of the service feels a download: libraries that are large, or keep Python busy for
seconds, are loaded by the child alone.
"""

from __future__ import annotations

import asyncio
import hashlib
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any
from uuid import UUID

import orjson

from services.audit.exports import rows, texts
from services.audit.seal import manifests, stamps
from shared.contracts.people import Language

if TYPE_CHECKING:
    from services.audit.seal.manifests import Signing
    from shared.merkle.notes import Signer

MODULES = {"xlsx": "services.audit.exports.excel", "pdf": "services.audit.exports.pdf"}
CHUNK = 1 << 18
KEPT = ("PATH", "PYTHONPATH", "SYSTEMROOT", "LANG")
"""All of the environment that a child is given: no password of a database is in it."""


class PrintingFailed(Exception):
    """The child process ended without a file; its last words are in the log."""


@asynccontextmanager
async def printed(
    asked: rows.Asked, kind: str, settings: Signing, signer: Signer, progress: rows.Progress
) -> AsyncIterator[Path]:
    """Make a file of kind `xlsx` or `pdf`, there as long as the block runs."""
    with TemporaryDirectory(prefix="mandat-export-") as folder:
        out = Path(folder) / f"activities.{kind}"
        await _print(asked, kind, settings, out, progress)
        await asyncio.to_thread(_stamp, out, signer)
        yield out


async def _print(asked: rows.Asked, kind: str, settings: Signing, out: Path, progress: rows.Progress) -> None:
    child = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        MODULES[kind],
        str(out),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
        env={name: os.environ[name] for name in KEPT if name in os.environ} | {"PYTHONPATH": os.pathsep.join(sys.path)},
    )
    assert child.stdin is not None
    assert child.stderr is not None
    words = asyncio.create_task(child.stderr.read())
    try:
        with suppress(BrokenPipeError, ConnectionResetError):  # it has failed: its words say why
            await _tell(asked, kind, settings, out.with_name("manifest.jsonl"), child.stdin, progress)
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
    settings: Signing,
    manifest: Path,
    to: asyncio.StreamWriter,
    progress: rows.Progress,
) -> None:
    to.write(orjson.dumps(_head(asked)) + b"\n")
    ids: list[UUID] = []
    async for part in asked.slices():
        ids += [row["id"] for row in part]
        to.write(orjson.dumps([rows.cells(row, asked.language) for row in part]) + b"\n")
        await to.drain()
        progress(len(ids))
    await manifests.settle(asked.pool, ids)
    with manifest.open("wb") as file:
        async for line in manifests.write(asked.pool, settings, ids, asked.about(kind)):
            file.write(line)
    tail = {"facts": asked.facts(len(ids)), "manifest": str(manifest), "blank": stamps.BLANK.decode()}
    to.write(orjson.dumps(tail) + b"\n")
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


def _stamp(path: Path, signer: Signer) -> None:
    """Sign a file in the place that it holds for it, without having all of it in memory."""
    digest, offset, before = hashlib.sha256(), [], b""
    with path.open("r+b") as file:
        place = 0
        while part := file.read(CHUNK):
            digest.update(part)
            window = before + part
            found = window.find(stamps.BLANK)
            while found >= 0:
                offset.append(place - len(before) + found)
                found = window.find(stamps.BLANK, found + 1)
            place += len(part)
            before = window[-(len(stamps.BLANK) - 1) :]
        if not offset:
            raise PrintingFailed("the file has no place for the stamp")
        signature = stamps.MARK + stamps.signature(digest.digest(), signer)
        for one in offset:
            file.seek(one)
            file.write(signature)
