"""What stands in the databases: whether all that was said was heard, and whether anything changed."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import asyncpg

from services import client
from tests.authority.running import SERVICES
from tests.journeys.world import World

COUNTERS = frozenset({"throttle", "attempt"})
"""Trying costs something, whatever comes of it."""
DERIVED = frozenset({"tally", "counted"})
"""Counted from the entries, which are compared themselves, some seconds after these came."""
UNSAID = "select count(*) from saying where said_at is null"
WAITING = {
    "audit": (
        "select count(*) from export where state in ('queued', 'running')",
        "select count(*) from entry left join leaf on leaf.seq = entry.seq where leaf.seq is null",
    ),
    "identity": ("select count(*) from request",),
    "cadastre": (UNSAID,),
    "permits": (UNSAID, "select count(*) from notice where taken_at is null"),
    "notifications": ("select count(*) from email where state in ('queued', 'sending')",),
}
UNSENT = "select count(*) from outbox where sent_at is null"
ROW = "(to_jsonb(t) - 'ask_at')::text"
"""A row, but for when it is looked at again: that time passes is no change."""
TABLES = "select tablename from pg_tables where schemaname = 'public' order by tablename"
Prints = dict[str, str]


@dataclass
class Books:
    """One connection to each database."""

    connections: dict[str, asyncpg.Connection]

    async def settled(self) -> None:
        """Wait until everything that was said is heard, and every mail is sent."""
        await client.until(self._nothing_waits, "the end of all work", seconds=30)

    async def _nothing_waits(self) -> bool:
        for name, connection in self.connections.items():
            for query in (*WAITING.get(name, ()), UNSENT):
                if await connection.fetchval(query):
                    return False
        return True

    async def prints(self) -> Prints:
        """Give a fingerprint of each table of each database."""
        found = await asyncio.gather(*(_prints(name, one) for name, one in self.connections.items()))
        return {table: value for one in found for table, value in one.items()}


async def _prints(name: str, connection: asyncpg.Connection) -> Prints:
    tables = [row[0] for row in await connection.fetch(TABLES) if row[0] not in COUNTERS | DERIVED]
    each = [
        f"select '{name}.{table}', md5(coalesce(string_agg({ROW}, e'\\n' order by {ROW}), '')) from \"{table}\" t"
        for table in tables
    ]
    return {row[0]: row[1] for row in await connection.fetch(" union all ".join(each))}


def changed(before: Prints, after: Prints) -> list[str]:
    """Name the tables that differ."""
    return sorted(table for table in before | after if before.get(table) != after.get(table))


@asynccontextmanager
async def books(world: World) -> AsyncIterator[Books]:
    """Open a connection to each database."""
    connections = {name: await asyncpg.connect(world.dsn(name), timeout=10) for name in SERVICES}
    try:
        yield Books(connections)
    finally:
        for connection in connections.values():
            await connection.close(timeout=5)
