"""The seal's named queries as functions."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple
from uuid import UUID

from shared.db import queries

if TYPE_CHECKING:
    from asyncpg import Range, Record

    from shared.db.pool import Connection, Pool
    from shared.merkle.tree import Node

SQL = queries.load("services.audit", "sql/seal.sql")
KEY_BYTES = 32


@dataclass(frozen=True, slots=True)
class End:
    """Where the log ends: its size, the last activity in it, how much of it is signed, and when that was so."""

    size: int
    seq: int
    signed: int
    now: datetime


class Leaf(NamedTuple):
    """One leaf to add, in the order of the table: of an activity, or of a tombstone."""

    place: int
    seq: int | None
    tombstone: UUID | None
    version: int
    hash: bytes
    by_name: bytes | None = None
    for_name: bytes | None = None


async def take_seal(connection: Connection) -> bool:
    """Begin to add to the log in this transaction; False when another process is at it."""
    return bool(await connection.fetchval(SQL["take_seal"]))


async def find_end(database: Connection | Pool) -> End:
    """Say where the log ends."""
    row = await database.fetchrow(SQL["find_end"])
    assert row is not None
    return End(row["size"], row["seq"], row["signed"], row["now"])


async def list_arrived(connection: Connection, seq: int, limit: int) -> list[Record]:
    """Give the next activities in their order of arrival."""
    return await connection.fetch(SQL["list_arrived"], seq, limit)


async def ensure_keys(connection: Connection, subjects: set[UUID]) -> dict[UUID, bytes]:
    """Give the keys of subjects, made for those that have none."""
    known = await find_keys(connection, subjects)
    if missing := sorted(subjects - known.keys()):
        made = [secrets.token_bytes(KEY_BYTES) for _ in missing]
        await connection.execute(SQL["insert_keys"], missing, made)
        known |= await find_keys(connection, missing)
    return known


async def find_keys(database: Connection | Pool, subjects: Iterable[UUID]) -> dict[UUID, bytes]:
    """Give the keys of subjects that have one."""
    return {row["subject"]: row["key"] for row in await database.fetch(SQL["list_keys"], list(subjects))}


async def insert_leaves(connection: Connection, leaves: Sequence[Leaf]) -> None:
    """Add leaves."""
    await connection.execute(SQL["insert_leaves"], *map(list, zip(*leaves, strict=True)))


async def insert_nodes(connection: Connection, nodes: Sequence[tuple[Node, bytes]]) -> None:
    """Keep inner nodes."""
    levels, indexes = [node[0] for node, _ in nodes], [node[1] for node, _ in nodes]
    await connection.execute(SQL["insert_nodes"], levels, indexes, [one for _, one in nodes])


async def insert_checkpoint(connection: Connection, size: int, note: str, keys: Sequence[str]) -> None:
    """Keep what was signed, and by which keys."""
    await connection.execute(SQL["insert_sealing_keys"], keys)
    await connection.execute(SQL["insert_checkpoint"], size, note)


async def list_sealing_keys(database: Connection | Pool) -> list[str]:
    """Give the public halves of all keys that ever signed."""
    return [row["verifier"] for row in await database.fetch(SQL["list_sealing_keys"])]


async def find_nodes(database: Connection | Pool, nodes: Iterable[Node]) -> dict[Node, bytes]:
    """Give the hashes of kept nodes, leaves among them."""
    leaves: list[int] = []
    levels: list[int] = []
    indexes: list[int] = []
    for level, index in nodes:
        if level:
            levels.append(level)
            indexes.append(index)
        else:
            leaves.append(index)
    if not leaves and not levels:
        return {}
    rows = await database.fetch(SQL["list_hashes"], leaves, levels, indexes)
    return {(level, index): hashed for level, index, hashed in rows}


async def list_checkpoints_after(database: Connection | Pool, size: int, limit: int) -> list[tuple[int, str]]:
    """Give what was signed after a size, oldest first."""
    rows = await database.fetch(SQL["list_checkpoints_after"], size, limit)
    return [(row["size"], row["note"]) for row in rows]


async def list_checkpoints(pool: Pool, before: int | None, limit: int) -> list[tuple[int, str]]:
    """Give what was signed before a size, newest first."""
    return [(row["size"], row["note"]) for row in await pool.fetch(SQL["list_checkpoints"], before, limit)]


async def find_checkpoint(database: Connection | Pool, size: int | None = None) -> tuple[int, str] | None:
    """Give what was signed at a size, or the newest of all."""
    row = await database.fetchrow(SQL["find_checkpoint"], size)
    return (row["size"], row["note"]) if row else None


async def find_leaf_of(pool: Pool, activity: UUID) -> Record | None:
    """Give the place in the log of an activity, and whom it is about."""
    return await pool.fetchrow(SQL["find_leaf_of"], activity)


async def list_sealed(database: Connection | Pool, begin: int, end: int) -> list[Record]:
    """Give a stretch of the log with what stands in the register."""
    return await database.fetch(SQL["list_sealed"], begin, end)


async def list_written(database: Connection | Pool, seqs: Sequence[int]) -> list[Record]:
    """Give activities that are leaves, as lines of a manifest in three pieces, in the order asked for."""
    return await database.fetch(SQL["list_written"], seqs)


async def is_signed(pool: Pool, seq: int) -> bool:
    """Tell whether what arrived up to here is in a signed state."""
    return bool(await pool.fetchval(SQL["is_signed"], seq))


async def insert_tombstone(
    connection: Connection, stone: UUID, kind: str, before: datetime, places: Sequence[Range[int]]
) -> Record:
    """Say what is taken out of the register: activities of a kind from before a moment, by places in the log."""
    row = await connection.fetchrow(SQL["insert_tombstone"], stone, kind, before, places)
    assert row is not None
    return row


async def bury(connection: Connection, stone: UUID) -> int:
    """Take out what a tombstone names; give how many activities."""
    return int(await connection.fetchval(SQL["bury"], stone))


async def list_unsealed(connection: Connection, grace: timedelta) -> list[int]:
    """Give activities that should stand in the log and do not."""
    return [row["seq"] for row in await connection.fetch(SQL["list_unsealed"], grace)]


async def list_doubles(connection: Connection) -> list[int]:
    """Give activities that stand in the register more than once."""
    return [row["seq"] for row in await connection.fetch(SQL["list_doubles"])]


async def list_unentered(connection: Connection) -> list[int]:
    """Give entries without their activity that no leaf names."""
    return [row["seq"] for row in await connection.fetch(SQL["list_unentered"])]


async def list_removed(connection: Connection) -> list[UUID]:
    """Give the people whose removal stands in the register."""
    return [row["performed_for"] for row in await connection.fetch(SQL["list_removed"])]


async def list_tombstones(connection: Connection) -> list[Record]:
    """Give all tombstones with their places in the log."""
    return await connection.fetch(SQL["list_tombstones"])


async def erase_subject(connection: Connection, person: UUID) -> int:
    """Destroy the key and the names of a person; give how many activities named him."""
    return int(await connection.fetchval(SQL["erase_subject"], person))


async def list_expired(pool: Pool, kind: str, before: datetime, limit: int) -> list[int]:
    """Give the places in the log of activities of a kind from before a moment."""
    return [row["index"] for row in await pool.fetch(SQL["list_expired"], kind, before, limit)]
