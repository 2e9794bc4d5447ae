"""Checks the whole register against its log, and the log against what was signed: leaf by leaf, as anyone can.

The log in the database is read in one snapshot. What was signed comes from outside it: the file, the witness, and the
notes in the database itself, each believed only with the signature of a key that is trusted.
"""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING

from services.audit.seal import contents, keys, leaves, store, stretches
from services.audit.seal.findings import Finding, What, at
from shared.merkle import notes, tree

if TYPE_CHECKING:
    from shared.db.pool import Connection, Pool

    Read = Callable[[Connection, contents.Known, range], AsyncIterator[contents.Stretch]]

BATCH = 4000
APART = 200_000
"""Leaves from which on processes are started, which takes a second or two of each."""
GRACE = timedelta(minutes=5)
"""How long an activity may wait for its seal."""
SHOWN = 1000
NEVER = 1 << 62

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Report:
    """What checking found: nothing wrong, or the findings by place; and how much was checked against how many notes."""

    leaves: int
    checkpoints: int
    findings: list[Finding]

    @property
    def good(self) -> bool:
        """Tell whether nothing is wrong."""
        return not self.findings


@dataclass(slots=True)
class _Check:
    trusted: Sequence[notes.Verifier] = ()
    known: contents.Known = field(default_factory=contents.Known)
    edge: tree.Edge = field(default_factory=tree.Edge.empty)
    signed: dict[int, bytes] = field(default_factory=dict)
    found: list[Finding] = field(default_factory=list)
    last_seq: int = 0
    agreed: int = 0
    differs: bool = False
    nodes: dict[tree.Node, bytes] = field(default_factory=dict)

    def say(self, *findings: Finding) -> None:
        self.found += findings[: max(0, SHOWN - len(self.found))]

    def take_note(self, note: str, size: int | None = None) -> None:
        """Believe a note that a trusted key signed; two that contradict each other are caught where they differ."""
        try:
            state = notes.open_checkpoint(note, self.trusted)
        except notes.NoteWrong as error:
            self.say(at(size or 0, What.CHECKPOINT_FORGED, detail=str(error)))
            return
        if size not in (None, state.size) or self.signed.setdefault(state.size, state.root) != state.root:
            self.say(at(state.size, What.CHECKPOINT_FORGED, detail="another one says something else"))

    def take(self, stretch: contents.Stretch) -> None:
        """Add the next leaves to the tree, whose content was checked already."""
        self.say(*stretch.found)
        for index, seq, hashed in stretch.leaves():
            while self.edge.size < index:
                self.say(at(self.edge.size, What.LEAF_MISSING))
                self._grow(bytes(32))
            if seq is not None:
                if seq <= self.last_seq:
                    self.say(at(index, What.ORDER_CHANGED, seq))
                self.last_seq = seq
            self._grow(hashed)

    def _grow(self, leaf: bytes) -> None:
        for node, computed in self.edge.append(leaf):
            self.nodes[node] = computed
        size = self.edge.size
        if size in self.signed and not self.differs:
            self.differs = self.edge.root() != self.signed[size]
            if self.differs:
                self.say(Finding(self.agreed, size, What.ROOT_DIFFERS))
            else:
                self.agreed = size

    def end(self) -> None:
        """Compare where the log ends with where it was signed to end."""
        size, most = self.edge.size, max(self.signed, default=0)
        if size < most:
            self.say(Finding(size, most, What.TAIL_CUT))
        elif size > most:
            self.say(Finding(most, size, What.LEAF_UNSIGNED))


async def check(
    pool: Pool, trusted: Sequence[notes.Verifier], outside: Iterable[str] = (), progress: Progress | None = None
) -> Report:
    """Check all of it in one snapshot; `outside` are notes kept outside the database: the file's and the witness's.

    What is long is read and computed by a process for each processor.
    """
    async with pool.connection() as connection, connection.transaction(isolation="repeatable_read", readonly=True):
        await connection.execute("set local statement_timeout = 0; set local idle_in_transaction_session_timeout = 0")
        processes = os.cpu_count() or 1
        if processes < 2 or (await store.find_end(connection)).size < APART:
            return await check_on(connection, trusted, outside, progress)
        return await check_on(connection, trusted, outside, progress, partial(stretches.apart, pool.dsn, processes))


async def check_on(
    connection: Connection,
    trusted: Sequence[notes.Verifier],
    outside: Iterable[str] = (),
    progress: Progress | None = None,
    read: Read = stretches.here,
) -> Report:
    """Check all of it as a transaction sees it."""
    state = _Check()
    await _prepare(connection, state, trusted, list(outside))
    end = (await store.find_end(connection)).size
    # Not when a table is new to the planner, either: each stretch is a short range of it.
    await connection.execute("set local enable_seqscan = off")
    async for stretch in read(connection, state.known, range(0, end, BATCH)):
        state.take(stretch)
        await _compare_nodes(connection, state)
        if progress:
            progress(min(stretch.end, end), end)
    await connection.execute("set local enable_seqscan = on")
    state.end()
    await _beside(connection, state)
    return Report(state.edge.size, len(state.signed), sorted(state.found))


async def _prepare(
    connection: Connection, state: _Check, trusted: Sequence[notes.Verifier], outside: Sequence[str]
) -> None:
    inside, size = [], 0
    while signed := await store.list_checkpoints_after(connection, size, BATCH):
        inside += signed
        size = signed[-1][0]
    former = [notes.Verifier.parse(text) for text in await store.list_sealing_keys(connection)]
    state.trusted = keys.vouched([*outside, *(note for _, note in inside)], trusted, former)
    for note in outside:
        state.take_note(note)
    for size, note in inside:
        state.take_note(note, size)
    buried = await store.list_tombstones(connection)
    state.known = contents.Known(
        removed=frozenset(str(one) for one in await store.list_removed(connection)),
        stones={row["id"]: leaves.hashed(leaves.tombstone(row)) for row in buried},
        gone=[(part.lower, part.upper) for row in buried if row["index"] is not None for part in row["leaves"]],
    )


async def _compare_nodes(connection: Connection, state: _Check) -> None:
    if not state.nodes:
        return
    kept = await store.find_nodes(connection, state.nodes)
    for node, computed in state.nodes.items():
        if kept.get(node) != computed:
            level, index = node
            state.say(Finding(index << level, (index + 1) << level, What.NODE_CHANGED))
    state.nodes.clear()


async def _beside(connection: Connection, state: _Check) -> None:
    """Look for what stands in the register and not in the log; it has no place there, so it comes last."""
    for what, rows in (
        (What.ACTIVITY_UNSEALED, await store.list_unsealed(connection, GRACE)),
        (What.ACTIVITY_DOUBLE, await store.list_doubles(connection)),
        (What.ENTRY_CHANGED, await store.list_unentered(connection)),
    ):
        for seq in rows:
            state.say(Finding(NEVER, NEVER, what, seq))
