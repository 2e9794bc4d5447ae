"""Hashes and shapes of an RFC 6962 Merkle tree (§2.1), and the right edge that lets it grow.

A node is named by level and index: level 0 are the leaves, and node (l, i) stands over the leaves
from i·2^l on, 2^l of them. Only every fourth level is kept; what lies between is computed from
at most eight nodes below.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

STRIDE = 4
WIDTH = 1 << STRIDE
EMPTY = hashlib.sha256().digest()
"""The root of a tree without leaves."""

Node = tuple[int, int]
"""Level and index."""
Range = tuple[int, int]
"""Leaves from the first on, up to but without the second."""


def leaf_hash(content: bytes) -> bytes:
    """Give the hash of a leaf."""
    return hashlib.sha256(b"\x00" + content).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Give the hash of an inner node."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def split(size: int) -> int:
    """Give the largest power of two below a size of two or more."""
    return 1 << ((size - 1).bit_length() - 1)


def root(hashes: Sequence[bytes]) -> bytes:
    """Give the root over the hashes of neighbouring subtrees of one size."""
    if not hashes:
        return EMPTY
    level = list(hashes)
    while len(level) > 1:
        pairs = [node_hash(level[place], level[place + 1]) for place in range(0, len(level) - 1, 2)]
        level = pairs + level[len(pairs) * 2 :]
    return level[0]


def cover(leaves: Range) -> list[Node]:
    """Give the largest complete nodes over a range that a tree has, from left to right."""
    begin, end = leaves
    nodes = []
    while begin < end:
        level = (end - begin).bit_length() - 1
        if begin:
            level = min(level, (begin & -begin).bit_length() - 1)
        nodes.append((level, begin >> level))
        begin += 1 << level
    return nodes


def fold(hashes: Sequence[bytes]) -> bytes:
    """Join the hashes of a cover into the one over the whole range."""
    joined = hashes[-1]
    for left in reversed(hashes[:-1]):
        joined = node_hash(left, joined)
    return joined


def kept(node: Node) -> list[Node]:
    """Give the kept nodes from which a node is computed: itself, or up to eight neighbours."""
    level, index = node
    above = level % STRIDE
    first = index << above
    return [(level - above, first + place) for place in range(1 << above)]


def hash_of(leaves: Range, known: Mapping[Node, bytes]) -> bytes:
    """Compute the hash over a range from kept nodes (KeyError names one that is missing)."""
    return fold([root([known[one] for one in kept(node)]) for node in cover(leaves)])


@dataclass(slots=True)
class Edge:
    """The right edge of a tree: of each kept level what is not yet joined into the next; grows leaf by leaf."""

    size: int
    levels: list[list[bytes]]

    @classmethod
    def empty(cls) -> Edge:
        """Give the edge of a tree without leaves."""
        return cls(0, [[]])

    @classmethod
    def load(cls, size: int, known: Mapping[Node, bytes]) -> Edge:
        """Build the edge of a tree from the kept nodes named by `edge_nodes`."""
        levels: list[list[bytes]] = [[] for _ in range(_height(size))]
        for level, index in edge_nodes(size):
            levels[level // STRIDE].append(known[level, index])
        return cls(size, levels)

    def append(self, leaf: bytes) -> Iterator[tuple[Node, bytes]]:
        """Add the hash of a leaf; give the kept nodes above it that became complete."""
        self.size += 1
        self.levels[0].append(leaf)
        level = 0
        while len(self.levels[level]) == WIDTH:
            joined = root(self.levels[level])
            self.levels[level] = []
            level += 1
            if level == len(self.levels):
                self.levels.append([])
            self.levels[level].append(joined)
            place = level * STRIDE
            yield (place, (self.size >> place) - 1), joined

    def root(self) -> bytes:
        """Give the root of the tree."""
        joined: bytes | None = None
        for hashes in self.levels:
            joined = _join(hashes, joined)
        return EMPTY if joined is None else joined


def _join(hashes: Sequence[bytes], rest: bytes | None) -> bytes | None:
    """Join neighbours of one size, and what follows them to the right, as the tree does."""
    begin, parts = 0, []
    while begin < len(hashes):
        width = 1 << ((len(hashes) - begin).bit_length() - 1)
        parts.append(root(hashes[begin : begin + width]))
        begin += width
    if rest is not None:
        parts.append(rest)
    return fold(parts) if parts else None


def _height(size: int) -> int:
    return max(1, -(-size.bit_length() // STRIDE))


def edge_nodes(size: int) -> list[Node]:
    """Name the kept nodes of the right edge of a tree, at most fifteen a level."""
    found = []
    for place in range(_height(size)):
        level = place * STRIDE
        end = size >> level
        found += [(level, index) for index in range(end >> STRIDE << STRIDE, end)]
    return found
