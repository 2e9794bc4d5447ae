"""What may be recorded and how rows are ordered; no I/O."""

from __future__ import annotations

import base64
import binascii
import json
import unicodedata
from bisect import bisect_right
from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import NamedTuple
from zoneinfo import ZoneInfo

from shared.contracts import activities
from shared.contracts.moments import is_usable
from shared.contracts.people import Language
from shared.contracts.problems import audit as problems
from shared.contracts.texts import Text

PLACE = ZoneInfo("America/Toronto")
MOST_DAYS, MOST_WEEKS = 62, 105
HIGHEST = "\U0010ffff"
"""Comes after every file number."""
NOBODY = Text("Système", "System")
ERASED = Text("Personne effacée", "Erased person")


class Unit(StrEnum):
    """What a bar of the picture of activity over time stands for."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"


class Place(NamedTuple):
    """A row's place in a list: the value of the column (none when sorted by date), then its moment and number."""

    value: str | int | None
    occurred_at: datetime
    seq: int


def may_be_reported(kind: str) -> bool:
    """Tell whether connected applications may report this kind."""
    return kind in activities.ACTIVITIES and activities.ACTIVITIES[kind].reported


def sort_key(name: str | None) -> str:
    """Give the key that sorts a name as French does: without accents and case."""
    plain = unicodedata.normalize("NFKD", name or "")
    return "".join(sign for sign in plain if not unicodedata.combining(sign)).casefold()


def shown_name(name: str | None, language: Language | str, *, somebody: bool) -> str:
    """Give the name that a list shows: without one it was nobody, or somebody who has been erased."""
    return name or (ERASED if somebody else NOBODY).in_(language)


def day_of(moment: datetime) -> date:
    """Give the day of a moment where our users are (Q30: the date is a day)."""
    return moment.astimezone(PLACE).date()


def bounds(first: date | None, last: date | None) -> tuple[datetime | None, datetime | None]:
    """Turn days, both included, into moments from and until."""
    start = datetime.combine(first, time(), PLACE) if first else None
    end = datetime.combine(last + timedelta(days=1), time(), PLACE) if last and last < date.max else None
    return start, end


def first_moment(day: date) -> datetime:
    """Give the moment at which a day begins where our users are."""
    return datetime.combine(day, time(), PLACE)


def next_month(day: date) -> date:
    """Give the first day of the month after a day's."""
    return (day.replace(day=1) + timedelta(days=32)).replace(day=1)


def whole_months(first: date, beyond: date) -> tuple[date, date]:
    """Give the first day of the whole months in a period, and the first day after them; both `beyond` when none is."""
    whole = first if first.day == 1 else next_month(first)
    rest = beyond.replace(day=1)
    return (whole, rest) if whole <= rest else (beyond, beyond)


def prefixed(prefix: str | None) -> tuple[str | None, str | None]:
    """Give the range of what begins with a prefix: from, and below."""
    return (prefix, prefix + HIGHEST) if prefix else (None, None)


def unit_of(first: date, last: date) -> Unit:
    """Choose bars that are few enough to be seen."""
    days = (last - first).days + 1
    if days <= MOST_DAYS:
        return Unit.DAY
    return Unit.WEEK if days <= MOST_WEEKS * 7 else Unit.MONTH


def bars(counts: Mapping[date, int], first: date, last: date) -> tuple[Unit, list[tuple[date, date, int]]]:
    """Give the bars between two days, both included, those of nothing too: first day, last day, count."""
    unit = unit_of(first, last)
    found: list[tuple[date, date, int]] = []
    day = first
    while day <= last:
        beyond = _following(day, unit)
        found.append((day, min(last, beyond - timedelta(days=1)), 0))
        day = beyond
    starts = [one[0] for one in found]
    for day, count in counts.items():
        # What is counted by month stands at its first day, which may come before the period.
        place = max(0, bisect_right(starts, day) - 1)
        start, end, before = found[place]
        found[place] = (start, end, before + count)
    return unit, found


def _following(day: date, unit: Unit) -> date:
    if unit is Unit.DAY:
        return day + timedelta(days=1)
    return day + timedelta(days=7 - day.weekday()) if unit is Unit.WEEK else next_month(day)


def pages(total: int, size: int) -> int:
    """Count pages; an empty list has one."""
    return max(1, -(-total // size))


def write_cursor(sort: str, place: Place) -> str:
    """Name the place after a row in a sorted list."""
    text = json.dumps([sort, place.value, place.occurred_at.isoformat(), place.seq], separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def read_cursor(cursor: str, sort: str) -> Place:
    """Read a place back; a cursor of another sorting or of nobody's making is `cursor-unknown`."""
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        written, value, moment, seq = json.loads(base64.urlsafe_b64decode(padded))
        place = Place(value, datetime.fromisoformat(moment), seq)
    except (ValueError, binascii.Error, TypeError) as error:
        raise problems.CursorUnknown from error
    expected = {"kind": int, "file": str, "by": str, "for": str}.get(sort.lstrip("-"), type(None))
    # An int in JSON is never a bool of Python's.
    if written != sort or type(value) is not expected or type(seq) is not int or not is_usable(place.occurred_at):
        raise problems.CursorUnknown
    if not 0 <= seq < 1 << 63 or (isinstance(value, int) and not 0 <= value < 1 << 31) or "\x00" in str(value):
        raise problems.CursorUnknown
    return place
