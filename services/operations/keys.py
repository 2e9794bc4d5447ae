"""Replacing keys without a stop, in steps: add a key, use it, seal again what older ones sealed, drop those.

Between two steps every replica is started again, one by one: after `add` all of them read what the new key seals,
after `use` they seal with it. Signing keys lie in the databases and need no restart.
"""

from __future__ import annotations

import base64
import json
import os
import secrets
from collections.abc import Callable
from pathlib import Path
from typing import Any

from joserfc import jwk

from shared.crypto import sealing
from shared.crypto.keyring import KEY_BYTES, Keyring

RINGS = ("identity", "delegation", "pin", "bank", "payment")
MAIL = "notifications"
NAMES = (*RINGS, MAIL)


def add(folder: Path, name: str) -> None:
    """Have another key accepted, and not used yet."""
    if _checked(name) == MAIL:
        key = jwk.OKPKey.generate_key("X25519", {"use": "enc"}, private=True, auto_kid=True)
        _write_set(folder, [*_read_set(folder), key.as_dict(private=True)])
        return
    fresh = base64.urlsafe_b64encode(secrets.token_bytes(KEY_BYTES)).decode()
    _change_ring(folder, name, lambda lines: [*lines, fresh])


def use(folder: Path, name: str) -> None:
    """Have the newest key used; the others stay accepted."""
    if _checked(name) == MAIL:
        newest = jwk.OKPKey.import_key(_read_set(folder)[-1])
        _write(folder / sealing.PUBLIC, json.dumps(newest.as_dict(private=False)))
        return
    _change_ring(folder, name, lambda lines: [lines[-1], *lines[:-1]])


def drop(folder: Path, name: str) -> None:
    """Accept the key in use alone: what others sealed cannot be read after that."""
    if _checked(name) == MAIL:
        current = json.loads((folder / sealing.PUBLIC).read_text())["kid"]
        _write_set(folder, [key for key in _read_set(folder) if key["kid"] == current])
        return
    _change_ring(folder, name, lambda lines: lines[:1])


def _checked(name: str) -> str:
    if name not in NAMES:
        raise ValueError(f"there is no key {name}: choose one of {', '.join(NAMES)}")
    return name


def _change_ring(folder: Path, name: str, change: Callable[[list[str]], list[str]]) -> None:
    Keyring.load(folder, name)  # one that is wrong is not made worse
    path = folder / f"{name}.key"
    _write(path, "\n".join(change(path.read_text().split())) + "\n")


def _read_set(folder: Path) -> list[dict[str, Any]]:
    content = json.loads((folder / sealing.PRIVATE).read_text())
    found: list[dict[str, Any]] = content.get("keys", [content])
    return found


def _write_set(folder: Path, keys: list[dict[str, Any]]) -> None:
    _write(folder / sealing.PRIVATE, json.dumps({"keys": keys}))


def _write(path: Path, content: str) -> None:
    """Replace a file as a whole, with the rights it had."""
    draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    draft.touch(mode=0o600)
    with draft.open("w", encoding="ascii") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    draft.chmod(path.stat().st_mode & 0o777)
    draft.replace(path)
