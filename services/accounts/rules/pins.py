"""PINs as people read and type them; no I/O (decision 9)."""

from __future__ import annotations

import secrets
import unicodedata

SIGNS = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
"""31 signs: no 0 O 1 I L, which people mistake for each other (decision 9)."""
PIN_LENGTH = 9
MINUS = "\N{MINUS SIGN}"


def make_pin() -> str:
    """Make a PIN as people read it: three groups of three signs, `M5D-C58-TA2` (O8)."""
    signs = "".join(secrets.choice(SIGNS) for _ in range(PIN_LENGTH))
    return "-".join((signs[:3], signs[3:6], signs[6:]))


def normalise_pin(typed: str) -> str | None:
    """Give the nine signs of a PIN whatever its case, spaces and dashes; None when it cannot be one (O17)."""
    folded = unicodedata.normalize("NFKC", typed).upper()
    signs = "".join(sign for sign in folded if not _is_between(sign))
    return signs if len(signs) == PIN_LENGTH and set(signs) <= set(SIGNS) else None


def _is_between(sign: str) -> bool:
    """Tell whether a sign only parts or decorates: blanks, dashes of any kind, and what nobody sees."""
    return sign.isspace() or sign == MINUS or unicodedata.category(sign) in ("Pd", "Cf")
