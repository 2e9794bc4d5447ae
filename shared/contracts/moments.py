"""Moments that callers name."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

from pydantic import AwareDatetime, Field

FIRST, END = datetime(1900, 1, 1, tzinfo=UTC), datetime(9999, 1, 1, tzinfo=UTC)
Moment = Annotated[AwareDatetime, Field(ge=FIRST, lt=END)]
"""A moment that every time zone has a date for: those at the ends of the calendar are none in another one."""


def is_usable(moment: datetime) -> bool:
    """Tell the same of a moment that comes another way; one without a zone is none."""
    return moment.tzinfo is not None and FIRST <= moment < END


def read(value: object) -> datetime | None:
    """Read a moment that comes as any JSON value; None when it is none that can be used (RFC 3339)."""
    try:
        moment = datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None
    return moment if moment and is_usable(moment) else None
