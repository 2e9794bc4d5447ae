"""Events on their way: a realistic one in our tables, the effect of one row, and the processes between."""

from __future__ import annotations

import asyncio
import time
import zlib
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import asyncpg
from shared import ids, substrate
from shared.contracts.envelope import Envelope
from shared.contracts.events.delegation import DelegateAdded
from shared.db import migrate

from benchmarks import people
from benchmarks.stage import Stage

CONSUMER = "bench"
SOURCE, SINK = "source", "sink"
PARTITIONS = 8
EFFECT = "insert into effect (event_id) values ($1)"
TABLES = {
    SOURCE: "create table if not exists said (event_id uuid primary key)",
    SINK: """create table if not exists effect (
        event_id uuid primary key, at timestamptz not null default clock_timestamp()
    )""",
}
COLUMNS = ("event_id", "part", "subject", "sequence", "type", "envelope")
PATIENCE = 120.0
Row = tuple[UUID, int, str, int, str, str]
PROGRAMS = {
    "ours": (("benchmarks.link", "relay"), ("benchmarks.link", "hear")),
    "floor": (("benchmarks.floors.relay", ""), ("benchmarks.floors.consumer", "")),
}


class Stuck(Exception):
    """The events did not arrive in time."""


async def lay(stage: Stage) -> None:
    """Make both databases with the tables every service has, and the two of this benchmark."""
    for name, table in TABLES.items():
        await migrate.migrate(await stage.database(name), substrate.AREAS)
        connection = await stage.connect(name)
        await connection.execute(table)
        await connection.close()


async def empty(stage: Stage) -> None:
    """Forget everything that was said and heard, and start from a checkpoint."""
    for name, tables in ((SOURCE, "outbox, said"), (SINK, "inbox, effect, retry, crash_guard")):
        connection = await stage.connect(name)
        await connection.execute(f"truncate {tables}")
        await connection.execute("vacuum analyze", timeout=60)
        await connection.close()
    await stage.checkpoint()


@asynccontextmanager
async def running(stage: Stage, whose: str) -> AsyncIterator[tuple[int, int]]:
    """Run a relay and a consumer, ours or bare; give their process ids once an event went all the way."""
    addresses = [await stage.database(name) for name in (SOURCE, SINK)]
    (relay, first), (consumer, second) = PROGRAMS[whose]
    environments = [{"LINK_DATABASE": one, "LINK_AMQP": stage.broker} for one in addresses]
    async with (
        stage.program(relay, environments[0], 0, "", first) as said,
        stage.program(consumer, environments[1], 0, "", second) as heard,
    ):
        await put(stage, [envelope() for _ in range(100)])
        await arrived(stage, 100)
        yield said.pid, heard.pid


def envelope(subject: UUID | None = None, sequence: int = 1) -> Envelope:
    """Give an event as delegation says it when somebody designates a delegate."""
    delegation, now = subject or ids.uuid7(), datetime.now(UTC)
    data = {
        "id": delegation,
        "delegator": _person(people.surveyor(1)),
        "matricule": "10001",
        "delegate": _person(people.delegate(1)),
        "added_at": now,
    }
    event = DelegateAdded.model_validate(data)
    return Envelope(
        id=ids.uuid7(),
        source="/delegation",
        type=DelegateAdded.type,
        subject=event.subject(),
        time=now,
        data=event.model_dump(mode="json"),
        actor=f"user:{people.surveyor(1)}",
        correlationid=str(ids.uuid7()),
        sequence=sequence,
    )


def _person(person: UUID) -> dict[str, Any]:
    names = {"first_name": "Prénom", "last_name": "Nom", "username": "user1", "email": "user1@mandat.example.com"}
    return names | {"id": person, "language": "fr", "verified": True}


async def put(stage: Stage, said: Sequence[Envelope]) -> datetime:
    """Write events into the outbox in one transaction, and give the moment just after its commit."""
    rows: list[Row] = [
        (
            one.id,
            zlib.crc32(one.subject.encode()) % PARTITIONS,
            one.subject,
            one.sequence,
            one.type,
            one.to_json().decode(),
        )
        for one in said
    ]
    connection = await stage.connect(SOURCE)
    try:
        async with connection.transaction():
            await connection.copy_records_to_table("outbox", records=rows, columns=COLUMNS)
            await connection.execute("select pg_notify('outbox', '')")
        now: datetime = await connection.fetchval("select clock_timestamp()")
        return now
    finally:
        await connection.close()


async def arrived(stage: Stage, number: int) -> datetime:
    """Wait until so many effects are committed; give the time of the last (`Stuck` after two minutes)."""
    until = time.monotonic() + PATIENCE
    connection = await stage.connect(SINK)
    try:
        while True:
            count, last = await connection.fetchrow("select count(*), max(at) from effect")
            if count >= number:
                return last
            if time.monotonic() > until:
                raise Stuck(f"{count} of {number} events arrived")
            await asyncio.sleep(0.1)
    finally:
        await connection.close()


async def commits(connection: asyncpg.Connection, table: str) -> dict[UUID, datetime]:
    """Give when each row of a table was committed, as the server noted."""
    rows = await connection.fetch(f"select event_id, pg_xact_commit_timestamp(xmin) as at from {table}")
    return {row["event_id"]: row["at"] for row in rows}
