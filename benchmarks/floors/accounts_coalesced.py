"""Floor: a decision about an account as fast as we know: what arrives during a query shares the next one."""

from __future__ import annotations

import os
from uuid import UUID

import asyncpg
import orjson
from aiohttp import web

from benchmarks.floors import serving
from benchmarks.floors.accounts_plain import answer, written
from benchmarks.floors.decision_coalesced import Together

SQL = """
select m.manage, m.submit, m.suspended, m.gone
from unnest($1::uuid[], $2::uuid[]) with ordinality as asked (person_id, account_id, place)
left join member as m on m.account_id = asked.account_id and m.person_id = asked.person_id
order by asked.place
"""


async def make() -> web.Application:
    """Open the connection and give the application."""
    connection = await asyncpg.connect(os.environ["FLOOR_DATABASE"])
    together = Together(await connection.prepare(SQL))

    async def decide(request: web.Request) -> web.Response:
        asked = orjson.loads(await request.read())
        return written(answer(await together.ask(UUID(asked["subject"]["id"]), UUID(asked["resource"]["id"]))))

    app = web.Application()
    app.router.add_post("/accounts/access/v1/evaluation", decide)
    return app


if __name__ == "__main__":
    serving.serve(make)
