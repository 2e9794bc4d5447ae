"""Floor: a decision as fast as we know: what arrives during a query shares the next one; orjson, no pool."""

from __future__ import annotations

import asyncio
import os
from uuid import UUID

import asyncpg
import orjson
from aiohttp import web

from benchmarks.floors import serving
from benchmarks.floors.decision_plain import answer

SQL = """
select l.id as licence, l.matricule, l.status, d.id as delegation, d.version
from unnest($1::uuid[], $2::uuid[]) with ordinality as asked (performer, surveyor, place)
left join lateral (
    select id, matricule, status from licence
    where holder = asked.surveyor
    order by (status = 'active') desc, matricule
    limit 1
) as l on true
left join lateral (
    select id, version from delegation
    where delegator_id = asked.surveyor and delegate_id = asked.performer and removed_at is null
    limit 1
) as d on true
order by asked.place
"""
Asked = tuple[UUID, UUID, "asyncio.Future[asyncpg.Record]"]


class Together:
    """Asks for all that wait with one query after the other, on one connection."""

    def __init__(self, statement: asyncpg.prepared_stmt.PreparedStatement) -> None:
        self._statement = statement
        self._waiting: list[Asked] = []
        self._running: asyncio.Task[None] | None = None

    def ask(self, performer: UUID, surveyor: UUID) -> asyncio.Future[asyncpg.Record]:
        """Give the row of a query that starts from now on."""
        future = asyncio.get_running_loop().create_future()
        self._waiting.append((performer, surveyor, future))
        if self._running is None:
            self._running = asyncio.create_task(self._run())
        return future

    async def _run(self) -> None:
        while self._waiting:
            batch, self._waiting = self._waiting, []
            rows = await self._statement.fetch([one[0] for one in batch], [one[1] for one in batch])
            for one, row in zip(batch, rows, strict=True):
                if not one[2].done():
                    one[2].set_result(row)
        self._running = None


async def make() -> web.Application:
    """Open the connection and give the application."""
    connection = await asyncpg.connect(os.environ["FLOOR_DATABASE"])
    together = Together(await connection.prepare(SQL))

    async def decide(request: web.Request) -> web.Response:
        asked = orjson.loads(await request.read())
        row = await together.ask(UUID(asked["subject"]["id"]), UUID(asked["resource"]["id"]))
        return web.Response(body=orjson.dumps(answer(row)), content_type="application/json")

    app = web.Application()
    app.router.add_post("/delegation/access/v1/evaluation", decide)
    return app


if __name__ == "__main__":
    serving.serve(make)
