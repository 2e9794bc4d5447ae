"""From a request to its answer: who asks, may he, what does he say, do it, and note that it was done."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import structlog
from aiohttp import web

from shared import logging, requests
from shared.contracts import permissions
from shared.contracts.permissions import Kind
from shared.contracts.problems import common
from shared.web import auth, binding, metrics, origins, problems, transactions
from shared.web.routing import Call, Route
from shared.web.running import Running

if TYPE_CHECKING:
    from shared import service
    from shared.contracts.problems.base import Problem

log = structlog.get_logger("access")

Responding = Callable[[web.Request], Awaitable[web.StreamResponse]]
WHOLE = "answers_whole"
"""The attribute of what answers a request from its ids to its line in the log, and needs nothing around it."""
ABANDONED = 499
QUIET = frozenset({"/livez", "/readyz", "/metrics"})
"""Asked every few seconds by machines: as long as all is well, no line in the log."""
HEADERS = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff", "Server": "Mandat"}


@dataclass(frozen=True, slots=True)
class Api:
    """One service's side of every request."""

    name: str
    deps: Any
    infra: service.Infra
    callers: auth.Callers
    running: Running

    @classmethod
    def of(cls, name: str, deps: Any, infra: service.Infra) -> Api:
        """Begin with nobody known and nothing running."""
        return cls(name, deps, infra, auth.Callers(infra.tokens), Running())


@dataclass(frozen=True, slots=True)
class _Way:
    """What is known of a route before the first request: who may, what it takes, in a transaction or not."""

    route: Route
    name: str
    allowed: frozenset[Kind]
    bound: binding.Binding
    in_transaction: bool


def responding(api: Api, route: Route) -> Responding:
    """Make what aiohttp calls for one route."""
    allowed = frozenset(kind for kind in Kind if permissions.holds(kind, route.permission))
    way = _Way(route, f"{route.method} {api.name}{route.path}", allowed, binding.bind(route), route.in_transaction)
    template = f"/{api.name}{route.path}"

    async def respond(request: web.Request) -> web.StreamResponse:
        started = time.monotonic()
        origin = origins.read(request.headers)
        call: Call[Any] = Call(request, api.deps, auth.ANONYMOUS, api.infra.proxies)
        response: web.StreamResponse | None = None
        with requests.working_for(origin):
            try:
                response = await _answered(api, way, call)
            finally:
                note(request.method, template, response, started, call.principal)
        return finished(response, origin)

    setattr(respond, WHOLE, True)
    return respond


async def _answered(api: Api, way: _Way, call: Call[Any]) -> web.StreamResponse:
    try:
        with api.running.work(endless=way.route.stream or way.route.unbounded):
            return await _respond(api, way, call)
    except web.HTTPException as error:
        return problems.from_http(error, call.language)
    except Exception as error:  # noqa: BLE001 - every failure gets its answer
        return problems.answer(problems.from_error(error), call.language, form=way.route.form)


async def _respond(api: Api, way: _Way, call: Call[Any]) -> web.StreamResponse:
    principal = call.principal = await api.callers.find(call.request.headers.get("Authorization"))
    if principal.kind not in way.allowed or not _may_write(principal.kind, way.route):
        raise _refusal(principal.kind, way.route)
    requests.speak_for(*principal.written)
    arguments = await binding.arguments(way.bound, way.route, call.request)
    if way.in_transaction:
        return await transactions.run(api.infra.pool, way.name, way.route, call, arguments)
    return binding.response(way.route, await way.route.endpoint(call, **arguments))


def _may_write(kind: Kind, route: Route) -> bool:
    """Whoever only looks reads, whatever else a route would let him do."""
    return kind is not Kind.LOOKING or route.method == "GET"


def _refusal(kind: Kind, route: Route) -> type[Problem]:
    if kind is Kind.ANONYMOUS:
        return common.SignInRequired
    if kind is Kind.LOOKING:
        return common.LookReadOnly
    if kind is Kind.ACTING and route.permission.scope == "person":
        return common.InPersonOnly
    return common.NotPermitted


def note(
    method: str, template: str, response: web.StreamResponse | None, started: float, principal: auth.Principal
) -> None:
    """Count a request and write its line: the route, never the query nor what was sent."""
    seconds = time.monotonic() - started
    status = response.status if response else ABANDONED
    metrics.observe(method, template, status, seconds)
    if status == 200 and template in QUIET:
        return
    facts = {
        "event": "request",
        "method": method if method in metrics.METHODS else "other",
        "route": template,
        "status": status,
        "ms": round(seconds * 1000, 1),
        "caller": principal.kind.value,
    }
    if not logging.write_request(facts):
        log.info(**facts)


def finished(response: web.StreamResponse, origin: requests.Origin) -> web.StreamResponse:
    """Give an answer the headers that all have."""
    if not response.prepared:
        headers = response.headers
        headers["X-Request-Id"] = origin.request_id or ""
        headers["X-Correlation-Id"] = origin.correlation_id or ""
        for name, value in HEADERS.items():
            headers.setdefault(name, value)
    return response
