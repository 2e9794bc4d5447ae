"""Decisions: our evaluation endpoint, with its token, validation, metrics and log, beside two bare ones."""

from __future__ import annotations

import random
from contextlib import AsyncExitStack
from pathlib import Path

import aiohttp

from benchmarks import people, turns, wrk
from benchmarks.results import Goal, Result
from benchmarks.stage import Server, Stage

BATCH = 20
ONE = "/delegation/access/v1/evaluation"
MANY = "/delegation/access/v1/evaluations"
COLUMNS = ("answers/s", "p50 ms", "p99 ms", "worst ms", "CPU µs")


async def run(stage: Stage, rounds: int, seconds: float) -> Result:
    """Measure single questions and batches."""
    async with AsyncExitStack() as stack:
        ours = await stack.enter_async_context(stage.service("delegation"))
        await people.lay(stage, delegations=True)
        silent = await stack.enter_async_context(stage.service("delegation", log_level="warning"))
        plain = await stack.enter_async_context(stage.floor("decision_plain", "delegation"))
        coalesced = await stack.enter_async_context(stage.floor("decision_coalesced", "delegation"))
        token = f"Bearer {stage.issuer.application(exp=_long())}"
        single, batch = _requests(stage.folder, token)
        await _ensure_same(single, (ours, silent, plain, coalesced))

        def on(server: Server, path: str, lines: Path) -> turns.Turn:
            return lambda length: wrk.run(server.url + path, lines, seconds=length, server=server.pid)

        found = await turns.take(
            {
                "ours": on(ours, ONE, single),
                "coalesced": on(coalesced, ONE, single),
                "plain": on(plain, ONE, single),
                "silent": on(silent, ONE, single),
                "batch": on(ours, MANY, batch),
            },
            rounds,
            seconds,
        )
    return _result(found, rounds, seconds)


def _long() -> int:
    import time

    return int(time.time()) + 6 * 3600


def _requests(folder: Path, token: str) -> tuple[Path, Path]:
    pairs = people.pairs()
    random.Random(1).shuffle(pairs)
    single = wrk.write(folder / "single", [(token, "", people.body(people.question(*pair))) for pair in pairs])
    lots = [pairs[start : start + BATCH] for start in range(0, len(pairs) - BATCH, BATCH)]
    batch = wrk.write(
        folder / "batch",
        [(token, "", people.body({"evaluations": [people.question(*pair) for pair in lot]})) for lot in lots],
    )
    return single, batch


async def _ensure_same(requests: Path, servers: tuple[Server, ...]) -> None:
    """Ensure that all answer the same, so that they do the same work."""
    async with aiohttp.ClientSession() as http:
        for line in requests.read_text().splitlines()[:50]:
            token, _, body = line.split("\t")
            answers = []
            for server in servers:
                headers = {"Authorization": token, "Content-Type": "application/json"}
                async with http.post(server.url + ONE, data=body, headers=headers) as answer:
                    answers.append(await answer.json())
            if any(one != answers[0] or one["decision"] is not True for one in answers):
                raise wrk.Spoilt(f"the answers differ: {answers}")


def _result(found: dict[str, wrk.Load], rounds: int, seconds: float) -> Result:
    ours, coalesced, plain, batch = (found[name] for name in ("ours", "coalesced", "plain", "batch"))

    def row(label: str, load: wrk.Load, times: int = 1) -> tuple[str, list[float | None]]:
        return label, [load.rps * times, load.p50, load.p99, load.most, load.cpu / times]

    return Result(
        name="decisions",
        title=f"Decisions, {wrk.CONNECTIONS} connections",
        columns=COLUMNS,
        rows=[
            row("ours", ours),
            row("ours, log level warning", found["silent"]),
            row("floor: aiohttp + asyncpg pool", plain),
            row("floor: bare, coalesced", coalesced),
            row(f"ours, {BATCH} questions a request", batch, BATCH),
        ],
        goals=[
            Goal("decisions / plain floor", ours.rps / plain.rps, 2.0),
            Goal("decisions / coalesced floor", ours.rps / coalesced.rps, 0.6),
            Goal("p99 of decisions / coalesced floor’s", ours.p99 / coalesced.p99, 3.0, at_least=False),
            Goal("answers in batches / one by one", batch.rps * BATCH / ours.rps, 5.0),
        ],
        remarks=[f"without the line in the log: {found['silent'].rps / ours.rps:.2f} × ours"],
        rounds=rounds,
        seconds=seconds,
    )
