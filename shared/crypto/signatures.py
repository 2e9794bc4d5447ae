"""Messages between two systems that share a secret: HMAC-SHA256 over the moment and the body, and old ones are refused.

The header reads `t=<Unix seconds>,v1=<hex>`. The secret is `<folder>/<name>.key`, one key a line as in
`keyring`: the first signs, all are accepted, so that it is replaced without a stop. The receiver also
keeps the id that stands in the body: what is repeated within the tolerance has no second effect.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from typing import TYPE_CHECKING

from shared import clock
from shared.crypto import keyring

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

HEADER = "Mandat-Signature"
TOLERANCE = 300
"""Seconds between the moment of signing and the moment of reading, either way."""
FORM = re.compile(r"t=([0-9]{1,12}),v1=([0-9a-f]{64})")


class NotSigned(Exception):
    """The signature is missing, old, or not of this body and this secret."""


class Signer:
    """Signs and checks with one shared secret. `now` is in Unix seconds."""

    def __init__(self, keys: list[bytes], *, now: Callable[[], float] = clock.now) -> None:
        if not keys or any(len(key) != keyring.KEY_BYTES for key in keys):
            raise keyring.KeyFileWrong("a signer needs keys of 32 bytes, at least one")
        self._keys = keys
        self._now = now

    @classmethod
    def load(cls, folder: Path, name: str) -> Signer:
        """Read the secret; `KeyFileWrong` when it is missing or malformed."""
        return cls(keyring.read_keys(folder, name))

    def sign(self, body: bytes) -> str:
        """Give the header for a body that is sent now."""
        moment = str(int(self._now()))
        return f"t={moment},v1={_digest(self._keys[0], moment, body)}"

    def check(self, header: str | None, body: bytes, tolerance: int = TOLERANCE) -> None:
        """Return when this body was signed just now by who shares the secret; `NotSigned` otherwise."""
        found = FORM.fullmatch(header or "")
        if found is None or abs(self._now() - int(found[1])) > tolerance:
            raise NotSigned
        if not any(hmac.compare_digest(found[2], _digest(key, found[1], body)) for key in self._keys):
            raise NotSigned


def _digest(key: bytes, moment: str, body: bytes) -> str:
    return hmac.new(key, f"{moment}.".encode() + body, hashlib.sha256).hexdigest()
