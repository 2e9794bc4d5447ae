"""The tree and its proofs: the field's vectors, the definitions of RFC 6962 word by word, and another library."""

from __future__ import annotations

import hashlib

import pymerkle
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.merkle import proofs, tree

INPUTS = [
    bytes.fromhex(text)
    for text in ("", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f")
]
ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
"""The eight leaves and the roots of their first one to eight that implementations of RFC 6962 share."""

SIZES = st.integers(1, 300)


def digest(*parts: bytes) -> bytes:
    return hashlib.sha256(b"".join(parts)).digest()


def mth(leaves: list[bytes]) -> bytes:
    """RFC 6962 §2.1, as it stands there."""
    if not leaves:
        return digest()
    if len(leaves) == 1:
        return digest(b"\x00", leaves[0])
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    return digest(b"\x01", mth(leaves[:k]), mth(leaves[k:]))


def path(m: int, leaves: list[bytes]) -> list[bytes]:
    """RFC 6962 §2.1.1, as it stands there."""
    if len(leaves) == 1:
        return []
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    if m < k:
        return [*path(m, leaves[:k]), mth(leaves[k:])]
    return [*path(m - k, leaves[k:]), mth(leaves[:k])]


def subproof(m: int, leaves: list[bytes], *, whole: bool) -> list[bytes]:
    """RFC 6962 §2.1.2, as it stands there."""
    n = len(leaves)
    if m == n:
        return [] if whole else [mth(leaves)]
    k = 1
    while k * 2 < n:
        k *= 2
    if m <= k:
        return [*subproof(m, leaves[:k], whole=whole), mth(leaves[k:])]
    return [*subproof(m - k, leaves[k:], whole=False), mth(leaves[:k])]


def numbered(size: int) -> list[bytes]:
    return [str(number).encode() for number in range(size)]


class Log:
    """A tree that is kept as the register keeps it: leaves, and every fourth level."""

    def __init__(self, size: int) -> None:
        self.edge = tree.Edge.empty()
        self.nodes: dict[tree.Node, bytes] = {}
        for index, content in enumerate(numbered(size)):
            self.nodes[0, index] = tree.leaf_hash(content)
            self.nodes.update(self.edge.append(self.nodes[0, index]))

    def hashes(self, ranges: list[tree.Range]) -> list[bytes]:
        known = {node: self.nodes[node] for node in proofs.needed(ranges)}
        return [tree.hash_of(leaves, known) for leaves in ranges]


BIG = Log(300)


def test_root_of_the_shared_vectors_is_as_published() -> None:
    edge, found = tree.Edge.empty(), []
    for content in INPUTS:
        list(edge.append(tree.leaf_hash(content)))
        found.append(edge.root().hex())
    assert (ROOTS, ROOTS) == (found, [mth(INPUTS[: size + 1]).hex() for size in range(8)])


def test_root_of_no_leaves_is_the_hash_of_nothing() -> None:
    assert hashlib.sha256().hexdigest() == tree.Edge.empty().root().hex() == tree.root([]).hex()


@given(SIZES)
def test_root_agrees_with_the_definition_and_with_another_library(size: int) -> None:
    other = pymerkle.InmemoryTree.init_from_entries(numbered(size))
    root = Log(size).edge.root()
    assert (mth(numbered(size)), other.get_root()) == (root, root)


@given(SIZES, st.integers(0, 40))
def test_edge_that_is_loaded_again_grows_as_the_one_that_was_not(size: int, more: int) -> None:
    log, bigger = Log(size), Log(size + more)
    edge = tree.Edge.load(size, {node: log.nodes[node] for node in tree.edge_nodes(size)})
    assert log.edge.root() == edge.root()
    made = [node for leaf in range(size, size + more) for node in edge.append(bigger.nodes[0, leaf])]
    assert bigger.edge.root() == edge.root()
    assert bigger.nodes.items() - log.nodes.items() == {*made} | {
        ((0, leaf), bigger.nodes[0, leaf]) for leaf in range(size, size + more)
    }


@given(st.data(), SIZES)
def test_inclusion_proof_is_that_of_the_definition_and_both_libraries_accept_it(data: st.DataObject, size: int) -> None:
    index = data.draw(st.integers(0, size - 1))
    proof = BIG.hashes(proofs.inclusion_ranges(index, size))
    assert path(index, numbered(size)) == proof
    root = mth(numbered(size))
    proofs.verify_inclusion(BIG.nodes[0, index], index, size, proof, root)
    other = pymerkle.InmemoryTree.init_from_entries(numbered(size))
    theirs = other.prove_inclusion(index + 1)
    pymerkle.verify_inclusion(BIG.nodes[0, index], root, theirs)
    assert [bytes.fromhex(one) for one in theirs.serialize()["path"]][1:] == proof


@given(st.data(), SIZES)
def test_consistency_proof_is_that_of_the_definition_and_is_accepted(data: st.DataObject, second: int) -> None:
    first = data.draw(st.integers(1, second))
    proof = BIG.hashes(proofs.consistency_ranges(first, second))
    assert subproof(first, numbered(second), whole=True) == proof
    old, new = mth(numbered(first)), mth(numbered(second))
    proofs.verify_consistency(first, second, proof, old, new)
    other = pymerkle.InmemoryTree.init_from_entries(numbered(second))
    pymerkle.verify_consistency(old, new, other.prove_consistency(first, second))


@given(st.data(), st.integers(2, 300))
def test_proof_with_anything_changed_is_refused(data: st.DataObject, size: int) -> None:
    index = data.draw(st.integers(0, size - 1))
    proof, root = BIG.hashes(proofs.inclusion_ranges(index, size)), mth(numbered(size))
    place = data.draw(st.integers(0, len(proof) - 1))
    forged = [bytes(32) if number == place else one for number, one in enumerate(proof)]
    leaf = BIG.nodes[0, index]
    wrong = [
        (leaf, index, size, forged, root),
        (leaf, index, size, proof[:-1], root),
        (leaf, index, size, [*proof, bytes(32)], root),
        (bytes(32), index, size, proof, root),
        (leaf, size, size, proof, root),
        (leaf, index, size, proof, bytes(32)),
    ]
    for attempt in wrong:
        with pytest.raises(proofs.ProofWrong):
            proofs.verify_inclusion(*attempt)


@given(st.data(), st.integers(2, 300))
def test_consistency_with_a_rewritten_tree_is_refused(data: st.DataObject, second: int) -> None:
    first = data.draw(st.integers(1, second - 1))
    proof = BIG.hashes(proofs.consistency_ranges(first, second))
    rewritten = [b"other", *numbered(second)[1:]]
    old, new = mth(numbered(first)), mth(numbered(second))
    for attempt in ((proof, old, mth(rewritten)), (proof, mth(rewritten[:first]), new), (proof[:-1], old, new)):
        with pytest.raises(proofs.ProofWrong):
            proofs.verify_consistency(first, second, *attempt)


@given(st.data(), SIZES)
def test_many_leaves_are_proved_together_with_few_hashes(data: st.DataObject, size: int) -> None:
    indexes = sorted(data.draw(st.sets(st.integers(0, size - 1), max_size=20)))
    filling = BIG.hashes(list(proofs.gaps(indexes, size)))
    leaves = {index: BIG.nodes[0, index] for index in indexes}
    assert mth(numbered(size)) == proofs.root_of(leaves, size, iter(filling))
    assert len(filling) <= max(1, len(indexes) * size.bit_length())
    if filling:
        with pytest.raises(proofs.ProofWrong):
            proofs.root_of(leaves, size, iter(filling[:-1]))


@pytest.mark.parametrize(("index", "size"), [(-1, 3), (3, 3), (0, 0)])
def test_proof_of_a_leaf_that_is_not_there_is_not_made(index: int, size: int) -> None:
    with pytest.raises(ValueError, match="no such leaf"):
        proofs.inclusion_ranges(index, size)
