"""Makes the log grow: what arrived becomes leaves in one transaction with the signed state that holds them."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID

import structlog

from services.audit.seal import keys, leaves, outside, store
from shared.contracts.events.audit import RegisterSealed
from shared.merkle import notes, proofs, tree
from shared.messaging import outbox

if TYPE_CHECKING:
    from asyncpg import Range, Record

    from shared.db.pool import Connection, Pool

log = structlog.get_logger()

AT_ONCE = 5000
SLICE = 100
"""So many leaves are hashed before the loop turns to what else there is: a millisecond or two."""
PUBLISHED = 100


class Forked(Exception):
    """The database does not continue what was signed: it was restored from an old copy, or changed. Nothing is sealed.

    `mandat verify` tells what differs; docs/register.md says what to do after a restore.
    """


@dataclass(frozen=True, kw_only=True)
class Sealer:
    """Seals one register: `secrets` holds its keys, `folder` the file outside the database, where there is one."""

    pool: Pool
    name: str
    secrets: Path
    folder: Path | None

    async def run(self) -> int:
        """Seal all that has arrived, then write what was signed outside; give how many leaves."""
        total = 0
        while sealed := await self._seal():
            total += sealed
        await self.publish()
        return total

    async def _seal(self) -> int:
        signers = await asyncio.to_thread(keys.load, self.secrets, self.name)
        async with self.pool.transaction() as connection:
            if not await store.take_seal(connection):
                return 0
            end = await store.find_end(connection)
            rows = await store.list_arrived(connection, end.seq, AT_ONCE)
            if rows:
                edge = await self._edge(connection, end.size)
                await self._ensure_continued(connection, edge, signers)
                await self._add(connection, edge, await _leaves_of(connection, end.size, rows))
                await self._sign(connection, edge, end, signers)
        return len(rows)

    async def bury(self, stone: UUID, kind: str, before: Any, places: Sequence[Range[int]]) -> int:
        """Put a tombstone into the log and take out of the register what it names, in one transaction."""
        signers = await asyncio.to_thread(keys.load, self.secrets, self.name)
        async with self.pool.transaction() as connection:
            if not await store.take_seal(connection):
                return 0
            end = await store.find_end(connection)
            edge = await self._edge(connection, end.size)
            await self._ensure_continued(connection, edge, signers)
            row = await store.insert_tombstone(connection, stone, kind, before, places)
            content = leaves.tombstone(row)
            leaf = store.Leaf(end.size, None, stone, leaves.VERSION, leaves.hashed(content))
            await self._add(connection, edge, [leaf])
            await self._sign(connection, edge, end, signers)
            return await store.bury(connection, stone)

    async def _edge(self, connection: Connection, size: int) -> tree.Edge:
        return tree.Edge.load(size, await store.find_nodes(connection, tree.edge_nodes(size)))

    async def _ensure_continued(self, connection: Connection, edge: tree.Edge, signers: Sequence[notes.Signer]) -> None:
        """Refuse to sign a second history: what was signed last, outside, must be a beginning of the log."""
        if self.folder is None:
            return
        former = [notes.Verifier.parse(one) for one in await store.list_sealing_keys(connection)]
        trusted = [*former, *(signer.verifier for signer in signers)]
        signed = await asyncio.to_thread(outside.last, self.folder, trusted)
        if signed is not None and signed.root != await self._root(connection, signed.size, edge):
            raise Forked(f"what was signed at {signed.size} leaves is not what the database holds")

    async def _root(self, connection: Connection, size: int, edge: tree.Edge) -> bytes | None:
        if size == edge.size:
            return edge.root()
        if size > edge.size:
            return None
        known = await store.find_nodes(connection, proofs.needed([(0, size)]))
        return tree.hash_of((0, size), known)

    async def _add(self, connection: Connection, edge: tree.Edge, added: Sequence[store.Leaf]) -> None:
        nodes: list[tuple[tree.Node, bytes]] = []
        for begin in range(0, len(added), SLICE):
            nodes += [node for leaf in added[begin : begin + SLICE] for node in edge.append(leaf.hash)]
            await asyncio.sleep(0)
        await store.insert_leaves(connection, added)
        await store.insert_nodes(connection, nodes)

    async def _sign(
        self, connection: Connection, edge: tree.Edge, end: store.End, signers: Sequence[notes.Signer]
    ) -> None:
        state = notes.Checkpoint(self.name, edge.size, edge.root(), end.now)
        note = notes.sign(state.text(), signers)
        await store.insert_checkpoint(connection, edge.size, note, [signer.verifier.text for signer in signers])
        root = base64.b64encode(state.root).decode()
        event = RegisterSealed(log=self.name, size=edge.size, root=root, note=note)
        await outbox.emit(connection, event, sequence=edge.size)

    async def publish(self) -> None:
        """Write outside what is signed and not there yet; a crash in between leaves it to the next time."""
        if self.folder is None:
            return
        trusted = [notes.Verifier.parse(one) for one in await store.list_sealing_keys(self.pool)]
        known = await asyncio.to_thread(outside.last, self.folder, trusted)
        size = known.size if known else 0
        while signed := await store.list_checkpoints_after(self.pool, size, PUBLISHED):
            await asyncio.to_thread(outside.append, self.folder, [note for _, note in signed])
            size = signed[-1][0]


async def _leaves_of(connection: Connection, first: int, rows: Sequence[Record]) -> list[store.Leaf]:
    subjects = {
        subject
        for row in rows
        for role in leaves.ROLES
        if row[f"performed_{role}_name"] is not None and (subject := leaves.named(row, role))
    }
    known = await store.ensure_keys(connection, subjects)
    made: list[store.Leaf] = []
    for begin in range(0, len(rows), SLICE):
        made += [_leaf(first + begin + place, row, known) for place, row in enumerate(rows[begin : begin + SLICE])]
        await asyncio.sleep(0)
    return made


def _leaf(index: int, row: Record, known: dict[UUID, bytes]) -> store.Leaf:
    names = leaves.Names.of(row, known)
    hashed = leaves.hashed(leaves.facts(row, names))
    return store.Leaf(index, row["seq"], None, leaves.VERSION, hashed, names.by, names.for_)
