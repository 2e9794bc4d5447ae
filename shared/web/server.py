"""Makes an aiohttp application of a service's table of routes."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any

import structlog
from aiohttp import hdrs, web

from shared import failpoints, ids, logging, requests, service
from shared.contracts import permissions
from shared.contracts.people import Language
from shared.contracts.problems import common
from shared.crypto.verify import InvalidToken
from shared.db.pool import Unavailable, is_transient
from shared.web import auth, binding, idempotency, metrics, openapi, problems
from shared.web.routing import Answer, Call, Route

log = structlog.get_logger("access")

AT_ONCE = 512
LONGEST = 20.0
TRIES = 3
ID = re.compile(r"[A-Za-z0-9._:-]{1,64}")
TRACE = re.compile(r"00-(?!0{32})([0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}")
JSON = "application/json; charset=utf-8"
QUIET = frozenset({"/livez", "/readyz", "/metrics"})
"""Asked every few seconds by machines: as long as all is well, no line in the log."""
HEADERS = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff", "Server": "Mandat"}
Responding = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass(slots=True)
class _Api:
    """One service's side of every request."""

    name: str
    deps: Any
    infra: service.Infra
    running: int = 0


def make_app(
    name: str, routes: Sequence[Route], deps: Any, infra: service.Infra, *, version: str = "0.1.0"
) -> web.Application:
    """Make the application that is mounted under `/<name>`; its document lies at `/<name>/openapi.json`."""
    api = _Api(name, deps, infra)
    largest = max([route.limit for route in routes if not route.stream], default=0)
    app = web.Application(client_max_size=largest)
    for route in routes:
        app.router.add_route(route.method, route.path, _responding(api, route))
        if route.method == hdrs.METH_GET:
            app.router.add_route(hdrs.METH_HEAD, route.path, _responding(api, route))
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


FORM = web.RequestKey("form", bool)
PRINCIPAL = web.RequestKey("principal", auth.Principal)


@web.middleware
async def outermost(request: web.Request, handler: Responding) -> web.StreamResponse:
    """Give every request its ids, a time limit, a line in the log, and every failure its answer."""
    started = time.monotonic()
    origin = _origin(request)
    response: web.StreamResponse | None = None
    with requests.working_for(origin):
        try:
            response = await _answered(request, handler)
        finally:
            _note(request, response, time.monotonic() - started)
    if not response.prepared:
        response.headers["X-Request-Id"] = origin.request_id or ""
        response.headers["X-Correlation-Id"] = origin.correlation_id or ""
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
    return response


async def _answered(request: web.Request, handler: Responding) -> web.StreamResponse:
    try:
        return await handler(request)
    except web.HTTPException as error:
        return problems.from_http(error, problems.language_of(request))
    except Exception as error:  # noqa: BLE001 - every failure gets its answer
        form = request.get(FORM, False)
        return problems.answer(problems.from_error(error), _language(request), form=form)


def _language(request: web.Request) -> Language:
    principal = request.get(PRINCIPAL, auth.ANONYMOUS)
    return problems.language_of(request, principal.claims.get("lang"))


def _origin(request: web.Request) -> requests.Origin:
    trace = request.headers.get("traceparent", "")
    found = TRACE.fullmatch(trace)
    given = request.headers.get("X-Correlation-Id", "")
    correlation = given if ID.fullmatch(given) else found.group(1) if found else str(ids.uuid7())
    asked = request.headers.get("X-Request-Id", "")
    return requests.Origin(
        request_id=asked if ID.fullmatch(asked) else str(ids.uuid7()),
        correlation_id=correlation,
        traceparent=trace if found else None,
    )


def _note(request: web.Request, response: web.StreamResponse | None, seconds: float) -> None:
    """Count the request and write its line: the route, never the query nor what was sent."""
    resource = request.match_info.route.resource
    route = resource.canonical if resource else "unmatched"
    status = response.status if response else 499
    metrics.observe(request.method, route, status, seconds)
    if status == 200 and route in QUIET:
        return
    principal = request.get(PRINCIPAL, auth.ANONYMOUS)
    facts = {
        "method": request.method if request.method in metrics.METHODS else "other",
        "route": route,
        "status": status,
        "ms": round(seconds * 1000, 1),
        "caller": principal.kind.value,
    }
    if not logging.write_request(facts):
        log.info("request", **facts)


