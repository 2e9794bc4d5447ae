"""Secrets that browsers carry: 256 random bits, kept here as SHA-256, and the key to what lies beside the digest.

Whoever reads the database can use neither a session nor a kept form: the key is in the browser's cookie alone.
"""

from __future__ import annotations

import hashlib
import os
import re
import secrets
from typing import Any

import orjson
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

FORM = re.compile(r"[\w-]{43}", re.ASCII)
NONCE = 12


def new() -> str:
    """Make a secret of 256 random bits."""
    return secrets.token_urlsafe(32)


def is_one(text: str | None) -> bool:
    """Tell whether a text can be a secret of ours."""
    return text is not None and FORM.fullmatch(text) is not None


def digest(secret: str) -> bytes:
    """Give what is kept of a secret."""
    return hashlib.sha256(secret.encode()).digest()


def seal(secret: str, content: Any) -> bytes:
    """Encrypt JSON with a key that only the secret gives (AES-256-GCM)."""
    nonce = os.urandom(NONCE)
    return nonce + _cipher(secret).encrypt(nonce, orjson.dumps(content), None)


def unseal(secret: str, sealed: bytes) -> Any:
    """Decrypt; None when the secret is another one."""
    try:
        return orjson.loads(_cipher(secret).decrypt(sealed[:NONCE], sealed[NONCE:], None))
    except InvalidTag:
        return None


def _cipher(secret: str) -> AESGCM:
    return AESGCM(hashlib.sha256(b"seal\0" + secret.encode()).digest())
