"""Sign-ins beside a bare handler with as many hash threads, and decisions of another process meanwhile."""

from __future__ import annotations

import asyncio
import statistics
import time
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path

import argon2
from services.identity import hashing

from benchmarks import decisions, people, probe, wrk
from benchmarks.results import Goal, Result
from benchmarks.stage import Server, Stage

PATH = "/identity/v1/sessions"
PASSWORD = "brume-cordeau-colline-38"
PEOPLE = 400
LEAST = 4.0
"""Seconds below which a run holds too few sign-ins."""
PERSON = """
insert into person (
    id, username, username_key, email, email_key, first_name, last_name, language, password_hash, verified_at
)
select id, 'user' || n, 'user' || n, 'user' || n || '@mandat.example.com', 'user' || n || '@mandat.example.com',
    'Prénom', 'Nom' || n, 'fr', $2, now()
from unnest($1::uuid[]) with ordinality as one (id, n)
"""
EMPTY = "truncate session, refresh, device, attempt"
Probing = tuple[wrk.Load | None, list[float]]


async def run(stage: Stage, rounds: int, seconds: float) -> Result:
    """Measure ours and the floor in turn, with a hundred decisions a second beside them; and those alone."""
    seconds = max(seconds, LEAST)
    async with AsyncExitStack() as stack:
        ours = await stack.enter_async_context(stage.service("identity"))
        asked = await stack.enter_async_context(stage.service("delegation"))
        threads = hashing.threads_by_default()
        floor = await stack.enter_async_context(stage.floor("signin", "identity", threads=str(threads)))
        await _lay(stage)
        await people.lay(stage, delegations=True)
        lines = _requests(stage.folder)
        request = probe.prepared(asked.url, decisions.ONE, *_question(stage))

        def flooding(server: Server) -> Callable[[], Awaitable[wrk.Load]]:
            return lambda: wrk.run(server.url + PATH, lines, seconds=seconds, server=server.pid)

        turns = {"ours": flooding(ours), "floor": flooding(floor), "quiet": None}
        found: dict[str, list[Probing]] = {name: [] for name in turns}
        for number in range(rounds + 1):
            for name, flood in turns.items():
                measured = await _beside(flood, asked, request, seconds)
                found[name] += [measured] if number else []
    return _result(found, threads, rounds, seconds)


async def _lay(stage: Stage) -> None:
    hashed = argon2.PasswordHasher(
        memory_cost=hashing.MEMORY_KIB, time_cost=hashing.PASSES, parallelism=hashing.LANES
    ).hash(PASSWORD)
    connection = await stage.connect("identity")
    try:
        await connection.execute("truncate person cascade")
        await connection.execute(PERSON, [people.delegate(number) for number in range(PEOPLE)], hashed)
        await connection.execute("vacuum analyze", timeout=60)
    finally:
        await connection.close()


def _requests(folder: Path) -> Path:
    bodies = ({"username": f"user{number}", "password": PASSWORD} for number in range(1, PEOPLE + 1))
    return wrk.write(folder / "signins", (("", "", people.body(body)) for body in bodies))


def _question(stage: Stage) -> tuple[str, str]:
    token = stage.issuer.application(exp=int(time.time()) + 6 * 3600)
    return f"Bearer {token}", people.body(people.question(*people.pairs()[0]))


async def _beside(
    flood: Callable[[], Awaitable[wrk.Load]] | None, asked: Server, request: bytes, seconds: float
) -> Probing:
    probing = asyncio.create_task(probe.run(asked.url, request, seconds))
    load = await flood() if flood else None
    return load, await probing


def _result(found: dict[str, list[Probing]], threads: int, rounds: int, seconds: float) -> Result:
    loads = {name: wrk.median([load for load, _ in runs if load]) for name, runs in found.items() if name != "quiet"}
    ours, floor = loads["ours"], loads["floor"]
    asked = {name: [_centile(times, 0.5) for _, times in runs] for name, runs in found.items()}
    late = {name: statistics.median(_centile(times, 0.99) for _, times in runs) for name, runs in found.items()}

    def row(label: str, name: str) -> tuple[str, list[float | None]]:
        load = loads.get(name)
        mine = [load.rps, load.p99, load.cpu / 1000] if load else [None, None, None]
        return label, [*mine, statistics.median(asked[name]), late[name]]

    return Result(
        name="signins",
        title=f"Sign-ins, {wrk.CONNECTIONS} connections, hash threads: {threads}, decisions beside: {probe.PACE}/s",
        columns=("sign-ins/s", "p99 ms", "CPU ms", "asked p50", "asked p99"),
        rows=[
            row("ours", "ours"),
            row("floor: bare, as many hash threads", "floor"),
            row("decisions without sign-ins", "quiet"),
        ],
        goals=[
            Goal("sign-ins / bare", ours.rps / floor.rps, 0.85),
            Goal("p99 of decisions meanwhile / quiet", late["ours"] / late["quiet"], 3.0, at_least=False),
        ],
        remarks=[
            f"beside the floor’s sign-ins the p99 of our decisions is {late['floor'] / late['quiet']:.1f} × quiet"
        ],
        rounds=rounds,
        seconds=seconds,
    )


def _centile(times: list[float], part: float) -> float:
    return sorted(times)[int(len(times) * part)]
