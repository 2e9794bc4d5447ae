"""What goes with a download so that it can be checked anywhere: JSON Lines, made row by row (docs/register.md).

A header; then, fifty rows at a time, each row's leaf with what opens its names, and the hashes that prove these leaves
together; last a statement, signed with the register's keys, about how many rows there are and what they say.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from services.audit.seal import keys, leaves, proofs, store
from shared.contracts.problems.audit import NotSealedYet
from shared.merkle import notes

if TYPE_CHECKING:
    from asyncpg import Record

    from shared.db.pool import Pool
    from shared.merkle.tree import Range

FORMAT = "mandat-manifest/2"
FORMER = "mandat-manifest/1"
"""With the commitments to names that a row opens, and the whole hash of its leaf: files of 2026 until November 26."""
STATEMENT = "mandat-export/1"
CHUNK = 50
FETCHED = 500
"""Rows that are read together; the loop turns to others after each chunk of them."""
PATIENCE = 20.0
PAUSE = 0.2

Sign = Callable[[int, bytes], Awaitable[str]]
"""Signs the statement about so many rows whose lines have this SHA-256."""


class Signing(Protocol):
    """What is needed of the settings to sign."""

    @property
    def register_name(self) -> str:
        """The log's name."""

    @property
    def secrets(self) -> Path:
        """The folder of the keys."""


async def settle(pool: Pool, seq: int, *, seconds: float = PATIENCE) -> None:
    """Wait until what arrived up to here is sealed, which takes a few seconds; `not-sealed-yet` after that."""
    try:
        async with asyncio.timeout(seconds):
            while not await store.is_signed(pool, seq):  # noqa: ASYNC110 - the sealer may be another process
                await asyncio.sleep(PAUSE)
    except TimeoutError as error:
        raise NotSealedYet from error


def signing(settings: Signing) -> Sign:
    """Sign with the register's keys as they are then."""

    async def sign(rows: int, digest: bytes) -> str:
        signers = await asyncio.to_thread(keys.load, settings.secrets, settings.register_name)
        said = base64.b64encode(digest).decode()
        return notes.sign(f"{STATEMENT}\n{settings.register_name}\n{rows}\n{said}\n", signers)

    return sign


async def write(
    pool: Pool,
    log: str,
    sign: Sign,
    seqs: Sequence[int],
    about: Mapping[str, Any],
    fetched: int = FETCHED,
) -> AsyncIterator[bytes]:
    """Give the lines for these activities, in the order of the file; `about` (who, when, `language`) is signed too.

    `not-sealed-yet` when one of them is not in a signed state: `settle` first.
    """
    signed = await store.find_checkpoint(pool)
    if signed is None:
        raise NotSealedYet
    size, note = signed
    known = await store.list_sealing_keys(pool)
    digest = hashlib.sha256()
    header = {"mandat": FORMAT, "log": log, "note": note, "keys": known, "about": dict(about)}
    line = leaves.canonical(header) + b"\n"
    digest.update(line)
    yield line
    async for line in _chunks(pool, seqs, size, fetched):
        digest.update(line)
        yield line
    statement = await sign(len(seqs), digest.digest())
    yield leaves.canonical({"statement": statement}) + b"\n"


async def _chunks(pool: Pool, seqs: Sequence[int], size: int, fetched: int) -> AsyncIterator[bytes]:
    """Give the lines of fifty rows together, and of what proves them; the next ones are read meanwhile."""
    kept: dict[Range, bytes] = {}
    parts = [seqs[begin : begin + fetched] for begin in range(0, len(seqs), fetched)]
    reading = asyncio.create_task(_read(pool, parts[0], size, kept)) if parts else None
    try:
        for place in range(len(parts)):
            assert reading is not None
            rows, filling = await reading
            if place + 1 < len(parts):
                reading = asyncio.create_task(_read(pool, parts[place + 1], size, kept))
                await asyncio.sleep(0)  # it asks the database before these are written, not after
            for begin, hashes in zip(range(0, len(rows), CHUNK), filling, strict=True):
                lines = [_row(*row) for row in rows[begin : begin + CHUNK]]
                proof = leaves.canonical({"hashes": [base64.b64encode(one).decode() for one in hashes]})
                yield "".join(lines).encode() + proof + b"\n"
                await asyncio.sleep(0)
    finally:
        if reading is not None:
            reading.cancel()
            await asyncio.wait({reading})


async def _read(
    pool: Pool, seqs: Sequence[int], size: int, kept: dict[Range, bytes]
) -> tuple[list[Record], list[list[bytes]]]:
    rows = await store.list_written(pool, seqs)
    indexes = [row["index"] for row in rows]
    if len(rows) < len(seqs) or max(indexes) >= size:
        raise NotSealedYet
    groups = [indexes[begin : begin + CHUNK] for begin in range(0, len(rows), CHUNK)]
    return rows, list(await proofs.fillings(pool, groups, size, kept))


def _row(
    index: int, activity: str, by: bytes | None, for_: bytes | None, before: str, between: str, behind: str
) -> str:
    """Put what opens the names into a line: a salt helps with no other row."""
    del index
    by_salt = leaves.salt(by, activity, "by").hex() if by else ""
    for_salt = leaves.salt(for_, activity, "for").hex() if for_ else ""
    return f"{before}{by_salt}{between}{for_salt}{behind}"
