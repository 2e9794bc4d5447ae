"""Identifiers: UUIDv7, ordered by time of creation (RFC 9562 §5.7)."""

from __future__ import annotations

import os
import time
from random import getrandbits
from uuid import UUID

LOW = (1 << 62) - 1


def uuid7() -> UUID:
    """Make a UUIDv7: 48 bits of Unix milliseconds, then 74 random bits."""
    return UUID(int=_number(int.from_bytes(os.urandom(10), "big")))


def text7() -> str:
    """Make a UUIDv7 as text, for what is only ever written: unique, and easier to guess."""
    digits = f"{_number(getrandbits(74)):032x}"
    return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"


def short(whole: UUID) -> str:
    """Give what people read to each other of an id: its last twelve digits, which are random, by fours."""
    digits = whole.hex[-12:].upper()
    return f"{digits[:4]}-{digits[4:8]}-{digits[8:]}"


def _number(random: int) -> int:
    milliseconds = time.time_ns() // 1_000_000
    return (milliseconds & ((1 << 48) - 1)) << 80 | 0x7 << 76 | (random >> 62 & 0xFFF) << 64 | 0b10 << 62 | random & LOW
