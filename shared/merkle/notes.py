"""Signed notes and the checkpoints they carry (C2SP signed-note, tlog-checkpoint), with Ed25519.

A note is text that ends with a line break, an empty line, and one line `— name base64` per
signature. A checkpoint is a note that says: this log had this many leaves and this root.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

ED25519 = b"\x01"
DASH = "\u2014 "
NAME = re.compile(r"[^\s+]{1,100}")
SIZE = re.compile(r"0|[1-9]\d{0,17}")
ROOT_BYTES = 32
SIGNATURE_BYTES = 64
LARGEST = 10_000
TIME = "time "


class NoteWrong(Exception):
    """The text is no note, or no key that is trusted signed it as it stands."""


@dataclass(frozen=True, slots=True)
class Verifier:
    """A public key under the name of its log; `text` is its C2SP form `name+id+key`."""

    name: str
    public: bytes

    @property
    def id(self) -> bytes:
        """Give the four bytes by which signatures name their key."""
        return hashlib.sha256(self.name.encode() + b"\n" + ED25519 + self.public).digest()[:4]

    @property
    def text(self) -> str:
        """Write the key as others configure it."""
        return f"{self.name}+{self.id.hex()}+{base64.b64encode(ED25519 + self.public).decode()}"

    @classmethod
    def parse(cls, text: str) -> Verifier:
        """Read a key; `NoteWrong` when it is malformed or of another kind."""
        name, _, rest = text.strip().partition("+")
        named, _, coded = rest.partition("+")
        raw = _decode(coded)
        key = cls(name, raw[1:])
        if not NAME.fullmatch(name) or raw[:1] != ED25519 or len(raw) != 1 + ROOT_BYTES or named != key.id.hex():
            raise NoteWrong("not a key")
        return key

    def verifies(self, text: str, signature: bytes) -> bool:
        """Tell whether the signature is this key's over the text."""
        try:
            Ed25519PublicKey.from_public_bytes(self.public).verify(signature, text.encode())
        except (InvalidSignature, ValueError):
            return False
        return True


@dataclass(frozen=True, slots=True, repr=False)
class Signer:
    """A private key of a log."""

    name: str
    private: Ed25519PrivateKey

    @property
    def verifier(self) -> Verifier:
        """Give the public half."""
        return Verifier(self.name, self.private.public_key().public_bytes_raw())

    def line(self, text: str) -> str:
        """Give the signature line over a text."""
        coded = base64.b64encode(self.verifier.id + self.private.sign(text.encode())).decode()
        return f"{DASH}{self.name} {coded}\n"


def sign(text: str, signers: Iterable[Signer]) -> str:
    """Make a note of a text that ends with a line break."""
    return text + "\n" + "".join(signer.line(text) for signer in signers)


def open_note(note: str, trusted: Iterable[Verifier]) -> tuple[str, list[Verifier]]:
    """Give the text and the trusted keys that signed it, at least one (`NoteWrong`); foreign signatures pass by."""
    text, _, lines = note.rpartition("\n\n")
    if not text or not lines.endswith("\n") or len(note) > LARGEST:
        raise NoteWrong("not a note")
    keys = {(key.name, key.id): key for key in trusted}
    signed = []
    for line in lines[:-1].split("\n"):
        name, signature = _signature(line)
        key = keys.get((name, signature[:4]))
        if key is not None and not key.verifies(text + "\n", signature[4:]):
            raise NoteWrong("a signature does not fit the text")
        if key is not None:
            signed.append(key)
    if not signed:
        raise NoteWrong("signed by no key that is trusted")
    return text + "\n", signed


def _signature(line: str) -> tuple[str, bytes]:
    name, _, coded = line.removeprefix(DASH).partition(" ")
    raw = _decode(coded)
    if not line.startswith(DASH) or not NAME.fullmatch(name) or len(raw) < 5:
        raise NoteWrong("not a signature line")
    return name, raw


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The state of a log: its name, how many leaves, their root, and when that was said."""

    origin: str
    size: int
    root: bytes
    time: datetime

    def text(self) -> str:
        """Write the text of the note; the time is an extension line."""
        moment = self.time.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
        return f"{self.origin}\n{self.size}\n{base64.b64encode(self.root).decode()}\n{TIME}{moment}\n"

    @classmethod
    def parse(cls, text: str) -> Checkpoint:
        """Read the text of a note; `NoteWrong` when it is no checkpoint of ours."""
        lines = text.split("\n")
        if (
            len(lines) < 5
            or lines[-1]
            or not lines[3].startswith(TIME)
            or not re.fullmatch(r"0|[1-9]\d{0,17}", lines[1])
        ):
            raise NoteWrong("not a checkpoint")
        root = _decode(lines[2])
        try:
            moment = datetime.fromisoformat(lines[3].removeprefix(TIME))
        except ValueError as error:
            raise NoteWrong("not a time") from error
        if len(root) != ROOT_BYTES or not NAME.fullmatch(lines[0]) or moment.tzinfo is None:
            raise NoteWrong("not a checkpoint")
        return cls(lines[0], int(lines[1]), root, moment)


def open_checkpoint(note: str, trusted: Mapping[str, Verifier] | Iterable[Verifier]) -> Checkpoint:
    """Read a signed checkpoint whose log is named as the key that signed it (`NoteWrong`)."""
    keys = trusted.values() if isinstance(trusted, Mapping) else trusted
    text, signed = open_note(note, keys)
    checkpoint = Checkpoint.parse(text)
    if all(key.name != checkpoint.origin for key in signed):
        raise NoteWrong("signed for another log")
    return checkpoint


def _decode(text: str) -> bytes:
    try:
        raw = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise NoteWrong("not base64") from error
    # The last sign has bits that stand for nothing: one way of writing only, so that no note has two.
    if base64.b64encode(raw).decode() != text:
        raise NoteWrong("not base64")
    return raw
