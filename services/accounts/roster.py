"""Reads a roster of any size as it comes: CSV (RFC 4180), UTF-8, comma or semicolon, never whole in memory."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING

from services.accounts.rules import company_rows, licences, rosters
from shared.contracts.problems import accounts as problems
from shared.contracts.texts import Text

if TYPE_CHECKING:
    from collections.abc import AsyncIterable, AsyncIterator

LONGEST_RECORD = 16_384
BOM = "\N{ZERO WIDTH NO-BREAK SPACE}"
Read = licences.Row | company_rows.Row | rosters.RowFault
LAYOUTS = (licences.LAYOUT, company_rows.LAYOUT)
"""What can be imported; the header decides which it is."""


async def lines(chunks: AsyncIterable[bytes]) -> AsyncIterator[bytes]:
    """Split chunks into lines, ends of line included; of a line beyond 16 KiB only the beginning is given."""
    rest = b""
    async for chunk in chunks:
        *whole, rest = (rest + chunk).split(b"\n")
        for line in whole:
            yield line[: LONGEST_RECORD + 1] + b"\n"
        rest = rest[: LONGEST_RECORD + 1]
    if rest:
        yield rest


class Reader:
    """Turns lines into rows and faults; the first record is the header.

    A stray quotation mark must not swallow the rows after it: when a record over several lines turns
    out wrong, its first line is the fault, and the others are read again on their own.
    """

    def __init__(self) -> None:
        self._line = 0
        self._open: list[tuple[int, str]] = []
        self._header: list[str | None] | None = None
        self.layout = licences.LAYOUT
        self._delimiter = ","

    def feed(self, line: bytes) -> list[Read]:
        """Take one line; give what it completes. `roster-unreadable`, `roster-columns-wrong` for a wrong header."""
        self._line += 1
        text = line.decode(errors="surrogateescape")
        return self._take(self._line, text.removeprefix(BOM) if self._line == 1 else text)

    def end(self) -> list[Read]:
        """Say that no line comes any more; give what was still open."""
        found: list[Read] = []
        while self._open:
            found += self._resume("quotes")
        if self._header is None:
            raise problems.RosterUnreadable
        return found

    def _take(self, number: int, text: str) -> list[Read]:
        still_open = bool(self._open) and '"' not in text
        self._open.append((number, text))
        record = "".join(line for _, line in self._open)
        if len(record) > LONGEST_RECORD:
            return self._resume("long")
        if still_open:
            return []
        if self._header is None:
            self._delimiter = ";" if record.count(";") > record.count(",") else ","
        try:
            cells = self._cells(record)
        except csv.Error:
            return [] if self._closes_with_a_quote(record) else self._resume("quotes" if '"' in record else "control")
        begun, self._open = self._open[0][0], []
        return self._complete(begun, cells)

    def _cells(self, record: str) -> list[str]:
        return next(csv.reader([record], delimiter=self._delimiter, strict=True), [])

    def _closes_with_a_quote(self, record: str) -> bool:
        try:
            self._cells(record + '"')
        except csv.Error:
            return False
        return True

    def _resume(self, code: str) -> list[Read]:
        (begun, _), *others = self._open
        self._open = []
        if self._header is None:
            raise problems.RosterUnreadable
        found: list[Read] = [rosters.RowFault(begun, code)]
        for number, text in others:
            found += self._take(number, text)
        return found

    def _complete(self, begun: int, cells: list[str]) -> list[Read]:
        if not any(cell.strip() for cell in cells):
            return []
        if self._header is None:
            self.layout = _layout(cells)
            self._header = _read_header(self.layout, cells)
            return []
        try:
            return [rosters.read_row(self.layout, begun, self._header, cells)]
        except rosters.RowFault as fault:
            return [fault]


def _layout(cells: list[str]) -> rosters.Layout:
    """Choose what the file is about by the column that tells its rows apart; licences when none is there."""
    return next((layout for layout in LAYOUTS if rosters.has_key(layout, cells)), LAYOUTS[0])


def _read_header(layout: rosters.Layout, cells: list[str]) -> list[str | None]:
    if not all(rosters.is_text(cell) for cell in cells):
        raise problems.RosterUnreadable
    try:
        return rosters.read_header(layout, cells)
    except rosters.HeaderFault as fault:
        names = (" / ".join(dict.fromkeys((layout.columns[name][0], name))) for name in fault.columns)
        required = Text(layout.names(0), layout.names(-1))
        raise problems.RosterColumnsWrong(columns=", ".join(names), required=required) from fault
