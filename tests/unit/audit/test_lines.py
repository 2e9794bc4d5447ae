"""A row of an Excel file: what is written is what is read back, and stays text."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest
import xlsxwriter

from services.audit.exports import excel, lines

TEXTS = (
    "<r><t>bold</t></r>",
    "a & b < c > d",
    " spaces at both ends ",
    "two\nlines",
    "_x0041_",
    "=1+1",
    "Édith 𝒟escartes 漢字",
)


def written(path: Path, *cells: str) -> tuple[object, ...]:
    book = xlsxwriter.Workbook(str(path), excel.SAFE)
    sheet: lines.Sheet = book.add_worksheet("one", worksheet_class=lines.Sheet)
    sheet.write_string(0, 0, "head")
    style = sheet.begin(1, book.add_format({"num_format": "yyyy-mm-dd"}))
    sheet.add(lines.line(2, style, ["2026-11-26", *cells, *[""] * (4 - len(cells))]))
    sheet.end(1, 4)
    book.close()
    return tuple(next(openpyxl.load_workbook(path)["one"].iter_rows(min_row=2, values_only=True)))


@pytest.mark.parametrize("text", TEXTS)
def test_line_with_a_text_of_any_kind_is_read_back_as_that_text(tmp_path: Path, text: str) -> None:
    day, one, *others = written(tmp_path / "one.xlsx", text)
    assert "2026-11-26" == str(day)[:10]
    assert text == openpyxl.utils.escape.unescape(one)
    assert [] == others


def test_line_with_a_sign_that_xml_does_not_hold_is_read_by_excel_as_that_sign(tmp_path: Path) -> None:
    assert "a_x0001_b" == written(tmp_path / "one.xlsx", "a\x01b")[1]
