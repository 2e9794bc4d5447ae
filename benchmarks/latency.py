"""Latency: from the commit of what is said to the commit of its effect, at a quiet pace."""

from __future__ import annotations

import asyncio
import random
import statistics
from uuid import UUID

from shared.contracts.events.delegation import DelegateAdded
from shared.db.pool import Pool
from shared.messaging import outbox

from benchmarks import events
from benchmarks.results import Goal, Result
from benchmarks.stage import Stage

PACE = 50
"""Events a second, on average."""
LEAST = 4.0


async def run(stage: Stage, rounds: int, seconds: float) -> Result:
    """Measure ours and the floor in turn, by the server's own note of each commit."""
    await events.lay(stage)
    found: dict[str, list[list[float]]] = {name: [] for name in events.PROGRAMS}
    number = int(max(seconds, LEAST) * PACE)
    for turn in range(rounds):
        for name in sorted(events.PROGRAMS, reverse=bool(turn % 2)):
            found[name].append(await _measure(stage, name, number))
    figures = {name: _figures(runs) for name, runs in found.items()}
    ours, floor = figures["ours"], figures["floor"]
    return Result(
        name="latency",
        title=f"Commit to commit of the effect, {PACE} events/s, {number * rounds} events",
        columns=("p50 ms", "p99 ms", "worst ms"),
        rows=[("ours", ours), ("floor: bare relay that LISTENs", floor)],
        goals=[
            Goal("latency p50 / bare p50", ours[0] / floor[0], 1.5, at_least=False),
            Goal("latency p99 / bare p99", ours[1] / floor[1], 2.0, at_least=False),
        ],
        rounds=rounds,
        seconds=max(seconds, LEAST),
    )


async def _measure(stage: Stage, name: str, number: int) -> list[float]:
    """Say events one by one at random moments; give the milliseconds that each took."""
    await events.empty(stage)
    async with events.running(stage, name):
        pool = await Pool.open(await stage.database(events.SOURCE), name="writer", size=2)
        try:
            for _ in range(number):
                await _say(pool)
                await asyncio.sleep(random.uniform(0.5, 1.5) / PACE)
        finally:
            await pool.close()
        await events.arrived(stage, number + 100)
    source, sink = await stage.connect(events.SOURCE), await stage.connect(events.SINK)
    try:
        said, heard = await events.commits(source, "said"), await events.commits(sink, "effect")
    finally:
        await source.close()
        await sink.close()
    return [(heard[one] - moment).total_seconds() * 1000 for one, moment in said.items()]


async def _say(pool: Pool) -> UUID:
    """Say one event as a service does; a row of its own keeps the time of the commit."""
    one = events.envelope()
    async with pool.transaction() as connection:
        event_id = await outbox.emit(connection, DelegateAdded.model_validate(one.data), sequence=1)
        await connection.execute("insert into said (event_id) values ($1)", event_id)
    return event_id


def _figures(runs: list[list[float]]) -> list[float]:
    """Give the median of the rounds' medians, the 99th percentile of all, and the worst."""
    everything = sorted(one for run in runs for one in run)
    return [
        statistics.median(statistics.median(run) for run in runs),
        everything[int(len(everything) * 0.99)],
        everything[-1],
    ]
