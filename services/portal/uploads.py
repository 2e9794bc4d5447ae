"""Forms with a file: its fields stand before it, and the file goes on to its service as it comes."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from aiohttp import BodyPartReader

from services.portal.forms import Form

if TYPE_CHECKING:
    from aiohttp import web

CHUNK = 65_536
LONGEST = 65_536
"""Bytes of one field that is no file."""


@dataclass(frozen=True, slots=True)
class Upload:
    """A file on its way: its name as the browser says it, and its bytes."""

    name: str
    part: BodyPartReader

    async def chunks(self) -> AsyncIterator[bytes]:
        """Give the bytes as they come."""
        while chunk := await self.part.read_chunk(CHUNK):
            yield chunk


async def read(request: web.Request) -> tuple[Form, Upload | None]:
    """Read the fields up to the file, and give the file unread; None when none was chosen."""
    reader = await request.multipart()
    fields: dict[str, str] = {}
    while isinstance(part := await reader.next(), BodyPartReader):
        if part.filename is not None:
            return Form.of(fields), Upload(part.filename, part) if part.filename else None
        fields[part.name or ""] = (await _text(part)).decode(errors="replace")
    return Form.of(fields), None


async def _text(part: BodyPartReader) -> bytes:
    text = b""
    while chunk := await part.read_chunk(CHUNK):
        text += chunk[: LONGEST - len(text)]
    return text
