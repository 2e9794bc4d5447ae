"""When to try again, what a reply means, and what may stand in a header; no I/O."""

from __future__ import annotations

import hashlib
import random
import re
import unicodedata
from uuid import UUID

MINUTE = 60.0
BACKOFF = (5.0, MINUTE, 5 * MINUTE, 30 * MINUTE, 120 * MINUTE, 360 * MINUTE, 1440 * MINUTE)
"""Seconds before each further attempt; after the last the e-mail has failed."""
JITTER = 0.2


def key_of(cause: UUID | str, template: str, address: str) -> bytes:
    """Give the key of an e-mail from its meaning, so that the same event never makes two."""
    return hashlib.sha256(f"{cause}|{template}|{address}".encode()).digest()


def message_id(key: bytes, sender: str) -> str:
    """Give the Message-ID, the same for every attempt, also by a database that an older backup brought back.

    It comes from the meaning: whoever gets the e-mail again has the same one (RFC 5322 §3.6.4).
    """
    return f"<{key[:16].hex()}@{sender.rsplit('@', 1)[-1]}>"


def pause(attempts: int) -> float | None:
    """Give the seconds until the next attempt after so many; None when it was the last."""
    if attempts > len(BACKOFF):
        return None
    return BACKOFF[attempts - 1] * random.uniform(1 - JITTER, 1 + JITTER)  # noqa: S311 - no secret


def is_final(code: int) -> bool:
    """Tell whether a reply of the mail server is for good (RFC 5321 §4.2.1)."""
    return 500 <= code < 600


def one_line(text: str) -> str:
    """Put a text on one line: line ends become spaces, other control and invisible signs and encoded words go.

    An encoded word (RFC 2047 §2) would be decoded when the header is made, line ends and all.
    No-break spaces stay what they are.
    """
    kept = (" " if _parts_lines(sign) else sign for sign in text if _parts_lines(sign) or not _is_hidden(sign))
    return re.sub(" +", " ", "".join(kept)).strip(" ").replace("=?", "= ?")


def _parts_lines(sign: str) -> bool:
    return sign.isspace() and unicodedata.category(sign) in ("Cc", "Zl", "Zp")


def _is_hidden(sign: str) -> bool:
    return unicodedata.category(sign) in ("Cc", "Cf")


def mask(address: str) -> str:
    """Show an address so that it can be recognised, not read: `j***@example.ca`; an erased one stays empty."""
    local, at, domain = address.rpartition("@")
    return f"{local[:1]}***@{domain}" if at else ""
