"""What goes with a download so that it can be checked anywhere: JSON Lines, made row by row (docs/register.md).

A header; then, fifty rows at a time, each row's leaf with what opens its names, and the hashes that prove these leaves
together; last a statement, signed with the register's keys, about how many rows there are and what they say.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
from collections.abc import AsyncIterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol
from uuid import UUID

from services.audit.seal import keys, leaves, proofs, store
from shared.contracts.problems.audit import NotSealedYet
from shared.merkle import notes

if TYPE_CHECKING:
    from asyncpg import Record

    from shared.db.pool import Pool

FORMAT = "mandat-manifest/1"
STATEMENT = "mandat-export/1"
CHUNK = 50
FETCHED = 500
"""Rows that are read together; the loop turns to others after each chunk of them."""
PATIENCE = 20.0
PAUSE = 0.2


class Signing(Protocol):
    """What is needed of the settings to sign."""

    @property
    def register_name(self) -> str:
        """The log's name."""

    @property
    def secrets(self) -> Path:
        """The folder of the keys."""


async def settle(pool: Pool, activities: Sequence[UUID], *, seconds: float = PATIENCE) -> None:
    """Wait until activities are sealed, which takes a few seconds after they came; `not-sealed-yet` after that."""
    try:
        async with asyncio.timeout(seconds):
            # Some at a time: to write a hundred thousand ids into one question keeps the loop for a fifth of a second.
            for begin in range(0, len(activities), FETCHED):
                some = activities[begin : begin + FETCHED]
                while await store.any_unsealed(pool, some):  # noqa: ASYNC110 - the sealer may be another process
                    await asyncio.sleep(PAUSE)
    except TimeoutError as error:
        raise NotSealedYet from error


async def write(
    pool: Pool, settings: Signing, activities: Sequence[UUID], about: Mapping[str, Any]
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
    header = {"mandat": FORMAT, "log": settings.register_name, "note": note, "keys": known, "about": dict(about)}
    yield _line(header, digest)
    for begin in range(0, len(activities), FETCHED):
        async for line in _chunks(pool, activities[begin : begin + FETCHED], size):
            yield _line(line, digest)
    signers = await asyncio.to_thread(keys.load, settings.secrets, settings.register_name)
    yield leaves.canonical({"statement": statement(settings.register_name, len(activities), digest, signers)}) + b"\n"


def statement(log: str, rows: int, digest: hashlib._Hash, signers: Sequence[notes.Signer]) -> str:
    """Sign how many rows a manifest has and what its lines say."""
    return notes.sign(f"{STATEMENT}\n{log}\n{rows}\n{base64.b64encode(digest.digest()).decode()}\n", signers)


def _line(content: Any, digest: hashlib._Hash) -> bytes:
    line = leaves.canonical(content) + b"\n"
    digest.update(line)
    return line


async def _chunks(pool: Pool, activities: Sequence[UUID], size: int) -> AsyncIterator[dict[str, Any]]:
    rows = await store.list_rows(pool, activities)
    if len(rows) < len(activities) or any(row["index"] is None or row["index"] >= size for row in rows):
        raise NotSealedYet
    subjects = {one for row in rows for role in leaves.ROLES if (one := leaves.named(row, role))}
    known = await store.find_keys(pool, subjects)
    chunks = [rows[begin : begin + CHUNK] for begin in range(0, len(rows), CHUNK)]
    filling = await proofs.fillings(pool, [[row["index"] for row in chunk] for chunk in chunks], size)
    for chunk, hashes in zip(chunks, filling, strict=True):
        for row in chunk:
            yield _row(row, known)
        yield {"hashes": [base64.b64encode(one).decode() for one in hashes]}
        await asyncio.sleep(0)


def _row(row: Record, known: Mapping[UUID, bytes]) -> dict[str, Any]:
    facts = leaves.facts(row, leaves.Names(row["by_sealed"], row["for_sealed"]))
    opened = {role: _opened(row, role, known) for role in leaves.ROLES}
    return {"index": row["index"], "hash": base64.b64encode(leaves.hashed(facts)).decode(), "leaf": facts} | opened


def _opened(row: Record, role: str, known: Mapping[UUID, bytes]) -> dict[str, str] | None:
    """Give a name with what shows that it is the one committed to, and helps with no other row."""
    name, subject = row[f"performed_{role}_name"], leaves.named(row, role)
    if name is None or subject is None or subject not in known:
        return None
    return {"name": name, "salt": leaves.salt(known[subject], row["id"], role).hex()}
