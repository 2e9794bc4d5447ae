"""The file outside the database in which every signed state of the register stands, written through to the disk.

Notes follow each other, each after a line of `=`. Who rewrites the database cannot rewrite this file, if it lies where
he has no rights; copies of it elsewhere, and the witness that notifications keeps, hold him as well.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from shared.merkle import notes

FILE = "checkpoints.txt"
RULE = "=" * 8 + "\n"
TAIL = 8 * notes.LARGEST


def append(folder: Path, signed: Iterable[str]) -> None:
    """Add notes, and return when the disk holds them. What a crash left half written is ended first."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / FILE
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o644)
    with os.fdopen(descriptor, "r+b") as file:
        _end_line(file.fileno(), path.stat().st_size)
        file.write("".join(f"{RULE}{note}" for note in signed).encode())
        file.flush()
        os.fsync(file.fileno())


def _end_line(descriptor: int, size: int) -> None:
    if size and os.pread(descriptor, 1, size - 1) != b"\n":
        os.write(descriptor, b"\n")


def read(folder: Path) -> Iterator[str]:
    """Give all notes, in the order of the file."""
    path = folder / FILE
    if path.exists():
        yield from _parts(path.read_text(encoding="utf-8", errors="replace"))


def last(folder: Path, trusted: Iterable[notes.Verifier]) -> notes.Checkpoint | None:
    """Give the newest state in the file that one of our keys signed; what is half written does not count."""
    path = folder / FILE
    if not path.exists():
        return None
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - TAIL))
        text = file.read().decode(errors="replace")
    keys = list(trusted)
    for note in reversed(list(_parts(text))):
        try:
            return notes.open_checkpoint(note, keys)
        except notes.NoteWrong:
            continue
    return None


def _parts(text: str) -> Iterator[str]:
    return (part for part in text.split(RULE) if part.strip())
