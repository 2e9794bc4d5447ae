"""Downloads as text, made while they are sent: CSV and JSON Lines."""

from __future__ import annotations

import csv
import hashlib
import io
from array import array
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING

from services.audit import queries
from services.audit.exports import rows, texts
from services.audit.seal import manifests, stamps
from shared.contracts.people import Language

if TYPE_CHECKING:
    from services.audit.seal.manifests import Signing
    from shared.merkle.notes import Signer

FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20", "|", "%")
"""What a spreadsheet may take for the beginning of a formula, or of a command (OWASP, CSV injection)."""
BOM = "\ufeff"


def harmless(text: str) -> str:
    """Give a text that a spreadsheet takes for text; what begins like a formula gets an apostrophe before it."""
    return f"'{text}" if text.lstrip(" \u00a0").startswith(FORMULA) or text.startswith(FORMULA) else text


async def write_csv(asked: rows.Asked, progress: rows.Progress) -> AsyncIterator[bytes]:
    """Write CSV as Excel opens it here: with a byte order mark, parted by semicolons in French."""
    delimiter = ";" if asked.language is Language.FR else ","
    yield BOM.encode() + _lines([[column.in_(asked.language) for column in texts.COLUMNS]], delimiter)
    done = 0
    async for part in asked.slices():
        progress(done := done + len(part))
        yield _lines([[harmless(cell) for cell in rows.cells(row, asked.language)] for row in part], delimiter)


def _lines(lines: list[list[str]], delimiter: str) -> bytes:
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter, lineterminator="\r\n").writerows(lines)
    return out.getvalue().encode()


async def write_jsonl(
    asked: rows.Asked, settings: Signing, signer: Signer, progress: rows.Progress
) -> AsyncIterator[bytes]:
    """Write an object a line, then the manifest's lines, last the stamp over all of it."""
    digest = hashlib.sha256()
    seqs = array("q")
    async for part in asked.slices():
        seqs.extend(row["seq"] for row in part)
        shown = [queries.activity(row, asked.language) for row in part]
        lines = b"".join(one.model_dump_json().encode() + b"\n" for one in shown)
        digest.update(lines)
        progress(len(seqs))
        yield lines
    await manifests.settle(asked.pool, max(seqs, default=0))
    sign = manifests.signing(settings)
    async for lines in manifests.write(asked.pool, settings.register_name, sign, seqs, asked.about("jsonl")):
        wrapped = b"".join(b'{"mandat":' + line + b"}\n" for line in lines.splitlines())
        digest.update(wrapped)
        yield wrapped
    begin, end = b'{"mandat":"', b'"}\n'
    digest.update(begin + stamps.BLANK + end)
    yield begin + stamps.MARK + stamps.signature(digest.digest(), signer) + end
