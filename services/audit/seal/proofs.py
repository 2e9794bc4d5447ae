"""Proofs from the log: that an activity is in it, and that it only grew."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from services.audit.seal import store
from shared.merkle import proofs, tree

if TYPE_CHECKING:
    from shared.db.pool import Connection, Pool
    from shared.merkle.tree import Range

KEPT = 8_000
"""Hashes that are kept from one group to the next: two megabytes."""


async def hashes(database: Connection | Pool, ranges: Sequence[Range]) -> list[bytes]:
    """Give the hashes over ranges of the log, in two queries however long it is."""
    known = await store.find_nodes(database, proofs.needed(ranges))
    return [tree.hash_of(leaves, known) for leaves in ranges]


async def inclusion(database: Connection | Pool, index: int, size: int) -> list[bytes]:
    """Prove that a leaf is in the log of a size (RFC 6962 §2.1.1)."""
    return await hashes(database, proofs.inclusion_ranges(index, size))


async def consistency(database: Connection | Pool, first: int, second: int) -> list[bytes]:
    """Prove that the log of a size begins with the one of another (RFC 6962 §2.1.2)."""
    return await hashes(database, proofs.consistency_ranges(first, second))


async def fillings(
    database: Connection | Pool,
    groups: Sequence[Sequence[int]],
    size: int,
    kept: dict[Range, bytes] | None = None,
) -> Iterator[list[bytes]]:
    """Prove the leaves of each group together: the hashes of what lies between them, from left to right.

    `kept` remembers hashes for the next groups, of which the large ones are the same; it stays small.
    """
    kept = {} if kept is None else kept
    if len(kept) > KEPT:
        kept.clear()
    ranges = [list(proofs.gaps(sorted(set(indexes)), size)) for indexes in groups]
    missing = {one for group in ranges for one in group if one not in kept}
    known = await store.find_nodes(database, proofs.needed(missing))
    kept |= {leaves: tree.hash_of(leaves, known) for leaves in missing}
    return ([kept[leaves] for leaves in group] for group in ranges)
