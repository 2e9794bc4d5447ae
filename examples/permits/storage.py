"""The folder of uploaded files: received beside the database, named by id, swept of what no row knows."""

from __future__ import annotations

import asyncio
import hashlib
import math
import os
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO, TypeVar
from uuid import UUID

from examples.permits import contents
from shared import ids
from shared.contracts.problems import common
from shared.contracts.problems import permits as problems

T = TypeVar("T")
BLOCK = 256 * 1024
"""Bytes that are written at once."""
ABANDONED = 3600.0
"""Seconds after which a file that no row knows is of nobody: longer than any request."""
OWNER_ALONE = 0o700
HEX = 32


@dataclass(slots=True)
class Received:
    """A file that lies whole on the disk under its id; nobody knows of it before its row is written."""

    id: UUID
    path: Path
    size: int = 0
    head: bytes = b""
    tail: bytes = b""
    digest: hashlib._Hash = field(default_factory=hashlib.sha256)

    @property
    def sha256(self) -> str:
        """The digest of the content, in hexadecimal."""
        return self.digest.hexdigest()

    def take(self, block: bytes) -> None:
        """Count a block."""
        self.size += len(block)
        self.digest.update(block)
        self.head = self.head or block[: contents.EDGE]
        self.tail = (self.tail + block)[-contents.EDGE :]


class Storage:
    """Files by id. Names that people gave never reach the file system."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def path(self, file_id: UUID) -> Path:
        """Give where the file of an id lies; spread over 256 folders."""
        return self._folder / file_id.hex[-2:] / file_id.hex

    @asynccontextmanager
    async def receive(self, chunks: AsyncIterator[bytes], largest: int) -> AsyncIterator[Received]:
        """Receive a file as it comes, and take it away again when the block fails (`body-too-large`, `no-room`)."""
        file_id = ids.uuid7()
        received = Received(file_id, self.path(file_id))
        try:
            await self._write(received, chunks, largest)
            yield received
        except BaseException:
            await asyncio.shield(self.remove(file_id))
            raise

    async def _write(self, received: Received, chunks: AsyncIterator[bytes], largest: int) -> None:
        file = await _on_disk(_create, received.path)
        try:
            async for block in _blocks(chunks):
                if received.size + len(block) > largest:
                    raise common.BodyTooLarge
                received.take(block)
                await _on_disk(file.write, block)
            await _on_disk(_settle, file, received.path)
        finally:
            await asyncio.to_thread(file.close)

    async def remove(self, file_id: UUID) -> None:
        """Take a file away, if it is there."""
        await asyncio.to_thread(self.path(file_id).unlink, missing_ok=True)

    async def sweep(self, known: Callable[[list[UUID]], Awaitable[set[UUID]]], *, now: float | None = None) -> int:
        """Take away what no row knows and nobody writes any more; give how many. `known` tells which ids have a row."""
        old = await asyncio.to_thread(self._older_than, (now or time.time()) - ABANDONED)
        orphans = set(old) - await known(old) if old else set()
        for file_id in orphans:
            await self.remove(file_id)
        return len(orphans)

    def _older_than(self, moment: float) -> list[UUID]:
        paths = [path for path in self._folder.glob("??/*") if len(path.name) == HEX]
        return [UUID(path.name) for path in paths if _written(path) < moment]


def _written(path: Path) -> float:
    """Tell when a file was written last; never, where it went meanwhile."""
    try:
        return path.stat().st_mtime
    except FileNotFoundError:
        return math.inf


async def _on_disk(do: Callable[..., T], *args: Any) -> T:
    """Do something with the disk in a thread; `no-room` when it cannot be done."""
    try:
        return await asyncio.to_thread(do, *args)
    except OSError as error:
        raise problems.NoRoom(retry_after=60) from error


def _create(path: Path) -> BinaryIO:
    path.parent.mkdir(mode=OWNER_ALONE, parents=True, exist_ok=True)
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")


def _settle(file: BinaryIO, path: Path) -> None:
    """Have the file on the disk, and its name, before a row says that it is there."""
    file.flush()
    os.fsync(file.fileno())
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


async def _blocks(chunks: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """Gather what comes in small pieces, so that a thread is asked seldom."""
    gathered = bytearray()
    async for chunk in chunks:
        gathered += chunk
        if len(gathered) >= BLOCK:
            yield bytes(gathered)
            gathered.clear()
    if gathered:
        yield bytes(gathered)
