"""The chain: events from the outbox over RabbitMQ to their effect, our relay and consumer beside bare ones."""

from __future__ import annotations

import statistics

import psutil
from shared import ids

from benchmarks import events
from benchmarks.results import Goal, Result
from benchmarks.stage import Stage

NUMBER = 20_000
AGGREGATES = 5_000


async def run(stage: Stage, rounds: int, seconds: float) -> Result:
    """Drain the same number of events by ours and by the floor in turn."""
    del seconds
    await events.lay(stage)
    found: dict[str, list[tuple[float, float, float]]] = {name: [] for name in events.PROGRAMS}
    for number in range(rounds):
        for name in sorted(events.PROGRAMS, reverse=bool(number % 2)):
            found[name].append(await _drain(stage, name))
    medians = {name: [statistics.median(one) for one in zip(*runs, strict=True)] for name, runs in found.items()}
    ours, floor = medians["ours"], medians["floor"]
    return Result(
        name="chain",
        title=f"{NUMBER} events from the outbox over RabbitMQ to one row each, {AGGREGATES} aggregates, durable",
        columns=("events/s", "relay µs", "consumer µs"),
        rows=[("ours", ours), ("floor: bare aio-pika + asyncpg, batches", floor)],
        goals=[Goal("chain / bare chain", ours[0] / floor[0], 0.8)],
        remarks=["µs are of CPU for each event"],
        rounds=rounds,
    )


async def _drain(stage: Stage, name: str) -> tuple[float, float, float]:
    """Give events a second, and microseconds of CPU an event in the relay and in the consumer."""
    await events.empty(stage)
    aggregates = [ids.uuid7() for _ in range(AGGREGATES)]
    said = [events.envelope(aggregates[one % AGGREGATES], 1 + one // AGGREGATES) for one in range(NUMBER)]
    async with events.running(stage, name) as pids:
        processes = [psutil.Process(pid) for pid in pids]
        before = [_spent(process) for process in processes]
        start = await events.put(stage, said)
        end = await events.arrived(stage, NUMBER + 100)
        spent = [(_spent(process) - old) / NUMBER * 1e6 for process, old in zip(processes, before, strict=True)]
    return NUMBER / (end - start).total_seconds(), spent[0], spent[1]


def _spent(process: psutil.Process) -> float:
    times = process.cpu_times()
    return float(times.user + times.system)
