"""Floor: a decision as one writes it first, an asyncpg pool and one SELECT a question."""

from __future__ import annotations

import os
from uuid import UUID

import asyncpg
from aiohttp import web

from benchmarks.floors import serving

SQL = """
select l.id as licence, l.matricule, l.status, d.id as delegation, d.version
from (select 1) as always
left join lateral (
    select id, matricule, status from licence
    where holder = $2
    order by (status = 'active') desc, matricule
    limit 1
) as l on true
left join lateral (
    select id, version from delegation
    where delegator_id = $2 and delegate_id = $1 and removed_at is null
    limit 1
) as d on true
"""


async def make() -> web.Application:
    """Open the pool and give the application."""
    pool = await asyncpg.create_pool(os.environ["FLOOR_DATABASE"], min_size=10, max_size=10)

    async def decide(request: web.Request) -> web.Response:
        asked = await request.json()
        row = await pool.fetchrow(SQL, UUID(asked["subject"]["id"]), UUID(asked["resource"]["id"]))
        return web.json_response(answer(row))

    app = web.Application()
    app.router.add_post("/delegation/access/v1/evaluation", decide)
    return app


def answer(row: asyncpg.Record) -> dict[str, object]:
    """Give the same JSON as ours."""
    allowed = row["status"] == "active" and row["delegation"] is not None
    return {
        "decision": allowed,
        "context": {
            "slug": None,
            "rule": "Q1" if allowed else None,
            "reason": None,
            "who_can_change": None,
            "next_step": None,
            "licence": str(row["licence"]) if allowed else None,
            "matricule": row["matricule"] if allowed else None,
            "delegation": str(row["delegation"]) if allowed else None,
            "version": row["version"] if allowed else None,
            "error": None,
        },
    }


if __name__ == "__main__":
    serving.serve(make)
