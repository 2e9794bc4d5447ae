"""Proofs that a leaf is in a tree and that a tree only grew (RFC 6962 §2.1.1, §2.1.2; verified as RFC 9162 §2.1)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain

from shared.merkle import tree
from shared.merkle.tree import Node, Range


class ProofWrong(Exception):
    """The proof does not lead to the root."""


def inclusion_ranges(index: int, size: int) -> list[Range]:
    """Name the ranges whose hashes prove the leaf of an index in a tree of this size, from the leaf up."""
    if not 0 <= index < size:
        raise ValueError("no such leaf")
    begin, end, ranges = 0, size, []
    while end - begin > 1:
        middle = begin + tree.split(end - begin)
        if index < middle:
            ranges.append((middle, end))
            end = middle
        else:
            ranges.append((begin, middle))
            begin = middle
    return ranges[::-1]


def consistency_ranges(first: int, second: int) -> list[Range]:
    """Name the ranges whose hashes prove that the tree of `second` leaves begins with the one of `first`."""
    if not 0 < first <= second:
        raise ValueError("a tree grows from one leaf or more")
    begin, end, ranges = 0, second, []
    while first != end:
        middle = begin + tree.split(end - begin)
        if first <= middle:
            ranges.append((middle, end))
            end = middle
        else:
            ranges.append((begin, middle))
            begin = middle
    return (ranges if begin == 0 else [*ranges, (begin, end)])[::-1]


def needed(ranges: Iterable[Range]) -> set[Node]:
    """Name the kept nodes from which the hashes of ranges are computed."""
    return set(chain.from_iterable(tree.kept(node) for leaves in ranges for node in tree.cover(leaves)))


def verify_inclusion(leaf: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes) -> None:
    """Check that the leaf of this hash is at `index`; `ProofWrong` otherwise."""
    if not 0 <= index < size:
        raise ProofWrong("no such leaf")
    place, last, joined = index, size - 1, leaf
    for sibling in proof:
        if last == 0:
            raise ProofWrong("too long")
        if place & 1 or place == last:
            joined = tree.node_hash(sibling, joined)
            while place & 1 == 0 and place:
                place, last = place >> 1, last >> 1
        else:
            joined = tree.node_hash(joined, sibling)
        place, last = place >> 1, last >> 1
    if last or joined != root:
        raise ProofWrong("another root")


def verify_consistency(first: int, second: int, proof: Sequence[bytes], old: bytes, new: bytes) -> None:
    """Check that the tree with root `new` begins with the one of root `old`; `ProofWrong` otherwise."""
    if first == second:
        _ensure(not proof and old == new)
        return
    _ensure(0 < first < second and bool(proof))
    path = list(proof) if first & (first - 1) else [old, *proof]
    place, last = first - 1, second - 1
    while place & 1:
        place, last = place >> 1, last >> 1
    left = right = path[0]
    for sibling in path[1:]:
        _ensure(last != 0)
        if place & 1 or place == last:
            left, right = tree.node_hash(sibling, left), tree.node_hash(sibling, right)
            while place & 1 == 0 and place:
                place, last = place >> 1, last >> 1
        else:
            right = tree.node_hash(right, sibling)
        place, last = place >> 1, last >> 1
    _ensure(last == 0 and left == old and right == new)


def _ensure(holds: bool) -> None:  # noqa: FBT001 - a condition
    if not holds:
        raise ProofWrong("not a beginning of the other")


def gaps(indexes: Sequence[int], size: int) -> Iterator[Range]:
    """Name, from left to right, the ranges that prove many leaves at once; `indexes` are sorted and different."""
    yield from _gaps(indexes, 0, size)


def _gaps(indexes: Sequence[int], begin: int, end: int) -> Iterator[Range]:
    if not indexes:
        yield begin, end
    elif end - begin > len(indexes):
        middle = begin + tree.split(end - begin)
        place = _cut(indexes, middle)
        yield from _gaps(indexes[:place], begin, middle)
        yield from _gaps(indexes[place:], middle, end)


def root_of(leaves: Mapping[int, bytes], size: int, filling: Iterator[bytes]) -> bytes:
    """Compute the root from some leaves and the hashes of the `gaps` between them; `ProofWrong` when some lack."""
    try:
        return _root_of(sorted(leaves), leaves, 0, size, filling)
    except (StopIteration, KeyError, RuntimeError) as error:
        raise ProofWrong("too short") from error


def _root_of(
    indexes: Sequence[int], leaves: Mapping[int, bytes], begin: int, end: int, filling: Iterator[bytes]
) -> bytes:
    if not indexes:
        return next(filling)
    if end - begin == 1:
        return leaves[begin]
    middle = begin + tree.split(end - begin)
    place = _cut(indexes, middle)
    left = _root_of(indexes[:place], leaves, begin, middle, filling)
    return tree.node_hash(left, _root_of(indexes[place:], leaves, middle, end, filling))


def _cut(indexes: Sequence[int], middle: int) -> int:
    low, high = 0, len(indexes)
    while low < high:
        half = (low + high) // 2
        low, high = (half + 1, high) if indexes[half] < middle else (low, half)
    return low
