"""What an uploaded file is by its content, and the name it may be given back under; no I/O."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

EDGE = 1024
"""Bytes of the beginning and of the end that tell what a file is."""
LONGEST_NAME = 100
UNNAMED = "document"
FORBIDDEN = frozenset('<>:"/\\|?*')
DEVICES = frozenset(
    {"con", "prn", "aux", "nul", *(f"{port}{number}" for port in ("com", "lpt") for number in range(10))}
)
"""Names that Windows opens as devices, whatever follows the dot."""


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of file that is taken: plans and photographs."""

    media_type: str
    extensions: tuple[str, ...]


PDF = Kind("application/pdf", ("pdf",))
PNG = Kind("image/png", ("png",))
JPEG = Kind("image/jpeg", ("jpg", "jpeg"))
IEND = b"\x00\x00\x00\x00IEND\xae\x42\x60\x82"


def recognise(head: bytes, tail: bytes) -> Kind | None:
    """Tell by its first and last bytes what a file is; None when it is nothing that is taken, or was cut off."""
    if head.startswith(b"%PDF-") and b"%%EOF" in tail:
        return PDF
    if head.startswith(b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR") and tail.endswith(IEND):
        return PNG
    if head.startswith(b"\xff\xd8\xff") and tail.rstrip(b"\x00").endswith(b"\xff\xd9"):
        return JPEG
    return None


def safe_name(name: str, kind: Kind) -> str:
    """Give a name that is safe on every system, with an extension that the content bears out."""
    last = unicodedata.normalize("NFC", name).replace("\\", "/").rpartition("/")[2]
    plain = "".join(sign for sign in last if sign not in FORBIDDEN and not unicodedata.category(sign).startswith("C"))
    stem, dot, extension = plain.rpartition(".")
    if not dot or extension.strip().lower() not in kind.extensions:
        stem, extension = plain, kind.extensions[0]
    extension = extension.strip().lower()
    stem = " ".join(stem.split()).strip(". ")[: LONGEST_NAME - len(extension) - 1].rstrip(". ") or UNNAMED
    if stem.partition(".")[0].strip().lower() in DEVICES:
        stem = f"_{stem}"[: LONGEST_NAME - len(extension) - 1]
    return f"{stem}.{extension}"
