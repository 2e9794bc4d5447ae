"""How it is: `/livez` the event loop, `/readyz` what the service cannot work without, `/healthz` all that is known."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import orjson
from aiohttp import web

Check = Callable[[], Awaitable[bool]]
LONGEST = 2.0
LEAVING = web.AppKey("leaving", list[bool])


def mount(root: web.Application, checks: Mapping[str, Check], details: Callable[[], Awaitable[dict[str, Any]]]) -> None:
    """Answer the three addresses; each check has two seconds."""
    root[LEAVING] = []

    async def live(request: web.Request) -> web.Response:
        del request
        return _json({"live": True}, 200)

    async def ready(request: web.Request) -> web.Response:
        results = await _run(checks)
        good = all(results.values()) and not request.app[LEAVING]
        return _json({"ready": good, "checks": results}, 200 if good else 503)

    async def health(request: web.Request) -> web.Response:
        del request
        return _json({"checks": await _run(checks), **await _details(details)}, 200)

    root.router.add_get("/livez", live)
    root.router.add_get("/readyz", ready)
    root.router.add_get("/healthz", health)


def leaving(root: web.Application) -> None:
    """Be not ready from now on: the process is about to end (reliability §C9)."""
    root[LEAVING].append(True)


async def _details(details: Callable[[], Awaitable[dict[str, Any]]]) -> dict[str, Any]:
    try:
        async with asyncio.timeout(LONGEST):
            return await details()
    except Exception as error:  # noqa: BLE001 - what is known is told all the same
        return {"details": f"not to be had: {type(error).__name__}"}


async def _run(checks: Mapping[str, Check]) -> dict[str, bool]:
    results = await asyncio.gather(*(_bounded(check) for check in checks.values()))
    return dict(zip(checks, results, strict=True))


async def _bounded(check: Check) -> bool:
    try:
        async with asyncio.timeout(LONGEST):
            return await check()
    except Exception:  # noqa: BLE001 - a check that fails in any way has failed
        return False


def _json(body: dict[str, Any], status: int) -> web.Response:
    return web.Response(body=orjson.dumps(body, default=str), status=status, content_type="application/json")
