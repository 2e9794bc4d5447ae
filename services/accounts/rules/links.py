"""Single-use links: what is mailed, and what is kept of it; no I/O."""

from __future__ import annotations

import hashlib
import secrets


def make_token() -> str:
    """Make the token of a link: 256 bits."""
    return secrets.token_urlsafe(32)


def digest(token: str) -> bytes:
    """Give what is kept of a token: whoever reads the database cannot follow its links."""
    return hashlib.sha256(token.encode()).digest()
