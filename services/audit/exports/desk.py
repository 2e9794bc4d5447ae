"""Where downloads are made: few at a time, so that the rest of the service does not feel them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from services.audit.exports import plain, printing, rows
from services.audit.exports.schemas import Format
from services.audit.seal import keys
from shared.contracts.problems import audit as problems
from shared.contracts.problems import common

if TYPE_CHECKING:
    from services.audit.settings import Settings

PAGES_OF = 2_000
"""Rows of a PDF: what is longer takes the compiler hundreds of megabytes, and nobody reads it."""
ROWS_OF_A_SHEET = 1_000_000
AT_ONCE = 20_000
"""Rows of an Excel file that somebody waits for; a longer one is prepared in the background."""
WAITING = 20
CHECKS = 4
CHUNK = 1 << 18


@dataclass
class Desk:
    """One compiler and two writers of Excel files at a time; who comes when too many wait is asked to come back."""

    settings: Settings
    turns: dict[Format, asyncio.Semaphore] = field(
        default_factory=lambda: {Format.PDF: asyncio.Semaphore(1), Format.XLSX: asyncio.Semaphore(2)}
    )
    waiting: int = 0
    checks: int = 0
    checker: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(1))
    """The one process that checks a file that somebody sent."""

    async def ensure_fits(self, asked: rows.Asked, kind: Format, *, waited_for: bool) -> int:
        """Count the rows; `export-too-long` where the format does not take them, `export-takes-long` for who waits."""
        count = await asked.count()
        limit = {Format.PDF: PAGES_OF, Format.XLSX: ROWS_OF_A_SHEET}.get(kind)
        if limit is not None and count > limit:
            others = "Excel, CSV, JSON Lines" if kind is Format.PDF else "CSV, JSON Lines"
            raise problems.ExportTooLong(rows=count, limit=limit, others=others)
        if waited_for and kind is Format.XLSX and count > AT_ONCE:
            raise problems.ExportTakesLong(rows=count, limit=AT_ONCE)
        return count

    async def write(
        self, asked: rows.Asked, kind: Format, progress: rows.Progress = rows.unheard
    ) -> AsyncGenerator[bytes]:
        """Give a file part by part."""
        if kind is Format.CSV:
            async for part in plain.write_csv(asked, progress):
                yield part
            return
        signer = (await asyncio.to_thread(keys.load, self.settings.secrets, self.settings.register_name))[0]
        if kind is Format.JSONL:
            async for part in plain.write_jsonl(asked, self.settings, signer, progress):
                yield part
            return
        async with self._turn(kind), printing.printed(asked, kind, self.settings, signer, progress) as path:
            async for part in _parts(path):
                yield part

    @contextmanager
    def admitted(self) -> Iterator[None]:
        """Take a file that is to be checked into memory; who comes when there are too many is asked to come back."""
        if self.checks >= CHECKS:
            raise common.TemporarilyUnavailable(retry_after=10)
        self.checks += 1
        try:
            yield
        finally:
            self.checks -= 1

    @asynccontextmanager
    async def _turn(self, kind: Format) -> AsyncIterator[None]:
        if self.waiting >= WAITING:
            raise common.TemporarilyUnavailable(retry_after=10)
        self.waiting += 1
        try:
            async with self.turns[kind]:
                yield
        finally:
            self.waiting -= 1


async def _parts(path: Path) -> AsyncIterator[bytes]:
    with path.open("rb") as file:
        while part := file.read(CHUNK):
            yield part
