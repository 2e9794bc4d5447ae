"""Reads a roster of any size as it comes: CSV (RFC 4180), UTF-8, comma or semicolon, never whole in memory."""

from __future__ import annotations

import csv
from collections.abc import AsyncIterable, AsyncIterator

from services.accounts import rules
from shared.contracts.problems import accounts as problems

LONGEST_RECORD = 16_384
BOM = b"\xef\xbb\xbf"
Read = rules.Row | rules.RowFault


async def lines(chunks: AsyncIterable[bytes]) -> AsyncIterator[bytes]:
    """Split chunks into lines, ends of line included; a line without end is given in pieces of 16 KiB."""
    rest = b""
    async for chunk in chunks:
        *whole, rest = (rest + chunk).split(b"\n")
        for line in whole:
            yield line + b"\n"
        while len(rest) > LONGEST_RECORD:
            yield rest[:LONGEST_RECORD]
            rest = rest[LONGEST_RECORD:]
    if rest:
        yield rest


class Reader:
    """Turns lines into rows and faults; the first record is the header."""

    def __init__(self) -> None:
        self._line = 0
        self._record = b""
        self._began = 1
        self._header: list[str | None] | None = None
        self._delimiter = ","
        self._seen: set[int] = set()

    def feed(self, line: bytes) -> Read | None:
        """Take one line; give the row or the fault that it completes. `roster-unreadable` for a wrong header."""
        if not self._record:
            self._began = self._line + 1
        self._line += line.endswith(b"\n")
        self._record += line
        too_long = len(self._record) > LONGEST_RECORD
        if self._record.count(b'"') % 2 and not too_long:
            return None
        record, self._record = self._record, b""
        return self._refuse(rules.RowFault(self._began, "long")) if too_long else self._complete(record)

    def end(self) -> Read | None:
        """Say that no line comes any more."""
        if self._record.strip():
            return self._refuse(rules.RowFault(self._began, "quotes"))
        if self._header is None:
            raise problems.RosterUnreadable(missing=", ".join(rules.REQUIRED))
        return None

    def _complete(self, record: bytes) -> Read | None:
        try:
            text = (record.removeprefix(BOM) if self._began == 1 else record).decode()
        except UnicodeDecodeError:
            return self._refuse(rules.RowFault(self._began, "encoding"))
        if not text.strip():
            return None
        if self._header is None:
            self._header = self._read_header(text)
            return None
        return self._row(text)

    def _refuse(self, fault: rules.RowFault) -> rules.RowFault:
        if self._header is None:
            raise problems.RosterUnreadable(missing=", ".join(rules.REQUIRED))
        return fault

    def _read_header(self, text: str) -> list[str | None]:
        self._delimiter = ";" if text.count(";") > text.count(",") else ","
        try:
            return rules.read_header(self._cells(text))
        except (ValueError, csv.Error) as error:
            raise problems.RosterUnreadable(missing=str(error)) from error

    def _cells(self, text: str) -> list[str]:
        return next(csv.reader([text], delimiter=self._delimiter, strict=True))

    def _row(self, text: str) -> Read:
        assert self._header is not None
        try:
            row = rules.read_row(self._began, self._header, self._cells(text))
        except csv.Error:
            return rules.RowFault(self._began, "quotes")
        except rules.RowFault as fault:
            return fault
        number = int(row.matricule)
        if number in self._seen:
            return rules.RowFault(self._began, "duplicate", "matricule")
        self._seen.add(number)
        return row
