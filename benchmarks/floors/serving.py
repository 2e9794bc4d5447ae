"""What the floors that answer HTTP share: uvloop, one port, no log."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Awaitable, Callable

import uvloop
from aiohttp import web

Making = Callable[[], Awaitable[web.Application]]


async def alive(request: web.Request) -> web.Response:
    """Say that the floor runs."""
    del request
    return web.Response()


async def _serve(making: Making) -> None:
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    app = await making()
    app.router.add_get("/livez", alive)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", int(os.environ["FLOOR_PORT"]), backlog=1024).start()
    await stop.wait()
    await runner.cleanup()


def serve(making: Making) -> None:
    """Answer until SIGTERM."""
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(_serve(making))