def _responding(api: _Api, route: Route) -> Responding:
    """Make what aiohttp calls for one route."""
    bound = binding.bind(route)

    async def respond(request: web.Request) -> web.StreamResponse:
        if api.running >= AT_ONCE:
            raise common.TemporarilyUnavailable(retry_after=1)
        api.running += 1
        try:
            async with asyncio.timeout(None if route.stream or route.unbounded else LONGEST):
                return await _respond(api, route, bound, request)
        finally:
            api.running -= 1

    return respond


async def _respond(api: _Api, route: Route, bound: binding.Binding, request: web.Request) -> web.StreamResponse:
    request[FORM] = route.form
    principal = request[PRINCIPAL] = await _principal(api, request)
    _ensure_permitted(principal, route)
    if (request.content_length or 0) > route.limit:
        raise common.BodyTooLarge
    arguments = await binding.arguments(bound, route, request)
    client = api.infra.proxies.client_of(request)
    call: Call[Any] = Call(request, api.deps, principal, _language(request), client)
    actor, on_behalf_of = principal.written()
    origin = requests.current()
    with requests.working_for(
        requests.Origin(
            request_id=origin.request_id,
            correlation_id=origin.correlation_id,
            traceparent=origin.traceparent,
            actor=actor,
            on_behalf_of=on_behalf_of,
        )
    ):
        if route.in_transaction:
            return await _in_transaction(api, route, call, arguments)
        return _response(route, await route.endpoint(call, **arguments))


async def _principal(api: _Api, request: web.Request) -> auth.Principal:
    """Read the bearer token; none is nobody, a wrong one is `sign-in-required`."""
    header = request.headers.get("Authorization", "")
    scheme, _, token = header.partition(" ")
    if scheme.lower() != "bearer":
        return auth.ANONYMOUS
    try:
        return auth.principal_of(await api.infra.tokens.verify(token.strip()))
    except InvalidToken as error:
        raise common.SignInRequired from error


def _ensure_permitted(principal: auth.Principal, route: Route) -> None:
    if permissions.holds(principal.kind, route.permission):
        return
    if principal.kind is permissions.Kind.ANONYMOUS:
        raise common.SignInRequired
    if principal.kind is permissions.Kind.ACTING and route.permission.scope == "person":
        raise common.InPersonOnly
    raise common.NotPermitted


async def _in_transaction(api: _Api, route: Route, call: Call[Any], arguments: dict[str, Any]) -> web.StreamResponse:
    """Run the endpoint in one transaction with its kept answer; conflicts between transactions run it again."""
    key = await _key(api, route, call)
    for tried in range(1, TRIES + 1):
        committing = False
        try:
            async with api.infra.pool.transaction() as connection:
                call._connection = connection  # noqa: SLF001 - the web layer gives a call its connection
                response = await _once(route, call, arguments, key)
                failpoints.reach("write.uncommitted")
                committing = True
            failpoints.reach("write.committed")
        except Exception as error:
            # Lost while committing, it may have happened: only a key tells, and a second time must not.
            doubtful = committing and key is None and isinstance(error, Unavailable)
            if tried == TRIES or doubtful or not is_transient(error):
                raise
        else:
            return response
    raise AssertionError("unreachable")


async def _once(
    route: Route, call: Call[Any], arguments: dict[str, Any], key: idempotency.Key | None
) -> web.StreamResponse:
    if key and (kept := await idempotency.begin(call.connection, key)):
        return _json(kept.body, kept.status, {"Idempotency-Replayed": "true"})
    response = _response(route, await route.endpoint(call, **arguments))
    if key and isinstance(response, web.Response):
        body = response.body if isinstance(response.body, bytes) else b""
        await idempotency.keep(call.connection, key, response.status, body)
    return response


async def _key(api: _Api, route: Route, call: Call[Any]) -> idempotency.Key | None:
    header = call.request.headers.get("Idempotency-Key")
    if header is None:
        return None
    body = b"" if route.stream else await call.request.read()
    caller = "|".join(filter(None, call.principal.written())) or "anonymous"
    return idempotency.key_of(caller, f"{route.method} {api.name}{route.path}", header, call.request.path_qs, body)


def _response(route: Route, result: Any) -> web.StreamResponse:
    if isinstance(result, web.StreamResponse):
        return result
    found = result if isinstance(result, Answer) else Answer(result)
    status = found.status or (204 if found.body is None else route.status)
    if found.body is None and status == 200:
        status = 204
    return _json(binding.serialise(found.body), status, dict(found.headers))


def _json(body: bytes, status: int, headers: dict[str, str]) -> web.Response:
    if not body:
        return web.Response(status=status, headers=headers)
    return web.Response(body=body, status=status, headers={"Content-Type": JSON, **headers})
