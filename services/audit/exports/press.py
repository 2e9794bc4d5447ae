"""The child process: lines in, a file out. Nothing of the service is opened here, and no secret is known."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

import orjson

NICE = 10


@dataclass(slots=True)
class Job:
    """What comes in: first what stands over the rows, then the rows, last what is known at the end."""

    out: str
    head: dict[str, Any]
    lines: BinaryIO
    tail: dict[str, Any] = field(default_factory=dict)

    def rows(self) -> Iterator[list[str]]:
        """Give the rows as they come; after them the facts of `tail` are known."""
        for line in self.lines:
            part = orjson.loads(line)
            if isinstance(part, dict):
                self.tail = part
                return
            yield from part
        raise EOFError("the rows ended too early")

    def wait(self) -> None:
        """Wait until the proofs of the rows are written: then the rest of `tail` is known."""
        self.tail |= orjson.loads(self.lines.readline())

    @property
    def manifest(self) -> Path | None:
        """Give the file of the manifest."""
        return Path(self.tail["manifest"]) if self.tail["manifest"] else None

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
