"""Telephone numbers, amounts and sizes as people read them."""

from __future__ import annotations

import re
from functools import lru_cache

from babel import numbers

from shared.contracts.people import Language

NORTH_AMERICAN = re.compile(r"\+1(\d{3})(\d{3})(\d{4})")
LOCALES = {Language.FR: "fr_CA", Language.EN: "en_CA"}
EXTENSION = {Language.FR: "poste", Language.EN: "ext."}


def phone(kept: str, language: Language) -> str:
    """Write `+16135550123;ext=12` (E.164, RFC 3966) as (613) 555-0123 poste 12; a number from abroad as it is."""
    number, _, extension = kept.partition(";ext=")
    found = NORTH_AMERICAN.fullmatch(number)
    text = f"({found[1]})\u00a0{found[2]}-{found[3]}" if found else number
    return f"{text} {EXTENSION[language]}\u00a0{extension}" if extension else text


@lru_cache(1024)
def money(cents: int, language: Language) -> str:
    """Write an amount in cents of Canadian dollars: 1 234,50 $."""
    return numbers.format_currency(cents / 100, "CAD", locale=LOCALES[language])


def size(count: int, language: Language) -> str:
    """Write a number of bytes in the unit that fits: 340 ko, 1,2 Mo."""
    steps = ((1 << 20, "Mo", "MB"), (1 << 10, "ko", "kB"), (1, "o", "B"))
    step, french, english = next((one for one in steps if count >= one[0]), steps[-1])
    unit = french if language is Language.FR else english
    return f"{numbers.format_decimal(round(count / step, 1), locale=LOCALES[language])}\u00a0{unit}"
