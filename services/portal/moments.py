"""Days and times as people read them, where our users are."""

from __future__ import annotations

from datetime import date, datetime, time
from functools import lru_cache
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
    return _day(found, language)


def moment(value: str, language: Language) -> str:
    """Write a moment by the clocks of our users: 14 octobre 2020 à 9 h 05."""
    local = datetime.fromisoformat(value).astimezone(PLACE)
    return f"{_day(local.date(), language)} {_time(local.hour, local.minute, language)}"


@lru_cache(1024)  # a list says the same days over and over, and Babel takes its time
def _day(found: date, language: Language) -> str:
    return dates.format_date(found, _pattern(found, language), locale=LOCALES[language])


@lru_cache(2 * 24 * 60)
def _time(hour: int, minute: int, language: Language) -> str:
    return dates.format_time(time(hour, minute), TIMES[language], locale=LOCALES[language])


def _pattern(found: date, language: Language) -> str:
    pattern = DAYS[language]
    return pattern.replace("d", FIRST, 1) if language is Language.FR and found.day == 1 else pattern
