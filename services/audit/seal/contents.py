"""Checks what stands in the register for each leaf of a stretch of the log; no I/O."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from uuid import UUID

from services.audit.seal import leaves
from services.audit.seal.findings import Finding, What, at

if TYPE_CHECKING:
    from asyncpg import Record

HASH = 32


@dataclass(frozen=True, slots=True)
class Known:
    """What must be known of the whole register: who was removed, the hashes of tombstones, and the places gone."""

    removed: frozenset[str] = frozenset()
    stones: Mapping[UUID, bytes] = field(default_factory=dict)
    gone: Sequence[tuple[int, int]] = ()


@dataclass(frozen=True, slots=True)
class Stretch:
    """Leaves that follow each other, up to a place: index, seq and hash of each, and what is wrong with its content."""

    end: int
    indexes: list[int]
    seqs: list[int | None]
    hashes: bytes
    found: list[Finding]

    def leaves(self) -> Iterator[tuple[int, int | None, bytes]]:
        """Give the leaves one by one."""
        for place, (index, seq) in enumerate(zip(self.indexes, self.seqs, strict=True)):
            yield index, seq, self.hashes[place * HASH : (place + 1) * HASH]


def check(rows: Sequence[Record], end: int, keys: Mapping[str, bytes], known: Known) -> Stretch:
    """Check the leaves of these rows, with the keys of all who are named in them."""
    found: list[Finding] = []
    for row in rows:
        _check(row, keys, known, found)
    indexes, seqs = [row["index"] for row in rows], [row["leaf_seq"] for row in rows]
    return Stretch(end, indexes, seqs, b"".join([row["sealed"] for row in rows]), found)


def _check(row: Record, keys: Mapping[str, bytes], known: Known, found: list[Finding]) -> None:
    if row["tombstone"] is not None:
        hashed = known.stones[row["tombstone"]]
    elif row["seq"] is None:
        if not any(begin <= row["index"] < end for begin, end in known.gone):
            found.append(at(row["index"], What.ACTIVITY_MISSING, row["leaf_seq"]))
        return
    else:
        hashed = leaves.hashed(_facts(row, keys, known, found))
    if hashed != row["sealed"]:
        found.append(at(row["index"], What.ACTIVITY_CHANGED, row["leaf_seq"]))


def _facts(row: Record, keys: Mapping[str, bytes], known: Known, found: list[Finding]) -> dict[str, Any]:
    if not row["same_entry"]:
        found.append(at(row["index"], What.ENTRY_CHANGED, row["leaf_seq"]))
    names = leaves.Names(row["by_sealed"], row["for_sealed"])
    for role, sealed, subject, name in (
        ("by", names.by, row["performed_by"], row["performed_by_name"]),
        ("for", names.for_, row["performed_for"] or row["account"], row["performed_for_name"]),
    ):
        key = keys.get(subject)
        if key is None or name is None:
            wrong = _unopened(name, sealed, subject, key, known)
        else:
            wrong = None if sealed == leaves.commit(leaves.salt(key, row["id"], role), name) else What.NAME_CHANGED
        if wrong:
            found.append(at(row["index"], wrong, row["leaf_seq"]))
    return leaves.facts(row, names)


def _unopened(name: str | None, sealed: bytes | None, subject: str, key: bytes | None, known: Known) -> What | None:
    """Say what is wrong where the name, or its key, is not there."""
    if name is None:
        lost = sealed is not None and (key is not None or subject not in known.removed)
        return What.NAME_MISSING if lost else None
    return What.KEY_MISSING if sealed is not None else What.NAME_CHANGED
