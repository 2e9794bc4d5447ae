"""The process that packs an Excel file leaves room while it does."""

from __future__ import annotations

import io
import json
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from services.audit.exports import excel, filling, pacing, press

COLUMNS = ["Date activité", "No Dossier", "Activité", "Réalisée par", "Réalisée pour"]
HEAD = {"title": "Suivi", "sheet": "Activités", "about": "Renseignements", "columns": COLUMNS}
HEAD |= {"made_at": "2026-03-01T12:00:00+00:00"}
ROWS = 3_000


SHORT = """
import resource, signal, sys
from services.audit.exports import press, excel
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[2]), int(sys.argv[2])))
press.run(excel.write)
"""


def told(folder: Path, tail: str, count: int = ROWS) -> bytes:
    """What comes in for so many rows, after the head."""
    manifest = folder / "manifest.jsonl"
    manifest.write_bytes(b"{}\n")
    rows = [["2026-03-01", str(number), "Réservation", "Édith", "Zoé"] for number in range(count)]
    end = {"facts": [["Activités", str(count)]], "manifest": str(manifest), "blank": tail}
    return b"".join(json.dumps(one).encode() + b"\n" for one in (rows, end)) + press.WHOLE


def test_excel_file_is_written_and_packed_with_rests_in_between(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rests: list[str] = []
    monkeypatch.setattr(pacing, "pause", lambda: rests.append("written" if tail in job.tail.values() else "rows"))
    tail = "mandat-seal:AAAA"
    out = tmp_path / "x.xlsx"
    job = press.Job(str(out), HEAD, io.BytesIO(told(tmp_path, tail)))
    excel.write(job)
    with zipfile.ZipFile(out) as archive:
        assert None is archive.testzip()
        assert b"{}\n" == archive.read(excel.MANIFEST)
    assert rests.count("rows") >= ROWS / excel.AT_ONCE
    assert rests.count("written") >= archive.getinfo("xl/worksheets/sheet1.xml").file_size / 16_384


def test_excel_file_whose_end_finds_no_room_is_none(tmp_path: Path) -> None:
    """Of the last piece a part may still be written: whoever did not look would take the file for whole."""
    whole = tmp_path / "whole.xlsx"
    excel.write(press.Job(str(whole), HEAD, io.BytesIO(told(tmp_path, "A" * 100, 10))))
    asked = json.dumps(HEAD).encode() + b"\n" + told(tmp_path, "A" * 100, 10)
    words = [sys.executable, "-c", SHORT, str(tmp_path / "x.xlsx"), str(whole.stat().st_size - 10)]
    done = subprocess.run(words, input=asked, capture_output=True, check=False, env=filling.environment(), timeout=60)
    assert done.returncode != 0
    assert b"File too large" in done.stderr
