"""The process that packs an Excel file leaves room while it does."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path

import pytest

from services.audit.exports import excel, pacing, press

COLUMNS = ["Date activité", "No Dossier", "Activité", "Réalisée par", "Réalisée pour"]
HEAD = {"title": "Suivi", "sheet": "Activités", "about": "Renseignements", "columns": COLUMNS}
ROWS = 3_000


def test_excel_file_is_written_and_packed_with_rests_in_between(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rests: list[str] = []
    monkeypatch.setattr(pacing, "pause", lambda: rests.append("written" if tail in job.tail.values() else "rows"))
    manifest, tail = tmp_path / "manifest.jsonl", "mandat-seal:AAAA"
    manifest.write_bytes(b"{}\n")
    rows = [["2026-03-01", str(number), "Réservation", "Édith", "Zoé"] for number in range(ROWS)]
    end = {"facts": [["Activités", str(ROWS)]], "manifest": str(manifest), "blank": tail}
    lines = b"".join(json.dumps(one).encode() + b"\n" for one in (rows, end)) + press.WHOLE
    out = tmp_path / "x.xlsx"
    job = press.Job(str(out), HEAD | {"made_at": "2026-03-01T12:00:00+00:00"}, io.BytesIO(lines))
    excel.write(job)
    with zipfile.ZipFile(out) as archive:
        assert None is archive.testzip()
        assert b"{}\n" == archive.read(excel.MANIFEST)
    assert rests.count("rows") >= ROWS / excel.AT_ONCE
    assert rests.count("written") >= archive.getinfo("xl/worksheets/sheet1.xml").file_size / 16_384
