"""Designating a delegate: our endpoint with its Idempotency-Key, beside the same two rows in one bare statement."""

from __future__ import annotations

import asyncio
import time
from contextlib import AsyncExitStack
from pathlib import Path

import asyncpg

from benchmarks import people, turns, wrk
from benchmarks.results import Goal, Result
from benchmarks.stage import Server, Stage

PATH = "/delegation/v1/delegates"
MOST = 9_000
"""More designations a second than anybody here can do."""
CALLERS = 64
SETTLED = 1.0
"""Seconds after which what wrk left unanswered has ended."""
COUNT = "select (select count(*) from delegation), (select count(*) from outbox)"
COLUMNS = ("designated/s", "p50 ms", "p99 ms", "worst ms", "CPU µs")


async def run(stage: Stage, rounds: int, seconds: float) -> Result:
    """Measure designations; each round starts on empty tables after a checkpoint."""
    async with AsyncExitStack() as stack:
        ours = await stack.enter_async_context(stage.service("delegation", bus=False))
        await people.lay(stage, delegations=False)
        lines = _requests(stage, int(max(seconds, turns.WARM_UP) * MOST))
        floors = {
            name: await stack.enter_async_context(stage.floor("designation", "delegation", **extra))
            for name, extra in (("bare", {}), ("waking", {"notify": "1"}))
        }
        connection = await stage.connect("delegation")
        stack.push_async_callback(connection.close)

        async def lay() -> None:
            await people.forget_writes(connection)
            await stage.checkpoint()

        def on(server: Server) -> turns.Turn:
            return lambda length: _designate(connection, server, lines, length)

        contenders = {name: on(server) for name, server in ({"ours": ours} | floors).items()}
        found = await turns.take(contenders, rounds, seconds, lay)
        # Its relay takes the events away at the same time, so it runs only while it is measured.
        busy = await stack.enter_async_context(stage.service("delegation"))
        found |= await turns.take({"relaying": on(busy)}, 1, seconds, lay)
        await lay()
    return _result(found, rounds, seconds)


async def _designate(connection: asyncpg.Connection, server: Server, lines: Path, seconds: float) -> wrk.Load:
    """Load, and ensure that each answer stands for a delegation and its event."""
    load = await wrk.run(server.url + PATH, lines, seconds=seconds, server=server.pid)
    await asyncio.sleep(SETTLED)
    rows, events = await connection.fetchrow(COUNT)
    if rows != events or not load.requests <= rows <= load.requests + wrk.CONNECTIONS:
        raise wrk.Spoilt(f"{load.requests} answers, {rows} delegations, {events} events")
    return load


def _requests(stage: Stage, number: int) -> Path:
    """Give each request a pair of its own; what runs at the same time shares neither surveyor nor delegate."""
    expires = int(time.time()) + 6 * 3600
    callers = [people.surveyor(one) for one in range(CALLERS)]
    tokens = [f"Bearer {stage.issuer.person(one, exp=expires)}" for one in callers]
    if number > CALLERS * people.DELEGATES:
        raise SystemExit(f"too long a run: there are {CALLERS * people.DELEGATES} pairs")
    return wrk.write(
        stage.folder / "designations",
        (
            (
                tokens[one % CALLERS],
                f"key-{one}",
                people.body({"delegate": str(people.delegate(one % people.DELEGATES))}),
            )
            for one in range(number)
        ),
    )


def _result(found: dict[str, wrk.Load], rounds: int, seconds: float) -> Result:
    ours, bare, waking, relaying = (found[name] for name in ("ours", "bare", "waking", "relaying"))

    def row(label: str, load: wrk.Load) -> tuple[str, list[float | None]]:
        return label, [load.rps, load.p50, load.p99, load.most, load.cpu]

    return Result(
        name="write",
        title=f"Designating a delegate, {wrk.CONNECTIONS} connections, {CALLERS} surveyors, durable",
        columns=COLUMNS,
        rows=[
            row("ours", ours),
            row("ours, relay to RabbitMQ in the same process", relaying),
            row("floor: both rows in one statement", bare),
            row("floor: the same with a NOTIFY", waking),
        ],
        goals=[Goal("designations / bare statement", ours.rps / bare.rps, 0.7)],
        remarks=[
            f"beside the floor that wakes a relay by NOTIFY: {ours.rps / waking.rps:.2f} ×",
            f"p99 {ours.p99 / bare.p99:.1f} × the bare statement’s",
        ],
        rounds=rounds,
        seconds=seconds,
    )
