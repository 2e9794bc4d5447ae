"""A person's own data in one download (Law 25, s. 27): the shape that every service gives and the portal joins."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from pydantic import BaseModel

from shared.contracts.texts import Text


class Section(BaseModel):
    """One kind of what a service keeps of the person, newest first; with `more` there is more than one answer holds."""

    name: str
    title: Text
    entries: list[dict[str, Any]]
    more: bool


class MyData(BaseModel):
    """All that one service keeps of the caller."""

    service: str
    generated_at: datetime
    sections: list[Section]
