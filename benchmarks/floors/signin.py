"""Floor: a sign-in, a SELECT, Argon2 in so many threads, an INSERT."""

from __future__ import annotations

import asyncio
import hashlib
import os
import secrets
from concurrent.futures import ThreadPoolExecutor

import argon2
import asyncpg
import orjson
from aiohttp import web
from shared import ids

from benchmarks.floors import serving

FIND = "select id, password_hash from person where username_key = $1"
BEGIN = "insert into session (id, person_id, expires_at) values ($1, $2, now() + interval '30 days')"


async def make() -> web.Application:
    """Open the pool and the threads, and give the application."""
    pool = await asyncpg.create_pool(os.environ["FLOOR_DATABASE"], min_size=10, max_size=10)
    threads = ThreadPoolExecutor(int(os.environ["FLOOR_THREADS"]))
    hasher = argon2.PasswordHasher(memory_cost=19 * 1024, time_cost=2, parallelism=1)
    loop = asyncio.get_running_loop()

    async def sign_in(request: web.Request) -> web.Response:
        asked = orjson.loads(await request.read())
        person = await pool.fetchrow(FIND, asked["username"])
        await loop.run_in_executor(threads, hasher.verify, person["password_hash"], asked["password"])
        session, token = ids.uuid7(), secrets.token_urlsafe(32)
        await pool.execute(BEGIN, session, person["id"])
        body = {"session": session, "token": token, "check": hashlib.sha256(token.encode()).hexdigest()}
        return web.Response(body=orjson.dumps(body), status=201, content_type="application/json")

    app = web.Application()
    app.router.add_post("/identity/v1/sessions", sign_in)
    return app


if __name__ == "__main__":
    serving.serve(make)
