"""Keeps what runs of the scorecard came to in `docs/reliability.jsonl`, and writes `docs/reliability.md` of it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tests.chaos.rows import ELSEWHERE, ROWS

DOCS = Path(__file__).resolve().parents[2] / "docs"
KEPT, PAGE = DOCS / "reliability.jsonl", DOCS / "reliability.md"
HEAD = """<!-- Written by `make chaos` from docs/reliability.jsonl, which it keeps: nothing here is written by hand. -->

# Reliability

What was broken, how often, and what came of it. `make chaos` runs all of it with full counts, `make test` a small slice
of each. A *control* plants a bug on purpose: it shows that the test would have seen it. A fault that did not fire while
its victim was working is a failure of the test. *full* is the count of the scorecard, *slice* that of `make test`.

| row | what | count | result | run | date |
|---|---|---|---|---|---|
"""
Note = dict[str, Any]


def read(file: Path = KEPT) -> list[Note]:
    """Give the notes kept."""
    if not file.exists():
        return []
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]


def merged(old: list[Note], new: list[Note]) -> list[Note]:
    """Put new notes in the place of older ones about the same, ordered by row."""
    found = {(note["row"], note["what"]): note for note in [*old, *new]}
    places = {row: place for place, row in enumerate(ROWS)}
    return sorted(
        found.values(), key=lambda note: (places.get(note["row"], len(places)), _is_control(note), note["what"])
    )


def _is_control(note: Note) -> bool:
    return str(note["what"]).startswith("control")


def write(notes: list[Note], versions: str, file: Path = KEPT) -> None:
    """Keep notes and write the page."""
    lines = [json.dumps(note, ensure_ascii=False, sort_keys=True) for note in notes]
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    (file.parent / PAGE.name).write_text(rendered(read(file), versions), encoding="utf-8")


def rendered(notes: list[Note], versions: str) -> str:
    """Write the page."""
    there = {note["row"] for note in notes}
    lines = [_line(note) for note in notes]
    goals = [f"| {row} | {goal}{'' if row in there else ' (**not run**)'} |" for row, goal in ROWS.items()]
    rest = [f"- {row}: {where}" for row, where in ELSEWHERE.items()]
    return "\n".join(
        [
            HEAD + "\n".join(lines),
            "",
            "## What each row asks",
            "",
            "| row | goal |",
            "|---|---|",
            *goals,
            "",
            "## Not measured here",
            "",
            *rest,
            "",
            "## With what",
            "",
            versions,
            "",
        ]
    )


def _line(note: Note) -> str:
    if "failed" in note:
        return f"| {note['row']} | {note['what']} | | **failed** | {_run(note)} | {note['date']} |"
    result = ", ".join(f"{name.replace('_', ' ')} {_shown(value)}" for name, value in note["result"].items())
    return f"| {note['row']} | {note['what']} | {note['count']:,} | {result} | {_run(note)} | {note['date']} |"


def _run(note: Note) -> str:
    return "full" if note["full"] else "slice"


def _shown(value: object) -> str:
    return f"{value:,}" if isinstance(value, int) else str(value)
