"""Symmetric keys from a file: seal what must be read again, digest what must only be recognised.

The file `<folder>/<name>.key` holds base64url lines of 32 bytes. The first key seals and
digests; the lines after it are still accepted, so that a key is replaced without a stop.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import os
import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from shared.crypto import files

if TYPE_CHECKING:
    from pathlib import Path

KEY_BYTES = 32
ID_BYTES = 4
NONCE_BYTES = 12
FORMAT = b"\x01"


class Unreadable(Exception):
    """The sealed bytes were changed, were sealed for another context, or their key is gone."""


class KeyFileWrong(Exception):
    """The key file is missing or a line of it is not 32 bytes in base64url."""


def _derive(key: bytes, purpose: bytes) -> bytes:
    return HKDF(algorithm=hashes.SHA256(), length=KEY_BYTES, salt=None, info=b"mandat " + purpose).derive(key)


@dataclass(frozen=True, slots=True, repr=False)
class _Key:
    id: bytes
    cipher: AESGCM
    mac: bytes

    @classmethod
    def of(cls, raw: bytes) -> _Key:
        return cls(_derive(raw, b"id")[:ID_BYTES], AESGCM(_derive(raw, b"seal")), _derive(raw, b"digest"))


class Keyring:
    """The keys of one file. `context` binds a seal or a digest to its use, `"pin"` say, and is never secret."""

    def __init__(self, keys: list[bytes]) -> None:
        if not keys or any(len(key) != KEY_BYTES for key in keys):
            raise KeyFileWrong("a keyring needs keys of 32 bytes, at least one")
        self._keys = [_Key.of(key) for key in keys]

    @classmethod
    def load(cls, folder: Path, name: str) -> Keyring:
        """Read the ring from `<folder>/<name>.key`; `KeyFileWrong` when it is missing or malformed."""
        return cls(read_keys(folder, name))

    def seal(self, plain: bytes, context: str) -> bytes:
        """Encrypt with the current key (AES-256-GCM); the key's id and a random nonce stand in front."""
        key = self._keys[0]
        head = FORMAT + key.id
        nonce = os.urandom(NONCE_BYTES)
        return head + nonce + key.cipher.encrypt(nonce, plain, head + context.encode())

    def open(self, sealed: bytes, context: str) -> bytes:
        """Decrypt with whichever key of the ring sealed it; `Unreadable` otherwise."""
        head, rest = sealed[: 1 + ID_BYTES], sealed[1 + ID_BYTES :]
        for key in self._keys:
            if head == FORMAT + key.id:
                try:
                    return key.cipher.decrypt(rest[:NONCE_BYTES], rest[NONCE_BYTES:], head + context.encode())
                except (InvalidTag, ValueError) as error:
                    raise Unreadable(context) from error
        raise Unreadable(context)

    def is_current(self, sealed: bytes) -> bool:
        """Tell whether the current key sealed this; what an older one sealed is to be sealed anew."""
        return sealed[: 1 + ID_BYTES] == FORMAT + self._keys[0].id

    def digest(self, text: str, context: str) -> bytes:
        """Give HMAC-SHA256 under the current key: equal texts are recognised, none is revealed."""
        return self.digests(text, context)[0]

    def digests(self, text: str, context: str) -> list[bytes]:
        """Give the digest under every accepted key, the current one first."""
        message = context.encode() + b"\x00" + text.encode()
        return [hmac.new(key.mac, message, hashlib.sha256).digest() for key in self._keys]


def read_keys(folder: Path, name: str) -> list[bytes]:
    """Give the keys of `<folder>/<name>.key`, the current one first; `KeyFileWrong` when it cannot be read."""
    path = folder / f"{name}.key"
    try:
        lines = path.read_text(encoding="ascii").split()
    except (OSError, UnicodeDecodeError) as error:
        raise KeyFileWrong(f"{path} cannot be read: {type(error).__name__}") from error
    return [_decode(line, path) for line in lines]


def _decode(line: str, path: Path) -> bytes:
    try:
        return base64.b64decode(line + "=" * (-len(line) % 4), altchars=b"-_", validate=True)
    except binascii.Error as error:
        raise KeyFileWrong(f"{path} holds a line that is not base64url") from error


def ensure(folder: Path, name: str) -> Keyring:
    """Load the ring, made with one new key when the file is missing; safe with many starters at once."""
    path = folder / f"{name}.key"
    if not path.exists():
        files.write_once(path, base64.urlsafe_b64encode(secrets.token_bytes(KEY_BYTES)).decode() + "\n")
    return Keyring.load(folder, name)
