"""The services as the portal calls them: what is no success leaves nothing behind."""

from __future__ import annotations

from pathlib import Path

import aiohttp
import pytest
from aiohttp import web

from services.portal.answers import Unreachable
from services.portal.backend import Backend, Caller
from services.portal.settings import Settings
from tests.support.web import listening

CALLER = Caller(language="fr", address="203.0.113.1")
LONG = b"x" * (16 << 20)


def backend(url: str, http: aiohttp.ClientSession) -> Backend:
    """Give a backend whose services are all at one place."""
    return Backend(Settings(public_url=url, secrets=Path("/nowhere"), database_url=""), http)


async def test_cookie_of_an_application_is_sent_for_no_other_visitor() -> None:
    sent: list[str] = []

    async def answer(request: web.Request) -> web.Response:
        sent.append(request.headers.get("Cookie", ""))
        return web.json_response({}, headers={"Set-Cookie": "session=of-the-first-visitor; Path=/"})

    app = web.Application()
    app.router.add_get("/{path:.*}", answer)
    async with listening(app) as url, aiohttp.ClientSession() as http:
        portal = backend(url.replace("127.0.0.1", "localhost"), http)
        for _ in range(2):
            await portal.call(CALLER, "GET", "/cadastre/v1/files")
    assert sent == ["", ""]


async def test_answer_that_leads_elsewhere_frees_its_connection_at_once() -> None:
    asked: list[str] = []

    async def answer(request: web.Request) -> web.Response:
        asked.append(request.path)
        return web.Response(status=302, body=LONG, headers={"Location": "/elsewhere"})

    app = web.Application()
    app.router.add_get("/{path:.*}", answer)
    one_at_once = aiohttp.TCPConnector(limit=1)
    async with listening(app) as url, aiohttp.ClientSession(connector=one_at_once) as http:
        portal, kept = backend(url, http), []
        for number in range(2):
            with pytest.raises(Unreachable) as refusal:
                await portal.call(CALLER, "GET", f"/cadastre/v1/files/{number}")
            kept.append(refusal)
    assert asked == ["/cadastre/v1/files/0", "/cadastre/v1/files/1"]
