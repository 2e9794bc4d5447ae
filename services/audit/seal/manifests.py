"""What goes with a download so that it can be checked anywhere: JSON Lines, made row by row (docs/register.md).

A header; then, fifty rows at a time, each row's leaf with what opens its names, and the hashes that prove these leaves
together; last a statement, signed with the register's keys, about how many rows there are and what they say.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol
from uuid import UUID

import orjson

from services.audit.seal import keys, leaves, proofs, store
from shared.contracts.problems.audit import NotSealedYet
from shared.merkle import notes

if TYPE_CHECKING:
    from asyncpg import Record

    from shared.db.pool import Pool

FORMAT = "mandat-manifest/2"
FORMER = "mandat-manifest/1"
"""With the commitments to names that a row opens, and the whole hash of its leaf: files of 2026 until November 26."""
STATEMENT = "mandat-export/1"
CHUNK = 50
FETCHED = 500
"""Rows that are read together; the loop turns to others after each chunk of them."""
PATIENCE = 20.0
PAUSE = 0.2
NAMES_KEPT = 4096

Sign = Callable[[int, bytes], Awaitable[str]]
"""Signs the statement about so many rows whose lines have this SHA-256."""
Keys = dict[str, bytes]


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
    activities: Sequence[UUID],
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
    async for line in _chunks(pool, activities, size, fetched):
        digest.update(line)
        yield line
    statement = await sign(len(activities), digest.digest())
    yield leaves.canonical({"statement": statement}) + b"\n"


async def _chunks(pool: Pool, activities: Sequence[UUID], size: int, fetched: int) -> AsyncIterator[bytes]:
    """Give the lines of fifty rows together, and of what proves them; the next ones are read meanwhile."""
    known: Keys = {}
    begins = range(0, len(activities), fetched)
    parts = [activities[begin : begin + fetched] for begin in begins]
    reading = asyncio.create_task(_read(pool, parts[0], size, known)) if parts else None
    try:
        for place in range(len(parts)):
            assert reading is not None
            rows, filling = await reading
            if place + 1 < len(parts):
                reading = asyncio.create_task(_read(pool, parts[place + 1], size, known))
            for begin, hashes in zip(range(0, len(rows), CHUNK), filling, strict=True):
                lines = [_row(row, known) for row in rows[begin : begin + CHUNK]]
                proof = leaves.canonical({"hashes": [base64.b64encode(one).decode() for one in hashes]})
                yield "".join(lines).encode() + proof + b"\n"
                await asyncio.sleep(0)
    finally:
        if reading is not None:
            reading.cancel()
            await asyncio.wait({reading})


async def _read(
    pool: Pool, activities: Sequence[UUID], size: int, known: Keys
) -> tuple[list[Record], Iterator[list[bytes]]]:
    rows = await store.list_written(pool, activities)
    if len(rows) < len(activities) or any(row["index"] is None or row["index"] >= size for row in rows):
        raise NotSealedYet
    subjects = {row[f"{role}_subject"] for row in rows for role in leaves.ROLES} - known.keys() - {None}
    found = await store.find_keys(pool, [UUID(one) for one in subjects])
    known |= {str(subject): key for subject, key in found.items()}
    indexes = [row["index"] for row in rows]
    groups = [indexes[begin : begin + CHUNK] for begin in range(0, len(rows), CHUNK)]
    return rows, await proofs.fillings(pool, groups, size)


def _row(row: Record, known: Keys) -> str:
    """Write a row; where its name is opened, what was committed to is left out: who checks computes it."""
    by, for_ = _opened(row, "by", known), _opened(row, "for", known)
    by_name = "" if by else f',"by_name":{_sealed(row["by_sealed"])}'
    for_name = "" if for_ else f',"for_name":{_sealed(row["for_sealed"])}'
    leaf = f"{row['before']}{by_name}{row['between']}{for_name}{row['behind']}"
    return (
        f'{{"by":{by or "null"},"for":{for_ or "null"},"hash":"{row["hash"]}","index":{row["index"]},"leaf":{leaf}}}\n'
    )


def _opened(row: Record, role: str, known: Keys) -> str:
    """Give a name with what shows that it is the one committed to, and helps with no other row."""
    name, key = row[f"{role}_name"], known.get(row[f"{role}_subject"])
    if name is None or key is None:
        return ""
    return f'{{"name":{_written(name)},"salt":"{leaves.salt(key, row["id"], role).hex()}"}}'


def _sealed(commitment: str | None) -> str:
    return f'"{commitment}"' if commitment else "null"


@lru_cache(NAMES_KEPT)
def _written(name: str) -> str:
    return orjson.dumps(name).decode()
