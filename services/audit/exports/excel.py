"""Writes an Excel file from lines on its input, in a process of its own with a low priority.

Memory stays the same for any number of rows: each is written away as it comes.
"""

from __future__ import annotations

import io
import zipfile
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Any

import xlsxwriter
from xlsxwriter import contenttypes, workbook

from services.audit.exports import lines, pacing, press

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer
    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

SAFE = {
    "constant_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
    "default_date_format": "yyyy-mm-dd",
}
WIDTHS = (13, 14, 46, 30, 30)
AT_ONCE = 20
"""Rows between looks at the clock."""
MANIFEST = "mandat/manifest.jsonl"
LEVEL = 1
"""Of compression: the usual one takes three times as long for a sheet, which becomes a quarter smaller."""
contenttypes.defaults.append(["jsonl", "application/jsonl"])  # else Excel takes the file for damaged
workbook.ZipFile = partial(zipfile.ZipFile, compresslevel=LEVEL)


class _Paced(io.BufferedRandom):
    """A file for whoever packs into it: it makes them rest. A raw one may write less than it is given."""

    def write(self, data: ReadableBuffer, /) -> int:
        """Write; who packs a list comes here every eight kilobytes or so of what is packed."""
        pacing.pause()
        return super().write(data)


def write(job: press.Job) -> None:
    """Write the workbook: the rows, then a sheet that says who asked for what."""
    with _Paced(io.FileIO(job.out, "w+")) as file:
        _write(job, xlsxwriter.Workbook(file, SAFE))
    _add_manifest(job)


def _write(job: press.Job, book: xlsxwriter.Workbook) -> None:
    head = job.head
    made_at = datetime.fromisoformat(head["made_at"])
    book.set_properties({"title": head["title"], "author": "Mandat", "created": made_at.replace(tzinfo=None)})
    sheet: lines.Sheet = book.add_worksheet(head["sheet"], worksheet_class=lines.Sheet)
    bold = book.add_format({"bold": True, "bg_color": "#E8EDF3", "bottom": 1, "text_wrap": True, "valign": "top"})
    _prepare(sheet, head, bold)
    last = _rows(sheet, job, book.add_format({"num_format": "yyyy-mm-dd", "align": "left"}))
    sheet.autofilter(0, 0, max(last, 1), len(head["columns"]) - 1)
    about = book.add_worksheet(head["about"])
    about.set_column(0, 0, 18)
    about.set_column(1, 1, 90)
    for number, (label, text) in enumerate(job.tail["facts"]):
        about.write_string(number, 0, label, book.add_format({"bold": True}))
        about.write_string(number, 1, text, book.add_format({"text_wrap": True}))
    book.close()


def _prepare(sheet: Worksheet, head: dict[str, Any], bold: Format) -> None:
    for column, (title, width) in enumerate(zip(head["columns"], WIDTHS, strict=True)):
        sheet.set_column(column, column, width)
        sheet.write_string(0, column, title, bold)
    sheet.freeze_panes(1, 0)
    sheet.repeat_rows(0)
    sheet.set_landscape()
    sheet.set_paper(1)
    sheet.fit_to_pages(1, 0)
    sheet.set_footer("&L&A&R&P / &N")


def _rows(sheet: lines.Sheet, job: press.Job, day: Format) -> int:
    number = 1
    style = sheet.begin(1, day)
    for part in job.parts():
        for begin in range(0, len(part), AT_ONCE):
            some = part[begin : begin + AT_ONCE]
            sheet.add("".join([lines.line(place, style, row) for place, row in enumerate(some, number + 1)]))
            number += len(some)
            pacing.pause()
    sheet.end(number - 1, len(job.head["columns"]) - 1)
    return number - 1


def _add_manifest(job: press.Job) -> None:
    """Put the manifest, and the place of the stamp, into the file, which is a ZIP."""
    with _Paced(io.FileIO(job.out, "r+")) as file, workbook.ZipFile(file, "a", zipfile.ZIP_DEFLATED) as archive:
        with archive.open(MANIFEST, "w") as entry:
            for part in job.proofs():
                entry.write(part)
        archive.comment = job.blank


if __name__ == "__main__":
    press.run(write)
