"""How strong a password must be: long, and not made of what everybody or the person himself is known by.

No rule asks for kinds of signs (NIST SP 800-63B-4, ASVS 6.2.5). Every list of common
passwords is of short ones; at 15 characters they live on as parts. So what is common, personal,
repeated or in sequence is crossed out, and what remains must still be worth something.
"""

from __future__ import annotations

import re
import unicodedata
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

SHORTEST = 15
LONGEST = 128
MUST_REMAIN = 6
PRODUCT = ("mandat",)
ROWS = (
    "abcdefghijklmnopqrstuvwxyz",
    "01234567890",
    "azertyuiop",
    "qsdfghjklm",
    "wxcvbn",
    "qwertyuiop",
    "asdfghjkl",
    "zxcvbnm",
    "qwertzuiop",
    "yxcvbnm",
    "1qaz2wsx3edc4rfv5tgb6yhn7ujm",
)
SEQUENCE = 4
YEAR = re.compile(r"(?:19|20)\d\d")
RUN = re.compile(r"(.)\1\1+")
REPEATED = re.compile(r"(.{1,8}?)\1+")
FEWEST_SIGNS = 6
SHORTEST_NAME = 3
LEET = str.maketrans("013457@$!", "oieastasi")


class Weakness(StrEnum):
    """Why a password is refused."""

    TOO_SHORT = "too-short"
    TOO_LONG = "too-long"
    COMMON = "common"
    PERSONAL = "personal"
    REPETITIVE = "repetitive"
    UNCHANGED = "unchanged"


def normal_form(password: str) -> str:
    """Give the form that is hashed (NFKC): the same keys give it on every device."""
    return unicodedata.normalize("NFKC", password)


def find_weakness(password: str, personal: Iterable[str], common: frozenset[str]) -> Weakness | None:
    """Say what is wrong with a new password, or None. `personal` are the names and addresses of the person.

    `common` holds plain forms (`plain`).
    """
    text = normal_form(password)
    if len(text) < SHORTEST:
        return Weakness.TOO_SHORT
    if len(text) > LONGEST:
        return Weakness.TOO_LONG
    letters = plain(text)
    if _is_repetitive(letters):
        return Weakness.REPETITIVE
    crossed = {
        Weakness.PERSONAL: _words(letters, personal_words(personal)),
        Weakness.COMMON: _words(letters, common) | _years(letters),
        Weakness.REPETITIVE: _runs(letters),
    }
    gone = set().union(*crossed.values())
    if sum(sign.isalnum() for place, sign in enumerate(letters) if place not in gone) >= MUST_REMAIN:
        return None
    return max(crossed, key=lambda weakness: len(crossed[weakness]))


def plain(text: str) -> str:
    """Take away case and accents."""
    return "".join(sign for sign in unicodedata.normalize("NFKD", text.lower()) if not unicodedata.combining(sign))


def personal_words(values: Iterable[str]) -> set[str]:
    """Take names and addresses apart into words of three letters or more, the product's name among them."""
    words = {word for value in values for word in re.split(r"[\W_]+", plain(value))}
    return {word for word in words | set(PRODUCT) if len(word) >= SHORTEST_NAME}


def _is_repetitive(text: str) -> bool:
    return len(set(text)) < FEWEST_SIGNS or REPEATED.fullmatch(text) is not None


def _words(text: str, words: Iterable[str]) -> set[int]:
    variants = {text, text.translate(LEET)}
    return {place for word in words for variant in variants for place in _places(variant, word)}


def _places(text: str, word: str) -> Iterator[int]:
    start = text.find(word)
    while start >= 0:
        yield from range(start, start + len(word))
        start = text.find(word, start + 1)


def _years(text: str) -> set[int]:
    return {place for found in YEAR.finditer(text) for place in range(*found.span())}


def _runs(text: str) -> set[int]:
    places = {place for found in RUN.finditer(text) for place in range(*found.span())}
    rows = [direction for row in ROWS for direction in (row, row[::-1])]
    for start in range(len(text) - SEQUENCE + 1):
        if any(text[start : start + SEQUENCE] in row for row in rows):
            places.update(range(start, start + SEQUENCE))
    return places
