"""Events into the register: our consumer with inbox, names, counts and sealing, beside bare batched inserts."""

from __future__ import annotations

import asyncio
import gc
import json
import random
import statistics
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from services.audit import commands, subscribers
from services.audit.seal.sealer import Sealer
from shared import ids, logging, substrate
from shared.db.migrate import migrate
from shared.db.pool import Pool
from shared.messaging.bus import Delivery
from shared.messaging.consumer import Consumer

from benchmarks import register
from benchmarks.lists import AREA
from benchmarks.results import Goal, Result
from benchmarks.stage import Stage

BATCH = 100
MOST = 400
"""More batches a second than anybody takes."""
BARE = """
with given as (
    select * from unnest($1::uuid[], $2::text[], $3::uuid[], $4::uuid[], $5::timestamptz[], $6::text[])
    as one (id, key, performed_by, performed_for, occurred_at, file_number)
), fresh as (
    insert into entry (id, application, key, kind, file_number, performed_by, performed_for, occurred_at, personal)
    select id, 'cadastre', key, 'lot.reserved', file_number, performed_by, performed_for, occurred_at, true from given
    returning seq, id
)
insert into activity (
    seq, id, application, key, kind, file_number, performed_by, performed_by_name, performed_for, performed_for_name,
    occurred_at, personal, correlation_id
)
select seq, id, 'cadastre', key, 'lot.reserved', file_number, performed_by, 'Prénom Nom', performed_for, 'Prénom Nom',
    occurred_at, true, key
from given inner join fresh using (id)
"""


async def run(stage: Stage, rounds: int, seconds: float) -> Result:
    """Measure both in turns, on two databases with the same indexes."""
    logging.configure("bench", "warning", development=False)
    ours = await _database(stage, "ingest")
    await _database(stage, "ingest_bare")
    connection = await stage.connect("ingest_bare")
    await connection.execute("alter table entry disable trigger user")
    pool = await Pool.open(ours, name="bench", size=6)
    consumer = Consumer("audit", pool, subscribers.SUBSCRIPTIONS)
    sealer = Sealer(pool=pool, name="mandat/bench", secrets=stage.folder / "secrets", folder=stage.folder / "register")
    found: dict[str, list[float]] = {"ours": [], "unsealed": [], "bare": []}
    behind: list[float] = []
    try:
        for _ in range(rounds):
            await stage.checkpoint()
            found["bare"].append(await _rate(seconds, _columns, lambda columns: connection.execute(BARE, *columns)))
            await stage.checkpoint()
            found["unsealed"].append(await _rate(seconds, _deliveries, consumer.receive))
            # What came without sealing is not to be sealed while the next is measured.
            await sealer.run()
            await commands.count_arrived(pool)
            await stage.checkpoint()
            found["ours"].append(await _sealed(seconds, consumer, sealer, pool))
            behind.append(await sealer.run() / found["ours"][-1])
    finally:
        await connection.close()
        await pool.close()
    rates = {name: statistics.median(values) for name, values in found.items()}
    return _result(rates, statistics.median(behind), rounds, seconds)


async def _sealed(seconds: float, consumer: Consumer, sealer: Sealer, pool: Pool) -> float:
    """Take batches while all is sealed and counted each second."""
    async with asyncio.TaskGroup() as group:
        beside = [group.create_task(_seal(sealer)), group.create_task(_count(pool))]
        rate = await _rate(seconds, _deliveries, consumer.receive)
        for task in beside:
            task.cancel()
    return rate


def _result(rates: dict[str, float], behind: float, rounds: int, seconds: float) -> Result:
    bare = rates["bare"]
    rows = [
        ("bare inserts of 100 in a transaction", [bare, 1.0]),
        ("ours, without sealing", [rates["unsealed"], rates["unsealed"] / bare]),
        ("ours, sealing every second", [rates["ours"], rates["ours"] / bare]),
    ]
    goals = [Goal("recorded events / bare inserts, with sealing", rates["ours"] / bare, 0.6)]
    remarks = (
        "ours: decoding, inbox, names, one order of arrival, counts of the long lists; the same indexes for both",
        f"unsealed when the load ended: what came in {behind:.1f} s; counted each second too",
    )
    return Result("ingest", "Events into the register", ("events/s", "of bare"), rows, goals, remarks, rounds, seconds)


async def _database(stage: Stage, name: str) -> str:
    address = await stage.database(name)
    await migrate(address, [*substrate.AREAS, AREA])
    connection = await stage.connect(name)
    await register.lay(connection, 10_000)
    await connection.close()
    return address


async def _seal(sealer: Sealer) -> None:
    while True:
        await asyncio.sleep(1)
        await sealer.run()


async def _count(pool: Pool) -> None:
    while True:
        await asyncio.sleep(1)
        await commands.count_arrived(pool)


async def _rate(seconds: float, make: Callable[[], Any], take: Callable[[Any], Awaitable[Any]]) -> float:
    """Take batches made before, as many as can be."""
    batches = [make() for _ in range(round(seconds * MOST))]
    gc.collect()
    start, done = time.perf_counter(), 0
    while (spent := time.perf_counter() - start) < seconds and done < len(batches):
        await take(batches[done])
        done += 1
    return done * BATCH / spent


def _facts() -> tuple[str, UUID, UUID, datetime, str]:
    surveyor = random.randrange(register.SURVEYORS)
    by = register.person(register.SURVEYORS + surveyor * 3) if surveyor % 2 else register.person(surveyor)
    moment = datetime.now(UTC) - timedelta(seconds=random.randrange(3600))
    return ids.uuid7().hex, by, register.person(surveyor), moment, str(random.randrange(1_000_000))


def _deliveries() -> list[Delivery]:
    return [_delivery(*_facts()) for _ in range(BATCH)]


def _delivery(key: str, by: UUID, for_: UUID, moment: datetime, file: str) -> Delivery:
    event = ids.uuid7()
    data = {"key": key, "kind": "lot.reserved", "performed_by": str(by), "performed_for": str(for_)}
    body = {
        "specversion": "1.0",
        "id": str(event),
        "source": "/applications",
        "type": "applications.activity.reported.v1",
        "subject": f"activity:{key}",
        "time": moment.isoformat(),
        "datacontenttype": "application/json",
        "data": data | {"file_number": file, "occurred_at": moment.isoformat()},
        "actor": "application:cadastre",
        "correlationid": key,
        "sequence": 1,
    }
    return Delivery(json.dumps(body).encode(), str(event))


def _columns() -> list[list[Any]]:
    rows = [_facts() for _ in range(BATCH)]
    return [[ids.uuid7() for _ in rows], *(list(column) for column in zip(*rows, strict=True))]
