"""Makes an aiohttp application of a service's table of routes."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

from aiohttp import hdrs, web

from shared import requests, service
from shared.web import answering, languages, openapi, origins, problems
from shared.web.auth import ANONYMOUS
from shared.web.routing import Route


def make_app(
    name: str, routes: Sequence[Route], deps: Any, infra: service.Infra, *, version: str = "0.1.0"
) -> web.Application:
    """Make the application that is mounted under `/<name>`; its document lies at `/<name>/openapi.json`."""
    api = answering.Api.of(name, deps, infra)
    app = web.Application()
    for route in routes:
        respond = answering.responding(api, route)
        app.router.add_route(route.method, route.path, respond)
        if route.method == hdrs.METH_GET:
            app.router.add_route(hdrs.METH_HEAD, route.path, respond)
    document: list[bytes] = []

    async def describe(request: web.Request) -> web.Response:
        del request
        if not document:
            document.append(openapi.document(name, routes, version))
        return web.Response(body=document[0], content_type="application/json", charset="utf-8")

    app.router.add_get("/openapi.json", describe)
    return app


def make_root() -> web.Application:
    """Make the application that holds all others; what nobody answers is a problem too."""
    return web.Application(middlewares=[outermost])


def mount(root: web.Application, prefix: str, app: web.Application) -> None:
    """Answer an application's routes under a prefix, without a second dispatch as `add_subapp` would."""
    for route in app.router.routes():
        assert route.resource is not None
        root.router.add_route(route.method, prefix + route.resource.canonical, route.handler)


@web.middleware
async def outermost(request: web.Request, handler: answering.Responding) -> web.StreamResponse:
    """Give what no table of routes answers the same as what one does: ids, a line in the log, problems."""
    if hasattr(handler, answering.WHOLE):
        return await handler(request)
    started = time.monotonic()
    origin = origins.read(request.headers)
    response: web.StreamResponse | None = None
    with requests.working_for(origin):
        try:
            response = await _answered(request, handler)
        finally:
            resource = request.match_info.route.resource
            template = resource.canonical if resource else "unmatched"
            answering.note(request.method, template, response, started, ANONYMOUS)
    return answering.finished(response, origin)


async def _answered(request: web.Request, handler: answering.Responding) -> web.StreamResponse:
    try:
        return await handler(request)
    except web.HTTPException as error:
        return problems.from_http(error, languages.of(request))
    except Exception as error:  # noqa: BLE001 - every failure gets its answer
        return problems.answer(problems.from_error(error), languages.of(request))
