"""Floor: a program that connects as a service does, and says that it lives.

With FLOOR_LIBRARIES it imports the other libraries of a service too, without using them.
"""

from __future__ import annotations

import importlib
import os

import aio_pika
import asyncpg
from aiohttp import web

from benchmarks.floors import serving

LIBRARIES = ("joserfc.jwk", "joserfc.jws", "joserfc.jwt", "orjson", "prometheus_client", "pydantic")
MORE = ("pydantic_settings", "structlog")


async def make() -> web.Application:
    """Open a pool and a connection to the broker, and give the application."""
    if os.environ.get("FLOOR_LIBRARIES"):
        for name in LIBRARIES + MORE:
            importlib.import_module(name)
    app = web.Application()
    pool = await asyncpg.create_pool(os.environ["FLOOR_DATABASE"], min_size=1, max_size=10)
    broker = await aio_pika.connect(os.environ["FLOOR_AMQP"])

    async def close(_: web.Application) -> None:
        await broker.close()
        await pool.close()

    app.on_cleanup.append(close)
    return app


if __name__ == "__main__":
    serving.serve(make)
