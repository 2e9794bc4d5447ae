"""What may be recorded and how rows are ordered; no I/O."""

from __future__ import annotations

import base64
import binascii
import json
import unicodedata
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from shared.contracts import activities
from shared.contracts.problems import audit as problems

PLACE = ZoneInfo("America/Toronto")


def may_be_reported(kind: str) -> bool:
    """Tell whether connected applications may report this kind."""
    return kind in activities.ACTIVITIES and activities.ACTIVITIES[kind].reported


def sort_key(name: str | None) -> str:
    """Give the key that sorts a name as French does: without accents and case."""
    plain = unicodedata.normalize("NFKD", name or "")
    return "".join(sign for sign in plain if not unicodedata.combining(sign)).casefold()


def day_of(moment: datetime) -> date:
    """Give the day of a moment where our users are (Q30: the date is a day)."""
    return moment.astimezone(PLACE).date()


def bounds(first: date | None, last: date | None) -> tuple[datetime | None, datetime | None]:
    """Turn days, both included, into moments from and until."""
    start = datetime.combine(first, time(), PLACE) if first else None
    end = datetime.combine(last + timedelta(days=1), time(), PLACE) if last and last < date.max else None
    return start, end


def pages(total: int, size: int) -> int:
    """Count pages; an empty list has one."""
    return max(1, -(-total // size))


def write_cursor(sort: str, value: Any, row: str) -> str:
    """Name the place after a row in a sorted list."""
    text = json.dumps([sort, value, row], separators=(",", ":"), default=str)
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def read_cursor(cursor: str, sort: str) -> tuple[Any, str]:
    """Read a place back; a cursor of another sorting or of nobody's making is `cursor-unknown`."""
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        written, value, row = json.loads(base64.urlsafe_b64decode(padded))
    except (ValueError, binascii.Error, TypeError) as error:
        raise problems.CursorUnknown from error
    if written != sort or not isinstance(row, str) or not isinstance(value, str | int):
        raise problems.CursorUnknown
    return value, row
