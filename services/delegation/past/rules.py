"""What an attestation’s reference is; no I/O."""

from __future__ import annotations

import hashlib
from typing import Any
from uuid import UUID

import orjson

VERSION = 0x8 << 76
VARIANT = 0b10 << 62
KEPT = ((1 << 128) - 1) & ~(0xF << 76) & ~(0b11 << 62)


def reference(content: dict[str, Any]) -> UUID:
    """Make a UUIDv8 of the SHA-256 of the canonical JSON (RFC 9562 §5.8, RFC 8785): other content, other reference."""
    digest = hashlib.sha256(orjson.dumps(content, option=orjson.OPT_SORT_KEYS)).digest()
    return UUID(int=int.from_bytes(digest[:16], "big") & KEPT | VERSION | VARIANT)
