"""Serves an application on a real port, and calls it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import aiohttp
from aiohttp import web

from shared.service import Service
from shared.web import server, wellknown, wire


@asynccontextmanager
async def serving(app: web.Application, prefix: str) -> AsyncIterator[str]:
    """Serve an application under a prefix, as the runtime does; give `http://127.0.0.1:port/prefix`."""
    root = server.make_root()
    if app.middlewares:
        root.add_subapp(prefix, app)
    else:
        server.mount(root, prefix, app)
    wellknown.mount(root, Service(name=prefix.strip("/"), app=app, areas=()))
    async with listening(root) as base:
        yield base + prefix


@asynccontextmanager
async def listening(root: web.Application) -> AsyncIterator[str]:
    """Serve a whole application as it is; give `http://127.0.0.1:port`."""
    runner = wire.Runner(root, access_log=None, shutdown_timeout=2)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


@dataclass(frozen=True)
class Reply:
    """An answer: its status, its JSON (or None), its text and headers."""

    status: int
    json: Any
    text: str
    headers: Mapping[str, str]

    @property
    def slug(self) -> str | None:
        return self.json.get("slug") if isinstance(self.json, dict) else None


@dataclass(frozen=True)
class Api:
    """A caller of one service: `base` is its address with the prefix."""

    base: str
    token: str | None = None

    async def call(self, method: str, path: str, **more: Any) -> Reply:
        headers = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        headers |= more.pop("headers", {})
        timeout = aiohttp.ClientTimeout(total=30)
        async with (
            aiohttp.ClientSession(timeout=timeout) as http,
            http.request(method, self.base + path, headers=headers, **more) as answer,
        ):
            text = await answer.text()
            body = await answer.json(content_type=None) if "json" in answer.content_type and text else None
            return Reply(answer.status, body, text, answer.headers)

    async def get(self, path: str, **more: Any) -> Reply:
        return await self.call("GET", path, **more)

    async def post(self, path: str, body: Any = None, **more: Any) -> Reply:
        return await self.call("POST", path, json=body if body is not None else {}, **more)

    async def put(self, path: str, body: Any = None, **more: Any) -> Reply:
        return await self.call("PUT", path, **({"json": body} if body is not None else {}), **more)

    async def patch(self, path: str, body: Any = None, **more: Any) -> Reply:
        return await self.call("PATCH", path, json=body if body is not None else {}, **more)

    async def delete(self, path: str, **more: Any) -> Reply:
        return await self.call("DELETE", path, **more)

    async def form(self, path: str, fields: dict[str, str], **more: Any) -> Reply:
        return await self.call("POST", path, data=fields, **more)
