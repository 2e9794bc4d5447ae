"""The scorecard: what each row of faults came to, kept as one file a row while the tests run."""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

FULL = os.environ.get("MANDAT_TEST_FULL") == "1"
FOLDER = os.environ.get("MANDAT_TEST_SCORECARD")


def count(slice_: int, full: int) -> int:
    """Give the number of repetitions: the slice in `make test`, all of them in `make chaos`."""
    return full if FULL else slice_


def note(row: str, what: str, times: int, **result: Any) -> None:
    """Keep what a row came to: how often it was done, and its figures; several notes of a row stand together."""
    if FOLDER:
        file = Path(FOLDER) / f"{row}.jsonl"
        with file.open("a", encoding="utf-8") as out:
            facts = {"date": f"{datetime.now(UTC):%Y-%m-%d}", "full": FULL}
            out.write(json.dumps({"row": row, "what": what, "count": times, "result": result} | facts) + "\n")
