"""What holds for names, addresses and links, whatever the database."""

from __future__ import annotations

import re
import unicodedata
from datetime import timedelta

VERIFICATION_LIFETIME = timedelta(hours=24)
RESET_LIFETIME = timedelta(minutes=30)
LOOK_LIFETIME = timedelta(minutes=15)
LOOK_TOKEN_SECONDS = 10
"""A page asks for its own: what was given before a look ended reads no longer than this."""
REFRESH_GRACE = timedelta(seconds=45)
SECRET_OVERLAP = timedelta(hours=24)
UNVERIFIED_KEPT = timedelta(days=7)

USERNAME_LENGTHS = range(3, 41)
NAME_LENGTHS = range(1, 101)
ENCODED_WORD = re.compile(r"=\?.*\?=")
INVISIBLE = {"Cc", "Cf", "Cn", "Co", "Cs", "Zl", "Zp"}


def key(text: str) -> str:
    """Give the form in which user names and e-mail addresses are compared: NFKC, small letters."""
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).lower())


def username(text: str) -> str:
    """Give a user name as it is kept; ValueError unless it is 3 to 40 Latin letters, digits, `.`, `_`, `-`.

    Only Latin letters, so that no two user names look the same in different scripts; no `@`,
    so that none looks like somebody's e-mail address.
    """
    name = unicodedata.normalize("NFKC", text)
    if len(name) not in USERNAME_LENGTHS or not all(_may_be_in_username(sign) for sign in name):
        raise ValueError("3 to 40 letters, digits, dots, hyphens or underscores")
    return name


def _may_be_in_username(sign: str) -> bool:
    if sign.isascii():
        return sign.isalnum() or sign in "._-"
    return sign.isalpha() and unicodedata.name(sign, "").startswith("LATIN ")


def personal_name(text: str) -> str:
    """Give a first or last name as it is kept, NFC without outer or double blanks; ValueError for invisible signs.

    An encoded word (RFC 2047 §2) is no name either: a mail header would decode it.
    """
    name = re.sub(" +", " ", unicodedata.normalize("NFC", text).strip())
    if len(name) not in NAME_LENGTHS:
        raise ValueError("1 to 100 characters")
    if any(unicodedata.category(sign) in INVISIBLE for sign in name):
        raise ValueError("no control or invisible characters")
    if ENCODED_WORD.search(name):
        raise ValueError("no encoded word")
    return name


def is_email(login: str) -> bool:
    """Tell whether what was typed at sign-in is an e-mail address; a user name never holds an `@`."""
    return "@" in login
