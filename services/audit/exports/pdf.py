"""Writes a PDF from lines on its input, in a process of its own with a low priority: the memory it takes goes with it.

PDF/UA-1, and PDF/A-3a where the manifest is attached (A-2a allows no such attachment). Names in a script for which
there is no font are shown as far as the machine’s go, in a PDF that makes no promise then and says so.
"""

from __future__ import annotations

import json
from datetime import datetime
from importlib import resources
from itertools import chain
from pathlib import Path
from typing import Any

import typst

from services.audit.exports import press

TEMPLATE = resources.files("services.audit.exports") / "activities.typ"


def write(job: press.Job) -> None:
    """Compile the document; where a sign has no font, once more without a promise, with a word about it."""
    rows = list(chain.from_iterable(job.parts()))
    job.wait()
    try:
        made = _compiled(job, rows, pdf_standards=["ua-1", "a-3a"], ignore_system_fonts=True)
    except typst.TypstError as error:
        if "font" not in str(error):
            raise
        job.tail["facts"].append(job.head["unshown"])
        made = _compiled(job, rows)
    Path(job.out).write_bytes(made)


def _compiled(job: press.Job, rows: list[list[str]], **how: Any) -> bytes:
    made_at = datetime.fromisoformat(job.head["made_at"]).replace(microsecond=0)
    data = job.head | job.tail | {"rows": rows, "day": [made_at.year, made_at.month, made_at.day]}
    given = {
        "data": json.dumps(data),
        "manifest": job.manifest.read_text(encoding="utf-8"),
    }
    made: bytes = typst.compile(TEMPLATE.read_bytes(), sys_inputs=given, timestamp=made_at, **how)
    return made


if __name__ == "__main__":
    press.run(write)
