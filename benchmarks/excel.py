"""An Excel file of 100,000 activities, with its proofs, beside the bare writer; and what who asks meanwhile feels."""

from __future__ import annotations

import asyncio
import os
import statistics
import sys
import time
from collections.abc import Coroutine
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from services.audit.exports import rows
from services.audit.exports.desk import Desk
from services.audit.exports.schemas import Format, Prepare
from services.audit.seal.sealer import Sealer
from services.audit.settings import Settings
from shared import substrate
from shared.contracts.people import Language
from shared.db.migrate import migrate
from shared.db.pool import Pool

from benchmarks import register
from benchmarks.lists import AREA
from benchmarks.results import Goal, Result
from benchmarks.stage import PUBLIC, Stage

ROWS = 100_000
ROUNDS = 3
IDLE = 3.0
PAGE = os.sysconf("SC_PAGE_SIZE")


async def run(stage: Stage, rounds: int, seconds: float) -> Result:
    """Write the same number of rows in turns: bare, ours without proofs, ours."""
    address = await stage.database("excel")
    await migrate(address, [*substrate.AREAS, AREA])
    connection = await stage.connect("excel")
    await register.lay(connection, ROWS)
    await connection.close()
    pool = await Pool.open(address, name="bench", size=4)
    told = Settings(public_url=PUBLIC, secrets=stage.folder / "secrets", database_url=address)
    sealer = Sealer(pool=pool, name=told.register_name, secrets=told.secrets, folder=stage.folder / "register")
    await sealer.run()
    other = await Pool.open(address, name="beside", size=1)
    found: dict[str, list[tuple[float, ...]]] = {"nothing": [], "bare": [], "ours": []}
    try:
        for _ in range(min(rounds, ROUNDS)):
            found["nothing"].append(await _beside(other, asyncio.sleep(IDLE, (IDLE, 0.0, 0.0))))
            found["bare"].append(await _beside(other, _bare(stage.folder / "bare.xlsx")))
            found["ours"].append(await _beside(other, _ours(pool, told)))
    finally:
        await pool.close()
        await other.close()
    return _result(found, rounds, seconds)


def _result(found: dict[str, list[tuple[float, ...]]], rounds: int, seconds: float) -> Result:
    middle = {name: [statistics.median(column) for column in zip(*runs, strict=True)] for name, runs in found.items()}
    idle = middle.pop("nothing")[-1]
    labels = {"bare": "the bare writer", "ours": "ours, with the proof of each row"}
    table: list[tuple[str, list[float | None]]] = [("nothing", [None, None, None, idle, None])]
    table += [(labels[name], [*cells, cells[0] / middle["bare"][0]]) for name, cells in middle.items()]
    goals = [
        Goal("Excel of 100,000 rows with proofs / bare", middle["ours"][0] / middle["bare"][0], 1.5, at_least=False),
        Goal("p99 of a question beside an Excel file / quiet", middle["ours"][3] / idle, 2, at_least=False),
    ]
    remarks = (
        "peak: memory needed at most beyond what was there before, of ours with its child processes, not the database",
        "the bare writer has its rows from nowhere, and proves nothing",
        "p99 beside: of a question to the database each 5 ms, on the loop that the file is made from",
        "worst: the longest time in which the loop of the service turned to nothing else",
    )
    return Result(
        "excel",
        "Excel",
        ("s", "peak MB", "worst ms", "p99 beside ms", "of bare"),
        table,
        goals,
        remarks,
        rounds,
        seconds,
    )


async def _beside(pool: Pool, work: Coroutine[Any, Any, tuple[float, float, float]]) -> tuple[float, ...]:
    """Do something, and add how long who asks meanwhile waits for an answer, as a decision would."""
    times: list[float] = []

    async def ask() -> None:
        while True:
            await asyncio.sleep(0.005)
            start = time.perf_counter()
            await pool.fetchval("select exists (select from entry where id = $1)", register.person(0))
            times.append((time.perf_counter() - start) * 1000)

    asking = asyncio.create_task(ask())
    try:
        done = await work
    finally:
        asking.cancel()
        await asyncio.wait({asking})
    return *done, statistics.quantiles(times, n=100)[98]


async def _bare(path: Path) -> tuple[float, float, float]:
    words = ("-m", "benchmarks.floors.excel", str(ROWS), str(path))
    child = await asyncio.create_subprocess_exec(sys.executable, *words, stdout=asyncio.subprocess.PIPE)
    said, _ = await child.communicate()
    took, peak = map(float, said.split())
    return took, peak, 0.0


async def _ours(pool: Pool, told: Settings) -> tuple[float, float, float]:
    query = Prepare(format=Format.XLSX)
    asked = rows.Asked(
        pool=pool, viewer=None, name="Prénom Nom", query=query, language=Language.FR, made_at=datetime.now(UTC)
    )
    before = _resident(os.getpid())
    watching = asyncio.create_task(_watch())
    start = time.perf_counter()
    size = 0
    async for part in Desk(told).write(asked, Format.XLSX):
        size += len(part)
    took = time.perf_counter() - start
    watching.cancel()
    gaps, peak = await watching
    return took, peak - before, max(gaps) * 1000


async def _watch() -> tuple[list[float], float]:
    """Note how long each turn of the loop took, and how much memory there was at most."""
    gaps, last, peak, turns = [0.0], time.perf_counter(), 0.0, 0
    try:
        while True:
            await asyncio.sleep(0.001)
            now = time.perf_counter()
            gaps.append(now - last)
            turns += 1
            if turns % 100 == 0:
                peak = max(peak, _resident(os.getpid()))
            last = time.perf_counter()
    except asyncio.CancelledError:
        return gaps, peak


def _resident(process: int) -> float:
    """Give the memory of a process and of its children, in MB, but for the database, which shares most of its own."""
    own = Path(f"/proc/{process}")
    try:
        if (own / "comm").read_text() == "postgres\n":
            return 0.0
        pages = int((own / "statm").read_text().split()[1])
        children = (own / f"task/{process}/children").read_text().split()
    except OSError:
        return 0.0
    return pages * PAGE / (1 << 20) + sum(_resident(int(child)) for child in children)
