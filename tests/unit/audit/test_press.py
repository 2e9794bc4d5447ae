"""What the process that writes files takes from its input."""

from __future__ import annotations

import io
import os
from pathlib import Path

import pytest

from services.audit.exports import press


def job(lines: bytes, manifest: Path) -> press.Job:
    made = press.Job("out", {}, io.BytesIO(lines))
    made.tail = {"manifest": str(manifest)}
    return made


def test_proofs_are_taken_while_they_are_written_and_to_their_end(tmp_path: Path) -> None:
    manifest = tmp_path / "manifest"
    manifest.write_bytes(b"first\n")
    read, write = os.pipe()
    with os.fdopen(read, "rb") as lines, manifest.open("ab") as more:
        made = press.Job("out", {}, lines)
        made.tail = {"manifest": str(manifest)}
        parts = made.proofs()
        assert next(parts) == b"first\n"
        more.write(b"second\n")
        more.flush()
        os.write(write, press.WHOLE)
        os.close(write)
        assert b"".join(parts) == b"second\n"


@pytest.mark.parametrize("lines", [b"", b'"who'])
def test_proofs_that_end_too_early_make_no_file(tmp_path: Path, lines: bytes) -> None:
    (tmp_path / "manifest").write_bytes(b"first\n")
    with pytest.raises(EOFError):
        list(job(lines, tmp_path / "manifest").proofs())
