"""The keys that sign the register's state: `register.key`, lines of base64url Ed25519 seeds, outside the database.

All of them sign, at most two: so whoever verifies may change from the old key to the new one at any time
in between. `rotate` puts a new one in front; the next `rotate`, or taking the line out, ends the old one.
"""

from __future__ import annotations

import base64
import os
import secrets
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from shared.crypto import files
from shared.crypto.keyring import KEY_BYTES, KeyFileWrong
from shared.merkle import notes
from shared.merkle.notes import Signer, Verifier

FILE = "register.key"
AT_ONCE = 2


def ensure(folder: Path) -> None:
    """Make the first key when there is none; safe with many starters at once."""
    if not (folder / FILE).exists():
        files.write_once(folder / FILE, _new())


def load(folder: Path, name: str) -> list[Signer]:
    """Read the keys of the log of this name, the newest first; `KeyFileWrong` when they are missing or malformed."""
    seeds = [_decode(line, folder / FILE) for line in _lines(folder)]
    if not 1 <= len(seeds) <= AT_ONCE:
        raise KeyFileWrong(f"{folder / FILE} must hold one key, or two while one takes over from the other")
    return [Signer(name, Ed25519PrivateKey.from_private_bytes(seed)) for seed in seeds]


def rotate(folder: Path) -> None:
    """Put a new key in front of the present one; one that was before that signs no longer."""
    kept = _lines(folder)[: AT_ONCE - 1]
    path = folder / FILE
    draft = path.with_name(f".{FILE}.{secrets.token_hex(8)}")
    files.write_once(draft, _new() + "".join(f"{line}\n" for line in kept))
    os.replace(draft, path)  # noqa: PTH105 - replaced at once: a reader sees the old file or the new one


def vouched(signed: Iterable[str], trusted: Iterable[Verifier], former: Iterable[Verifier]) -> list[Verifier]:
    """Trust, beside the keys that are trusted, each former one that signed a note together with a trusted one."""
    known, candidates = list(trusted), list(former)
    together = [note for note in signed if note.count(f"\n{notes.DASH}") > 1]
    while found := next(_introduced(together, known, candidates), None):
        known.append(found)
    return known


def _introduced(
    together: Sequence[str], known: Sequence[Verifier], candidates: Sequence[Verifier]
) -> Iterator[Verifier]:
    for note in together:
        try:
            notes.open_note(note, known)
            _, signers = notes.open_note(note, [*known, *candidates])
        except notes.NoteWrong:
            continue
        yield from (key for key in signers if key not in known)


def _new() -> str:
    return base64.urlsafe_b64encode(secrets.token_bytes(KEY_BYTES)).decode() + "\n"


def _lines(folder: Path) -> list[str]:
    try:
        return (folder / FILE).read_text(encoding="ascii").split()
    except (OSError, UnicodeDecodeError) as error:
        raise KeyFileWrong(f"{folder / FILE} cannot be read: {type(error).__name__}") from error


def _decode(line: str, path: Path) -> bytes:
    try:
        seed = base64.b64decode(line + "=" * (-len(line) % 4), altchars=b"-_", validate=True)
    except ValueError as error:
        raise KeyFileWrong(f"{path} holds a line that is not base64url") from error
    if len(seed) != KEY_BYTES:
        raise KeyFileWrong(f"{path} holds a line that is not a key of 32 bytes")
    return seed
