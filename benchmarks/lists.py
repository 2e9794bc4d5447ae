"""Lists of the register at several lengths: beside their own time at the shortest, and beside the bare statements.

The longest takes a quarter of an hour to lay: `MANDAT_BENCH_ROWS=10000,1000000,10000000` asks for it.
"""

from __future__ import annotations

import os
import statistics
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from importlib import resources
from typing import Any

from services.audit import queries, schemas
from shared import substrate
from shared.contracts.people import Language
from shared.db.migrate import Area, migrate
from shared.db.pool import Pool

from benchmarks import register
from benchmarks.results import Goal, Result
from benchmarks.stage import Stage

SIZES = tuple(int(one) for one in os.environ.get("MANDAT_BENCH_ROWS", "10000,1000000").split(","))
AREA = Area("audit", resources.files("services.audit") / "sql/migrations")
VIEWERS = {
    "operator": None,
    "firm": register.person(register.FIRM),
    "steady": register.person(register.STEADY),
    "ordinary": register.person(register.ORDINARY),
}
CALLS = 15


class Noting:
    """A pool that notes what is asked of it."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool
        self.asked: list[tuple[str, tuple[Any, ...]]] = []

    async def fetch(self, sql: str, *args: Any) -> Any:
        """Note and ask."""
        self.asked.append((sql, args))
        return await self._pool.fetch(sql, *args)

    async def execute(self, sql: str) -> None:
        """Note a setting."""
        self.asked.append((sql, ()))

    @asynccontextmanager
    async def connection(self) -> AsyncIterator[Noting]:
        """Lend itself."""
        yield self

    async def fetchrow(self, sql: str, *args: Any) -> Any:
        """Note and ask."""
        self.asked.append((sql, args))
        return await self._pool.fetchrow(sql, *args)

    async def fetchval(self, sql: str, *args: Any) -> Any:
        """Note and ask."""
        self.asked.append((sql, args))
        return await self._pool.fetchval(sql, *args)


async def run(stage: Stage, rounds: int, seconds: float) -> Result:
    """Lay a register of each length and time their lists."""
    addresses = {rows: await _lay(stage, rows) for rows in SIZES}
    return replace(await compare(addresses, rounds), seconds=seconds)


async def _lay(stage: Stage, rows: int) -> str:
    name = f"register_{rows}"
    address = await stage.database(name)
    await migrate(address, [*substrate.AREAS, AREA])
    connection = await stage.connect(name)
    await register.lay(connection, rows)
    await connection.close()
    return address


async def compare(addresses: Mapping[int, str], rounds: int) -> Result:
    """Time the lists of registers of several lengths, each list of all of them in turn."""
    found: dict[int, dict[str, tuple[float, float]]] = {rows: {} for rows in addresses}
    async with AsyncExitStack() as stack:
        pools = {rows: await _open(stack, address) for rows, address in addresses.items()}
        asks = {rows: await _asks(pool) for rows, pool in pools.items()}
        for number, (label, *_) in enumerate(asks[min(pools)]):
            timings = [await _timing(pool, *asks[rows][number][1:]) for rows, pool in pools.items()]
            times = [[await timing() for timing in timings] for _ in range(max(5, min(CALLS, rounds * 3)))]
            for rows, pairs in zip(pools, zip(*times, strict=True), strict=True):
                ours, bare = zip(*pairs, strict=True)
                found[rows][label] = statistics.median(ours), statistics.median(bare)
    return _result(found, rounds)


async def _open(stack: AsyncExitStack, address: str) -> Pool:
    pool = await Pool.open(address, name="bench", size=4)
    stack.push_async_callback(pool.close)
    return pool


def _result(found: dict[int, dict[str, tuple[float, float]]], rounds: int) -> Result:
    shortest, longest = min(found), max(found)
    labels = list(found[shortest])
    cells = [
        (label, [*(one[label][0] for one in found.values()), _ratio(found, label), found[longest][label][1]])
        for label in labels
    ]
    worst = {viewer: max(_ratio(found, label) for label in labels if label.startswith(viewer)) for viewer in VIEWERS}
    over = statistics.median(found[longest][label][0] / found[longest][label][1] for label in labels)
    half = statistics.median(_ratio(found, label) for label in labels)
    slowest = max(ours for ours, _ in found[longest].values())
    goals = [
        Goal(f"slowest of the {who}’s lists at {longest:,} rows / at {shortest:,}", ratio, 1.5, at_least=False)
        for who, ratio in worst.items()
    ]
    goals.append(Goal(f"a list at {longest:,} rows / its statements bare (median)", over, 1.3, at_least=False))
    columns = (*(f"{rows:,}".replace(",", " ") for rows in found), "ratio", "bare ms")
    remarks = (
        "milliseconds; a million rows a year, by 2,000 surveyors and 10,000 delegates; the firm has a tenth of all",
        "the steady one has 500 rows of each, the ordinary one a row of 2,200: below 5,000 a list is read whole",
        "bare: the same statements one after the other on one connection, without our code",
        f"half of the lists take at most {half:.2f} × their time at {shortest:,} rows, the slowest {slowest:.1f} ms",
    )
    return Result("lists", "Lists of the register", columns, cells, goals, remarks, rounds)


def _ratio(found: dict[int, dict[str, tuple[float, float]]], label: str) -> float:
    return found[max(found)][label][0] / found[min(found)][label][0]


async def _asks(pool: Pool) -> list[tuple[str, Any, dict[str, Any]]]:
    asks = []
    for who, viewer in VIEWERS.items():
        wanted, party = await queries.find_wanted(pool, viewer, schemas.Filters())
        total = await queries.count(pool, party, wanted)
        middle, last = max(1, min(total // 20, 100_000)), max(1, min(-(-total // 10), 100_000))
        asks += [(f"{who}: page 1", viewer, {}), (f"{who}: last page", viewer, {"page": last})]
        for sort in ("-date", "date", "file", "-file", "kind", "by", "for"):
            asks += [(f"{who}: {sort}", viewer, {"sort": sort})]
            asks += [(f"{who}: {sort}, middle", viewer, {"sort": sort, "page": middle})]
        asks += [(f"{who}: one kind", viewer, {"kind": "lot.reserved"})]
        asks += [(f"{who}: one delegate", viewer, {"by": str(register.person(register.SURVEYORS + 3))})]
        asks += [(f"{who}: file number, whole", viewer, {"file": "1000123"})]
        asks += [(f"{who}: file number, four signs", viewer, {"file": "1000"})]
    return asks


async def _timing(pool: Pool, viewer: Any, query: dict[str, Any]) -> Callable[[], Awaitable[tuple[float, float]]]:
    """Give what takes a time of ours, and one of the same statements bare; both have been done once."""
    listing = schemas.Listing.model_validate(query)
    noting = Noting(pool)
    await queries.list_activities(noting, viewer, listing, Language.FR)  # type: ignore[arg-type]

    async def ours() -> None:
        await queries.list_activities(pool, viewer, listing, Language.FR)

    async def bare() -> None:
        async with pool.connection() as connection:
            start = time.perf_counter()
            for sql, args in noting.asked:
                await (connection.fetch(sql, *args) if args else connection.execute(sql))
            took.append((time.perf_counter() - start) * 1000)

    async def both() -> tuple[float, float]:
        one = await _once(ours)
        await bare()
        return one, took.pop()

    took: list[float] = []
    await bare()
    return both


async def _once(do: Callable[[], Awaitable[None]]) -> float:
    start = time.perf_counter()
    await do()
    return (time.perf_counter() - start) * 1000
