"""Floor: a delegation and its event in one statement, one round trip, no reset; with FLOOR_NOTIFY it wakes a relay."""

from __future__ import annotations

import base64
import os
import zlib
from uuid import UUID

import asyncpg
import orjson
from aiohttp import web
from shared import ids

from benchmarks.floors import serving

SQL = """
with added as (
    insert into delegation (id, delegator_id, delegate_id, matricule, added_at)
    values ($1, $2, $3, $4, clock_timestamp())
    on conflict (delegator_id, delegate_id) where removed_at is null do nothing
    returning id, added_at
),
said as (
    insert into outbox (event_id, part, subject, sequence, type, envelope)
    select $5, $6, $7, 1, 'delegation.delegate.added.v1', $8::text::jsonb from added
    returning id
)
select added_at from added
"""
NOTIFYING = SQL.replace("select added_at from", "select added_at, pg_notify('outbox', '') from")


async def _no_reset(_: object) -> None:
    return None


async def make() -> web.Application:
    """Open the pool and give the application."""
    pool = await asyncpg.create_pool(os.environ["FLOOR_DATABASE"], min_size=32, max_size=32, reset=_no_reset)
    sql = NOTIFYING if os.environ.get("FLOOR_NOTIFY") else SQL

    async def add(request: web.Request) -> web.Response:
        delegator, delegate = _caller(request), UUID(orjson.loads(await request.read())["delegate"])
        delegation, event_id = ids.uuid7(), ids.uuid7()
        subject = f"delegation/{delegation}"
        event = orjson.dumps(_event(event_id, subject, delegation, delegator, delegate)).decode()
        part = zlib.crc32(subject.encode()) % 8
        row = await pool.fetchrow(sql, delegation, delegator, delegate, "10000", event_id, part, subject, event)
        if row is None:
            return web.Response(status=409)
        body = _person(delegate) | {"id": delegation, "delegate": delegate, "since": row[0]}
        return web.Response(body=orjson.dumps(body), status=201, content_type="application/json")

    app = web.Application()
    app.router.add_post("/delegation/v1/delegates", add)
    return app


def _caller(request: web.Request) -> UUID:
    """Read who calls from the token, without verifying it."""
    claims = request.headers["Authorization"].split(".")[1]
    return UUID(orjson.loads(base64.urlsafe_b64decode(claims + "=" * (-len(claims) % 4)))["sub"])


def _person(person: UUID) -> dict[str, object]:
    return {
        "id": person,
        "username": "user1000",
        "email": "user1000@mandat.example.com",
        "first_name": "Prénom",
        "last_name": "Nom1000",
    }


def _event(event_id: UUID, subject: str, delegation: UUID, delegator: UUID, delegate: UUID) -> dict[str, object]:
    """Give an event of the same size as ours."""
    more = {"language": "fr", "verified": True}
    return {
        "specversion": "1.0",
        "id": event_id,
        "source": "/delegation",
        "type": "delegation.delegate.added.v1",
        "subject": subject,
        "time": "2026-11-24T12:00:00.000000Z",
        "datacontenttype": "application/json",
        "actor": f"user:{delegator}",
        "correlationid": str(event_id),
        "sequence": 1,
        "data": {
            "id": delegation,
            "delegator": _person(delegator) | more,
            "matricule": "10000",
            "delegate": _person(delegate) | more,
            "added_at": "2026-11-24T12:00:00.000000Z",
            "removed_at": None,
        },
    }


if __name__ == "__main__":
    serving.serve(make)
