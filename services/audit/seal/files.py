"""Checks a downloaded file on any machine: its stamp, the manifest in it, and each row against the manifest."""

from __future__ import annotations

import io
import json
import logging
import re
import zipfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import zip_longest
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

from services.audit import rules
from services.audit.seal import leaves, stamps, statements
from services.audit.seal.statements import Checked, Fault
from shared.contracts import activities
from shared.merkle.notes import Verifier

MANIFEST = "mandat/manifest.jsonl"
ATTACHED = "manifest.jsonl"
BESIDE = ".manifest.jsonl"
LARGEST = 512 << 20
SHEET = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
EPOCH = date(1899, 12, 30)
COLUMNS = ("day", "file_number", "activity", "performed_by", "performed_for")
TITLES = ("Date activité", "Activity date")

Cells = tuple[str, ...]


class FileWrong(Exception):
    """The file is of no kind that we give out, or is damaged."""


@dataclass(frozen=True, slots=True)
class Read:
    """What a file says: the manifest in it, its rows as cells, or its text by page where cells cannot be told."""

    manifest: list[bytes]
    rows: list[Cells] | None = None
    pages: list[str] | None = None


def check(content: bytes, name: str, trusted: Sequence[Verifier], beside: bytes | None = None) -> Checked:
    """Check a file by its content and the end of its name; `beside` is a manifest that came as a second file."""
    read = _read(content, name)
    lines = beside.splitlines(keepends=True) if beside is not None else read.manifest
    if not lines:
        done = Checked()
        done.say(Fault.MANIFEST_MISSING)
        return done
    done = statements.check(lines, trusted)
    try:
        stamps.check(content, done.keys)
    except stamps.StampWrong:
        if beside is None:
            done.say(Fault.FILE_CHANGED)
    language = str(done.about.get("language", "fr"))
    expected = [_expected(row, language) for row in done.rows]
    if read.rows is not None:
        _compare(read.rows, expected, done)
    elif read.pages is not None:
        _follow(read.pages, expected, done)
    done.found.sort()
    return done


def _expected(row: dict[str, Any], language: str) -> Cells:
    try:
        return shown(row, language)
    except (KeyError, TypeError, AttributeError, ValueError):
        return ()  # a row of the manifest that is no row any more: it was named when the manifest was checked


def shown(row: dict[str, Any], language: str) -> Cells:
    """Give the five cells that a row of the register shows (Q30)."""
    leaf = row["leaf"]
    kind = activities.ACTIVITIES.get(leaf["kind"])
    day = rules.day_of(datetime.fromisoformat(leaf["occurred_at"]))
    sentence = kind.text.in_(language) if kind else leaf["kind"]
    names = (_named(row, role, language) for role in leaves.ROLES)
    return (day.isoformat(), leaf["file_number"] or "", sentence, *names)


def _named(row: dict[str, Any], role: str, language: str) -> str:
    leaf = row["leaf"]
    somebody = leaf[f"performed_{role}"] is not None or (role == "for" and leaf["account"] is not None)
    return rules.shown_name(row[role] and row[role]["name"], language, somebody=somebody)


def _compare(found: Sequence[Cells], expected: Sequence[Cells], done: Checked) -> None:
    if len(found) != len(expected):
        done.say(Fault.ROWS_DIFFER)
    for number, (cells, wanted) in enumerate(zip_longest(found, expected), 1):
        if cells != wanted:
            done.say(Fault.CELL_CHANGED, number)


def _follow(pages: Sequence[str], expected: Sequence[Cells], done: Checked) -> None:
    """Look for each row in the text, in its order; how a row is broken into lines does not matter."""
    text, place = _squeezed("".join(pages)), 0
    for number, cells in enumerate(expected, 1):
        wanted = _squeezed("".join(cells))
        here = text.find(wanted, place)
        if here < 0:
            done.say(Fault.CELL_CHANGED, number)
        else:
            place = here + len(wanted)


def _squeezed(text: str) -> str:
    return re.sub(r"[\s\u00ad\u200b-\u200d\u2060]+", "", text)


def _read(content: bytes, name: str) -> Read:
    kind = name if name in KINDS else Path(name).suffix.lower()
    if kind not in KINDS:
        raise FileWrong(f"{kind or 'this'} is no kind of file that can be checked: .xlsx, .pdf, .jsonl or .csv")
    try:
        return KINDS[kind](content)
    except FileWrong:
        raise
    except Exception as error:
        raise FileWrong(f"this file cannot be read as {kind}: {type(error).__name__}") from error


def _excel(content: bytes) -> Read:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        if sum(entry.file_size for entry in archive.infolist()) > LARGEST:
            raise FileWrong("this file is too large")
        names = set(archive.namelist())
        manifest = archive.read(MANIFEST).splitlines(keepends=True) if MANIFEST in names else []
        texts = _strings(archive.read("xl/sharedStrings.xml")) if "xl/sharedStrings.xml" in names else []
        rows = list(_rows(archive.read("xl/worksheets/sheet1.xml"), texts))
    first = next((place for place, row in enumerate(rows) if row and row[0] in TITLES), -1)
    return Read(manifest, rows=[row for row in rows[first + 1 :] if any(row)])


def _strings(xml: bytes) -> list[str]:
    return ["".join(part.text or "" for part in one.iter(f"{SHEET}t")) for one in _parsed(xml).iter(f"{SHEET}si")]


def _rows(xml: bytes, texts: Sequence[str]) -> Iterator[Cells]:
    for row in _parsed(xml).iter(f"{SHEET}row"):
        cells = {re.sub(r"\d", "", cell.get("r", "")): _cell(cell, texts) for cell in row.iter(f"{SHEET}c")}
        yield tuple(cells.get(column, "") for column in "ABCDE")


def _parsed(xml: bytes) -> ET.Element:
    if b"<!DOCTYPE" in xml[:1000]:
        raise FileWrong("this is no file of ours")
    return ET.fromstring(xml)  # noqa: S314 - no document type, so no entities; the size is bounded above


def _cell(cell: ET.Element, texts: Sequence[str]) -> str:
    kind, value = cell.get("t"), cell.findtext(f"{SHEET}v") or ""
    if kind == "s":
        return texts[int(value)]
    if kind == "inlineStr":
        return "".join(part.text or "" for part in cell.iter(f"{SHEET}t"))
    if kind in (None, "n") and value:
        return (EPOCH + timedelta(days=int(float(value)))).isoformat()
    return value


def _pdf(content: bytes) -> Read:
    import pypdf  # noqa: PLC0415 - only who checks a PDF waits for it

    logging.getLogger("pypdf").setLevel(logging.CRITICAL)  # what it stumbles over is the file's, and is answered
    reader = pypdf.PdfReader(io.BytesIO(content))
    attached = reader.attachments.get(ATTACHED, [b""])[0]
    return Read(attached.splitlines(keepends=True), pages=[page.extract_text() for page in reader.pages])


def _lines(content: bytes) -> Read:
    manifest, rows = [], []
    for line in content.splitlines():
        said = json.loads(line)
        if "mandat" not in said:
            rows.append(tuple(_plain(said.get(column)) for column in COLUMNS))
        elif isinstance(said["mandat"], dict):
            manifest.append(leaves.canonical(said["mandat"]) + b"\n")
    return Read(manifest, rows=rows)


def _plain(value: Any) -> str:
    return str(value["name"] if isinstance(value, dict) else value or "")


KINDS: dict[str, Callable[[bytes], Read]] = {".xlsx": _excel, ".pdf": _pdf, ".jsonl": _lines}
