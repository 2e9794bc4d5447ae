"""A signature inside a file over all of the file: what holds the signature counts as blank.

Every kind of file has a place for a few signs that nobody sees: the keywords of a PDF, the comment of a ZIP (which
Excel files are), a last line. `BLANK` is put there first, and replaced in place by the signature.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Sequence

from shared.merkle.notes import Signer, Verifier

LENGTH = 92
MARK = b"mandat-seal:"
BLANK = MARK + b"A" * LENGTH
FOUND = re.compile(re.escape(MARK) + rb"([A-Za-z0-9+/=]{%d})" % LENGTH)
KIND = "mandat-file/1"


class StampWrong(Exception):
    """The file has no stamp, or is not the one that was stamped."""


def stamp(content: bytes, signer: Signer) -> bytes:
    """Sign a file that holds `BLANK`, once or more."""
    if BLANK not in content:
        raise ValueError("the file has no place for a stamp")
    return content.replace(BLANK, MARK + signature(hashlib.sha256(content).digest(), signer))


def signature(digest: bytes, signer: Signer) -> bytes:
    """Give what takes the place of the blank in a file of this SHA-256, for those who write as they go."""
    text = _text(signer.name, digest).encode()
    return base64.b64encode(signer.verifier.id + signer.private.sign(text))


def check(content: bytes, trusted: Sequence[Verifier]) -> Verifier:
    """Check a file and give the key that stamped it (`StampWrong`)."""
    stamps = {found.group(1) for found in FOUND.finditer(content)}
    if len(stamps) != 1:
        raise StampWrong("none, or two that differ")
    raw = base64.b64decode(stamp_ := stamps.pop())
    if base64.b64encode(raw) != stamp_:
        raise StampWrong("written in another way")
    digest = hashlib.sha256(FOUND.sub(BLANK, content)).digest()
    for key in trusted:
        if key.id == raw[:4] and key.verifies(_text(key.name, digest), raw[4:]):
            return key
    raise StampWrong("no key that is trusted stamped this")


def _text(log: str, digest: bytes) -> str:
    return f"{KIND}\n{log}\n{base64.b64encode(digest).decode()}\n"
