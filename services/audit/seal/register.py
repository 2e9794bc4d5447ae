"""Checks the whole register against its log, and the log against what was signed: leaf by leaf, as anyone can.

The log in the database is read in one snapshot. What was signed comes from outside it: the file, the witness, and the
notes in the database itself, each believed only with the signature of a key that is trusted.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

from services.audit.seal import keys, leaves, store
from services.audit.seal.findings import Finding, What, at
from shared.merkle import notes, tree

if TYPE_CHECKING:
    from asyncpg import Record

    from shared.db.pool import Connection, Pool

BATCH = 4000
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
    removed: frozenset[UUID] = frozenset()
    buried: dict[UUID, Record] = field(default_factory=dict)
    gone: list[tuple[int, int]] = field(default_factory=list)
    edge: tree.Edge = field(default_factory=tree.Edge.empty)
    keys: dict[UUID, bytes] = field(default_factory=dict)
    signed: dict[int, bytes] = field(default_factory=dict)
    found: list[Finding] = field(default_factory=list)
    last_seq: int = 0
    agreed: int = 0
    differs: bool = False
    nodes: dict[tree.Node, bytes] = field(default_factory=dict)

    def say(self, finding: Finding) -> None:
        if len(self.found) < SHOWN:
            self.found.append(finding)

    def take_note(self, note: str, size: int | None = None) -> None:
        """Believe a note that a trusted key signed; two that contradict each other are caught where they differ."""
        try:
            state = notes.open_checkpoint(note, self.trusted)
        except notes.NoteWrong as error:
            self.say(at(size or 0, What.CHECKPOINT_FORGED, detail=str(error)))
            return
        if size not in (None, state.size) or self.signed.setdefault(state.size, state.root) != state.root:
            self.say(at(state.size, What.CHECKPOINT_FORGED, detail="another one says something else"))

    def leaf(self, row: Record) -> None:
        """Check one leaf and what stands in the register for it."""
        index = row["index"]
        while self.edge.size < index:
            self.say(at(self.edge.size, What.LEAF_MISSING))
            self._grow(bytes(32))
        content = self._content(row)
        if content is not None and leaves.hashed(content) != row["sealed"]:
            self.say(at(index, What.ACTIVITY_CHANGED, row["leaf_seq"]))
        if row["leaf_seq"] is not None:
            if row["leaf_seq"] <= self.last_seq:
                self.say(at(index, What.ORDER_CHANGED, row["leaf_seq"]))
            self.last_seq = row["leaf_seq"]
        self._grow(row["sealed"])

    def _content(self, row: Record) -> dict[str, Any] | None:
        if row["tombstone"] is not None:
            return leaves.tombstone(self.buried[row["tombstone"]])
        if row["seq"] is None:
            if not any(begin <= row["index"] < end for begin, end in self.gone):
                self.say(at(row["index"], What.ACTIVITY_MISSING, row["leaf_seq"]))
            return None
        if not row["same_entry"]:
            self.say(at(row["index"], What.ENTRY_CHANGED, row["leaf_seq"]))
        names = leaves.Names(row["by_sealed"], row["for_sealed"])
        for role, sealed in zip(leaves.ROLES, (names.by, names.for_), strict=True):
            if wrong := self._name(row, role, sealed):
                self.say(at(row["index"], wrong, row["leaf_seq"]))
        return leaves.facts(row, names)

    def _name(self, row: Record, role: str, sealed: bytes | None) -> What | None:
        name, subject = row[f"performed_{role}_name"], leaves.named(row, role)
        if name is None:
            lost = sealed is not None and (subject in self.keys or subject not in self.removed)
            return What.NAME_MISSING if lost else None
        key = self.keys.get(subject) if subject else None
        if key is None:
            return What.KEY_MISSING if sealed is not None else What.NAME_CHANGED
        return None if sealed == leaves.commit(leaves.salt(key, row["id"], role), name) else What.NAME_CHANGED

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
    """Check all of it in one snapshot; `outside` are notes kept outside the database: the file's and the witness's."""
    async with pool.connection() as connection, connection.transaction(isolation="repeatable_read", readonly=True):
        await connection.execute("set local statement_timeout = 0")
        return await check_on(connection, trusted, outside, progress)


async def check_on(
    connection: Connection,
    trusted: Sequence[notes.Verifier],
    outside: Iterable[str] = (),
    progress: Progress | None = None,
) -> Report:
    """Check all of it as a transaction sees it."""
    state = _Check()
    await _prepare(connection, state, trusted, list(outside))
    end = (await store.find_end(connection)).size
    # Not when a table is new to the planner, either: each stretch is a short range of it.
    await connection.execute("set local enable_seqscan = off")
    reading = _read(connection, 0)
    for begin in range(0, end, BATCH):
        rows = await reading
        await _learn_keys(connection, state, rows)
        # The server finds the next ones while these are checked.
        reading = _read(connection, begin + BATCH)
        await asyncio.sleep(0)
        for row in rows:
            state.leaf(row)
        await asyncio.wait({reading})
        await _compare_nodes(connection, state)
        if progress:
            progress(min(begin + BATCH, end), end)
    await reading
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
    state.removed = frozenset(await store.list_removed(connection))
    buried = await store.list_tombstones(connection)
    state.buried = {row["id"]: row for row in buried}
    state.gone = [(part.lower, part.upper) for row in buried if row["index"] is not None for part in row["leaves"]]


def _read(connection: Connection, begin: int) -> asyncio.Task[list[Record]]:
    return asyncio.create_task(store.list_sealed(connection, begin, begin + BATCH))


async def _learn_keys(connection: Connection, state: _Check, rows: Sequence[Record]) -> None:
    subjects = {one for row in rows for role in leaves.ROLES if row["seq"] and (one := leaves.named(row, role))}
    state.keys |= await store.find_keys(connection, subjects - state.keys.keys())


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
