"""Small shapes that several contracts share."""

from __future__ import annotations

from enum import StrEnum
from uuid import UUID

from pydantic import BaseModel, ConfigDict


class Language(StrEnum):
    """The two languages of everything people read."""

    FR = "fr"
    EN = "en"


class Person(BaseModel):
    """A person as others see him: who, and where to write to him."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    id: UUID
    username: str
    first_name: str
    last_name: str
    email: str
    language: Language

    @property
    def name(self) -> str:
        """First and last name, as the screens write it."""
        return f"{self.first_name} {self.last_name}"
