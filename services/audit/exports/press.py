"""The child process: lines in, a file out. Nothing of the service is opened here, and no secret is known."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO

import orjson

NICE = 10
WHOLE = b'"whole"\n'
"""The last line: the manifest is written to its end."""
CHUNK = 1 << 15
PAUSE = 0.02


@dataclass(slots=True)
class Job:
    """What comes in: first what stands over the rows, then the rows, last what is known at the end."""

    out: str
    head: dict[str, Any]
    lines: BinaryIO
    tail: dict[str, Any] = field(default_factory=dict)

    def parts(self) -> Iterator[list[list[str]]]:
        """Give the rows as they come, some at a time; after them `tail` is known."""
        for line in self.lines:
            part = orjson.loads(line)
            if isinstance(part, dict):
                self.tail = part
                return
            yield part
        raise EOFError("the rows ended too early")

    def wait(self) -> None:
        """Wait until the manifest is whole (`EOFError` when it will not be)."""
        if self.lines.readline() != WHOLE:
            raise EOFError("the proofs ended too early")

    def proofs(self) -> Iterator[bytes]:
        """Give the manifest part by part, while it is written."""
        ended = ThreadPoolExecutor(1).submit(self.wait)
        with self.manifest.open("rb") as file:
            while not ended.done():
                yield from iter(partial(file.read, CHUNK), b"")
                wait([ended], PAUSE)
            ended.result()
            yield from iter(partial(file.read, CHUNK), b"")

    @property
    def manifest(self) -> Path:
        """Give the file of the manifest."""
        return Path(self.tail["manifest"])

    @property
    def blank(self) -> bytes:
        """Give what holds the place of the stamp."""
        return str(self.tail["blank"]).encode()


def run(write: Callable[[Job], None]) -> None:
    """Write the file that the command line names, of what comes on the standard input."""
    if hasattr(os, "nice"):
        os.nice(NICE)
    lines = sys.stdin.buffer
    write(Job(sys.argv[1], orjson.loads(lines.readline()), lines))
