"""A service's database that is migrated step by step while people read and write in it, and somebody reads for long."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from uuid import uuid4

import asyncpg

from services.operations import databases
from shared.db import connections, migrate
from shared.db.migrate import Area
from shared.db.pool import Pool, Unavailable, is_transient
from shared.messaging import outbox
from shared.web import transactions
from tests.chaos import fillings
from tests.support import messaging as support

WORKERS = 4
BEGINS = {"audit": 2}
"""With which of its files an area begins, where not with the first: before, it had no release and no readers."""
TABLES = """
select string_agg(quote_ident(relname), ', ') from pg_class
where relkind in ('r', 'p') and not relispartition and relnamespace = 'public'::regnamespace
    and relname <> 'schema_migrations'
"""


@dataclass
class Upgrade:
    """The database of a service, and the areas of its migrations."""

    pool: Pool
    areas: Sequence[Area]
    folder: Path
    rows: int
    asks: list[str] = field(default_factory=list)
    done: int = 0
    failed: list[str] = field(default_factory=list)
    slowest: float = 0.0

    def files(self, *, later: bool) -> list[tuple[Area, Path]]:
        """Give the files with which areas begin, or those that came later, in the order of their application."""
        return [
            (area, file)
            for area in self.areas
            for place, file in enumerate(sorted(Path(str(area.folder)).glob("*.sql")), start=1)
            if (place > BEGINS.get(area.name, 1)) == later
        ]

    def lay(self, area: Area, file: Path) -> list[Area]:
        """Put a file among those that the migrator finds, and give the areas as far as they go now."""
        place = self.folder / area.name
        place.mkdir(parents=True, exist_ok=True)
        (place / file.name).write_bytes(file.read_bytes())
        there = [replace(one, folder=self.folder / one.name) for one in self.areas]
        return [one for one in there if Path(str(one.folder)).exists()]

    async def apply(self, area: Area, file: Path) -> None:
        """Have the project's migrator apply one more file, and fill the tables that it made."""
        label = f"{area.name}/{file.stem}"
        assert await migrate.migrate(self.pool.dsn, self.lay(area, file)) == [label]
        stages = fillings.STAGES.get(label, ())
        await self._fill([stage.fill for stage in stages])
        self.asks += [ask for stage in stages for ask in stage.asks]

    async def _fill(self, statements: Sequence[str]) -> None:
        connection = await connections.connect(
            self.pool.dsn, name="fill", settings={"statement_timeout": "0"}, command_seconds=None
        )
        for statement in statements:
            await connection.execute(statement, self.rows)
        await connection.close(timeout=connections.CLOSE_SECONDS)

    async def climb(self, seconds: float) -> int:
        """Apply what came later under load, each while somebody reads for so long; give what was asked meanwhile."""
        for area, file in self.files(later=False):
            await self.apply(area, file)
        meanwhile = 0
        async with self.asked():
            for area, file in self.files(later=True):
                before = self.done
                async with self.read_for(seconds):
                    await self.apply(area, file)
                meanwhile += self.done - before
        return meanwhile

    async def ask(self) -> None:
        """Do one of the things that are done, tried again as a request is; keep how long it took, and failures."""
        sql, began = random.choice(self.asks), time.monotonic()
        try:
            await self._patiently(sql, random.randint(1, self.rows))
        except (asyncpg.PostgresError, Unavailable) as error:
            self.failed.append(f"{sql}: {error!r}")
        self.done += 1
        self.slowest = max(self.slowest, time.monotonic() - began)

    async def _patiently(self, sql: str, row: int) -> None:
        for tried in range(1, transactions.TRIES + 1):
            try:
                return await self._once(sql, row)
            except (asyncpg.PostgresError, Unavailable) as error:
                if tried == transactions.TRIES or not is_transient(error):
                    raise
        return None

    async def _once(self, sql: str, row: int) -> None:
        if sql.startswith("select"):
            await self.pool.fetch(sql, row)
            return
        async with self.pool.transaction() as connection:
            await connection.execute(sql, row)
            await outbox.emit(connection, support.CounterRaised(id=uuid4(), value=1), sequence=1)

    @asynccontextmanager
    async def asked(self) -> AsyncIterator[None]:
        """Keep on asking."""
        stop = asyncio.Event()

        async def work() -> None:
            while not stop.is_set():
                await self.ask()

        async with asyncio.TaskGroup() as group:
            for _ in range(WORKERS):
                group.create_task(work())
            try:
                yield
            finally:
                stop.set()

    @asynccontextmanager
    async def read_for(self, seconds: float) -> AsyncIterator[None]:
        """Let somebody read in every table in one long transaction, which began before what is done inside."""
        connection = await self.pool.connect()
        transaction = connection.transaction()
        await transaction.start()
        await connection.execute(f"lock table {await connection.fetchval(TABLES)} in access share mode")

        async def end() -> None:
            with suppress(asyncio.CancelledError):
                await asyncio.sleep(seconds)
            await transaction.rollback()
            await connection.close(timeout=5)

        reading = asyncio.create_task(end())
        try:
            yield
        finally:
            reading.cancel()
            await reading


@asynccontextmanager
async def upgrade(name: str, dsn: str, folder: Path, rows: int) -> AsyncIterator[Upgrade]:
    """Prepare to bring the empty database of a service to its newest state."""
    pool = await Pool.open(dsn, name="upgrade", size=WORKERS + 2)
    try:
        yield Upgrade(pool, await databases.areas(name, dsn), folder, rows)
    finally:
        await pool.close()
