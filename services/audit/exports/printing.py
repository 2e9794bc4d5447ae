"""Excel and PDF: rows go to a child process of low priority, which gives a file; then it is stamped.

So neither the loop nor the memory of the service feels a download: libraries that are large, or keep Python busy for
seconds, are loaded by the child alone. A long list is read, and its proofs are written, by a child too.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncIterator, Awaitable
from contextlib import asynccontextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from services.audit.exports import apart, filling, rows
from services.audit.seal import manifests, stamps

if TYPE_CHECKING:
    from services.audit.seal.manifests import Signing
    from shared.merkle.notes import Signer

CHUNK = 1 << 18
AT_HAND = 2_000
"""Rows that the service reads itself: to start a process takes longer."""
LONGEST = {"pdf": 300.0, "xlsx": 3600.0}
"""Seconds after which a file is given up: a million rows take a tenth of that, and a child that hangs holds a turn."""


@asynccontextmanager
async def printed(
    asked: rows.Asked, kind: str, settings: Signing, signer: Signer, progress: rows.Progress
) -> AsyncIterator[Path]:
    """Make a file of kind `xlsx` or `pdf`, there as long as the block runs."""
    with TemporaryDirectory(prefix="mandat-export-") as folder:
        out = Path(folder) / f"activities.{kind}"
        fill = filling.fill if await asked.count() <= AT_HAND else apart.fill
        await _in_time(
            LONGEST[kind], fill(asked, kind, settings.register_name, manifests.signing(settings), out, progress)
        )
        await asyncio.to_thread(_stamp, out, signer)
        yield out


async def _in_time(seconds: float, filled: Awaitable[None]) -> None:
    try:
        async with asyncio.timeout(seconds):
            await filled
    except TimeoutError:
        raise filling.PrintingFailed(f"not done within {seconds:g} s") from None


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
            raise filling.PrintingFailed("the file has no place for the stamp")
        signature = stamps.MARK + stamps.signature(digest.digest(), signer)
        for one in offset:
            file.seek(one)
            file.write(signature)
