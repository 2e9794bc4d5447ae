"""Bank details in Canada: forgiving when typed, uniform in storage, masked when shown; no I/O."""

from __future__ import annotations

import unicodedata

INSTITUTION, TRANSIT = 3, 5
ACCOUNT = range(7, 13)
LONGEST_HOLDER = 100
HIDDEN = "•"


def _digits(typed: str) -> str:
    """Take the digits, whatever parts them; ValueError for any other sign."""
    folded = unicodedata.normalize("NFKC", typed)
    plain = "".join(sign for sign in folded if not sign.isspace() and unicodedata.category(sign) not in ("Pd", "Cf"))
    if not (plain.isascii() and plain.isdigit()) or not plain.strip("0"):
        raise ValueError("digits")
    return plain


def _of_length(typed: str, lengths: range) -> str:
    plain = _digits(typed)
    if len(plain) not in lengths:
        raise ValueError("length")
    return plain


def institution(typed: str) -> str:
    """Give the three digits of a financial institution; ValueError otherwise."""
    return _of_length(typed, range(INSTITUTION, INSTITUTION + 1))


def transit(typed: str) -> str:
    """Give the five digits of a branch; ValueError otherwise."""
    return _of_length(typed, range(TRANSIT, TRANSIT + 1))


def account_number(typed: str) -> str:
    """Give the 7 to 12 digits of an account, its leading zeros kept; ValueError otherwise."""
    return _of_length(typed, ACCOUNT)


def holder(typed: str) -> str:
    """Give the name of the holder on one line; ValueError when it is empty, too long or holds what nobody sees."""
    line = " ".join(unicodedata.normalize("NFC", typed).split())
    if not 1 <= len(line) <= LONGEST_HOLDER or any(unicodedata.category(sign).startswith("C") for sign in line):
        raise ValueError("line")
    return line


def masked(number: str, shown: int) -> str:
    """Hide a number but for its last digits."""
    return HIDDEN * (len(number) - shown) + number[-shown:]
