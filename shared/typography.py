"""French typography: the spaces and apostrophes that a keyboard does not give."""

from __future__ import annotations

import re

NARROW, FIXED = "\u202f", "\u00a0"
RULES = (
    (re.compile(r" +([;!?])"), NARROW + r"\1"),
    (re.compile(r" +([:»]|%(?!\())"), FIXED + r"\1"),
    (re.compile(r"« +"), "«" + FIXED),
    (re.compile(r"(?<=\w)'(?=\w)"), "’"),
)


def french(text: str) -> str:
    """Give a French text its no-break spaces and its apostrophes."""
    for pattern, instead in RULES:
        text = pattern.sub(instead, text)
    return text
