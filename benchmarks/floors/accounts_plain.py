"""Floor: business accounts as one writes them first, an asyncpg pool and the statements that ours runs."""

from __future__ import annotations

import base64
import json
import os
from uuid import UUID

import asyncpg
import orjson
from aiohttp import web

from benchmarks.floors import serving

RIGHTS = ("manage", "submit", "pay", "inspect", "upload", "templates")
FACTS = "select manage, submit, suspended, gone from member where account_id = $2 and person_id = $1"
TOUCH = """
update member set seen_at = clock_timestamp() where person_id = $1 and seen_at < clock_timestamp() - interval '1 day'
"""
MINE = """
select
    a.id, a.kind, a.legal_name, a.operating_name, a.phone, a.orphaned_at, a.sort_key,
    m.manage, m.submit, m.pay, m.inspect, m.upload, m.templates, m.suspended, m.gone
from member as m
join account as a on a.id = m.account_id
where m.person_id = $1 and not m.gone
order by a.sort_key, a.id
limit 51
"""
MEMBERS = """
select
    p.id, p.first_name, p.last_name, p.username, p.email, m.manage, m.submit, m.pay, m.inspect, m.upload,
    m.templates, m.suspended, m.gone, m.joined_at, m.via
from member as m
join person as p on p.id = m.person_id
where m.account_id = $1
order by p.sort_key, p.id
limit 51
"""
COUNT = "select count(*) from member where account_id = $1"


async def make() -> web.Application:
    """Open the pool and give the application."""
    pool = await asyncpg.create_pool(os.environ["FLOOR_DATABASE"], min_size=10, max_size=10)

    async def decide(request: web.Request) -> web.Response:
        asked = await request.json()
        row = await pool.fetchrow(FACTS, UUID(asked["subject"]["id"]), UUID(asked["resource"]["id"]))
        return web.json_response(answer(row))

    async def mine(request: web.Request) -> web.Response:
        person = caller(request)
        await pool.execute(TOUCH, person)
        return written({"accounts": [account(row) for row in await pool.fetch(MINE, person)], "next": None})

    async def members(request: web.Request) -> web.Response:
        which = UUID(request.match_info["account"])
        row = await pool.fetchrow(FACTS, caller(request), which)
        if not row["manage"]:
            raise web.HTTPForbidden
        found = [member(one) for one in await pool.fetch(MEMBERS, which)]
        return written({"members": found, "total": await pool.fetchval(COUNT, which), "next": None})

    app = web.Application()
    app.router.add_post("/accounts/access/v1/evaluation", decide)
    app.router.add_get("/accounts/v1/accounts", mine)
    app.router.add_get("/accounts/v1/accounts/{account}/members", members)
    return app


def caller(request: web.Request) -> UUID:
    """Read who calls from his token, unverified."""
    claims = request.headers["Authorization"].split(".")[1]
    return UUID(json.loads(base64.urlsafe_b64decode(claims + "=="))["sub"])


def answer(row: asyncpg.Record) -> dict[str, object]:
    """Give the same JSON as ours."""
    names = ("slug", "rule", "reason", "who_can_change", "next_step", "licence", "matricule", "delegation", "version")
    allowed = row is not None and row["submit"] and not row["suspended"] and not row["gone"]
    return {"decision": allowed, "context": {**dict.fromkeys((*names, "error")), "rule": "O13" if allowed else None}}


def written(body: dict[str, object]) -> web.Response:
    """Answer JSON."""
    return web.Response(body=orjson.dumps(body, default=str, option=orjson.OPT_UTC_Z), content_type="application/json")


def account(row: asyncpg.Record) -> dict[str, object]:
    """Give one of the caller's accounts."""
    names = ("id", "kind", "legal_name", "operating_name", "phone")
    rest = {"contested": row["suspended"], "orphaned": row["orphaned_at"] is not None}
    return {name: row[name] for name in names} | {"rights": rights(row)} | rest


def member(row: asyncpg.Record) -> dict[str, object]:
    """Give a member of an account."""
    names = ("id", "first_name", "last_name", "username", "email", "suspended", "gone", "via")
    return {name: row[name] for name in names} | {"rights": rights(row), "since": row["joined_at"]}


def rights(row: asyncpg.Record) -> list[str]:
    """Name the rights of a member."""
    return [name for name in RIGHTS if row[name]]


if __name__ == "__main__":
    serving.serve(make)
