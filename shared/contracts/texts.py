"""A text in both languages."""

from __future__ import annotations

from dataclasses import dataclass

from shared.contracts.people import Language


@dataclass(frozen=True, slots=True)
class Text:
    """The same text in French and English; `{names}` in it are filled by `in_`."""

    fr: str
    en: str

    def in_(self, language: Language | str, **values: object) -> str:
        """Give the text in one language, its `{names}` filled."""
        return (self.en if language == "en" else self.fr).format(**values)
