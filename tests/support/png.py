"""Makes pictures of pages small: 256 colours instead of 16 million, which nobody misses in text and plain areas."""

from __future__ import annotations

import struct
import zlib
from collections import Counter

SIGNATURE = b"\x89PNG\r\n\x1a\n"
COLOURS = 256
Colour = tuple[int, int, int]


def small(picture: bytes) -> bytes:
    """Write a picture of 8 bits a channel again, with the 256 colours it uses most."""
    width, height, channels, data = _read(picture)
    rows = _unfiltered(zlib.decompress(data), width, height, channels)
    pixels = [list(zip(row[0::channels], row[1::channels], row[2::channels], strict=True)) for row in rows]
    palette = [colour for colour, _ in Counter(pixel for row in pixels for pixel in row).most_common(COLOURS)]
    places: dict[Colour, int] = {colour: place for place, colour in enumerate(palette)}
    lines = [b"\0" + bytes(_place(pixel, palette, places) for pixel in row) for row in pixels]
    return b"".join(
        (
            SIGNATURE,
            _chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 3, 0, 0, 0)),
            _chunk(b"PLTE", bytes(part for colour in palette for part in colour)),
            _chunk(b"IDAT", zlib.compress(b"".join(lines), 9)),
            _chunk(b"IEND", b""),
        )
    )


def _place(pixel: Colour, palette: list[Colour], places: dict[Colour, int]) -> int:
    if pixel not in places:
        distances = [sum((a - b) ** 2 for a, b in zip(pixel, colour, strict=True)) for colour in palette]
        places[pixel] = distances.index(min(distances))
    return places[pixel]


def _chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def _read(picture: bytes) -> tuple[int, int, int, bytes]:
    """Give width, height, channels and the packed rows."""
    place, data, head = len(SIGNATURE), b"", b""
    while place < len(picture):
        (length,) = struct.unpack_from(">I", picture, place)
        kind, content = picture[place + 4 : place + 8], picture[place + 8 : place + 8 + length]
        head, data = (content if kind == b"IHDR" else head), data + (content if kind == b"IDAT" else b"")
        place += length + 12
    width, height, bits, colours = struct.unpack_from(">IIBB", head)
    if bits != 8 or colours not in (2, 6):
        raise ValueError("not a picture of 8 bits a channel in colours")
    return width, height, 3 if colours == 2 else 4, data


def _unfiltered(data: bytes, width: int, height: int, channels: int) -> list[bytes]:
    """Undo the filters of the rows (PNG §9)."""
    length, above, rows = width * channels, bytes(width * channels), []
    for number in range(height):
        start = number * (length + 1)
        row = bytearray(data[start + 1 : start + 1 + length])
        _undo(data[start], row, above, channels)
        above = bytes(row)
        rows.append(above)
    return rows


def _undo(kind: int, row: bytearray, above: bytes, channels: int) -> None:
    for place in range(len(row)):
        left = row[place - channels] if place >= channels else 0
        corner = above[place - channels] if place >= channels else 0
        guess = (0, left, above[place], (left + above[place]) // 2, 0)[kind]
        row[place] = (row[place] + (_paeth(left, above[place], corner) if kind == 4 else guess)) & 255


def _paeth(left: int, above: int, corner: int) -> int:
    guess = left + above - corner
    return min((left, above, corner), key=lambda one: abs(guess - one))
