"""The rows of an Excel file as XML, line by line: XlsxWriter makes the rest, and takes five times as long for rows.

Texts stay texts: nothing here is a formula, a link or markup, whatever it looks like.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from functools import lru_cache
from typing import TYPE_CHECKING

from xlsxwriter.worksheet import Worksheet

if TYPE_CHECKING:
    from xlsxwriter.format import Format

BEFORE_FIRST = date(1899, 12, 30).toordinal()
"""Day 0 of Excel, for all days from March 1900 on."""
ODD = re.compile(r"[\x00-\x08\x0b-\x1f\ufffe\uffff]|_(?=x[0-9A-Fa-f]{4}_)")
"""What no XML holds, and what would be read as standing for that."""
MARKED = re.compile(r"[\x00-\x1f&<>_\ufffe\uffff]|^\s|\s$")
"""What some texts have, and most do not: only those are looked at more closely."""
KEPT = 4096
"""Names, kinds and days that come again and again."""


class Sheet(Worksheet):  # type: ignore[misc]
    """A sheet whose rows come as XML, after a head that XlsxWriter writes."""

    def begin(self, row: int, day: Format) -> int:
        """Write away what stands above a row; give the number of the style of a day."""
        self._write_single_row(row)
        style: int = day._get_xf_index()  # noqa: SLF001 - what is written for a cell is its number
        return style

    def add(self, rows: str) -> None:
        """Add rows."""
        self.row_data_fh.write(rows)

    def end(self, row: int, column: int) -> None:
        """Say where the last row and column are."""
        self._check_dimensions(row, column)


def line(number: int, style: int, cells: Sequence[str]) -> str:
    """Write a row: a day, then texts; what is empty is left out."""
    day, *texts = cells
    written = "".join(
        [f'<c r="{letter}{number}"{_inside(text)}' for letter, text in zip("BCDE", texts, strict=True) if text]
    )
    return f'<row r="{number}"><c r="A{number}" s="{style}"><v>{_serial(day)}</v></c>{written}</row>'


@lru_cache(maxsize=KEPT)
def _serial(day: str) -> int:
    return date.fromisoformat(day).toordinal() - BEFORE_FIRST


@lru_cache(maxsize=KEPT)
def _inside(text: str) -> str:
    if not MARKED.search(text):
        return f' t="inlineStr"><is><t>{text}</t></is></c>'
    plain = ODD.sub(_escaped, text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    space = ' xml:space="preserve"' if plain != plain.strip() or "\n" in plain or "\t" in plain else ""
    return f' t="inlineStr"><is><t{space}>{plain}</t></is></c>'


def _escaped(found: re.Match[str]) -> str:
    """Write a sign as Excel does where XML has none for it (ECMA-376, ST_Xstring)."""
    return f"_x{ord(found[0]):04X}_"
