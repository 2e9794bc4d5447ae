"""Days and times as people read them, where our users are."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

from babel import dates

from shared.contracts.people import Language

PLACE = ZoneInfo("America/Toronto")
LOCALES = {Language.FR: "fr_CA", Language.EN: "en_CA"}
DAYS = {Language.FR: "d\u00a0MMMM\u00a0y", Language.EN: "MMMM\u00a0d, y"}
TIMES = {Language.FR: "'à' H\u00a0'h'\u00a0mm", Language.EN: "'at' h:mm\u00a0a"}
FIRST = "'1er'"
"""French counts the first of a month, not the others."""


def day(value: str, language: Language) -> str:
    """Write a day, or the day of a moment where our users are: 14 octobre 2020."""
    found = datetime.fromisoformat(value).astimezone(PLACE).date() if "T" in value else date.fromisoformat(value)
    return dates.format_date(found, _pattern(found, language), locale=LOCALES[language])


def moment(value: str, language: Language) -> str:
    """Write a moment by the clocks of our users: 14 octobre 2020 à 9 h 05."""
    local = datetime.fromisoformat(value).astimezone(PLACE)
    pattern = f"{_pattern(local, language)} {TIMES[language]}"
    return dates.format_datetime(local, pattern, locale=LOCALES[language])


def _pattern(found: date, language: Language) -> str:
    pattern = DAYS[language]
    return pattern.replace("d", FIRST, 1) if language is Language.FR and found.day == 1 else pattern
