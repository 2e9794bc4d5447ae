"""Figures for Prometheus: requests by route template, never by address."""

from __future__ import annotations

import asyncio
import functools
from collections.abc import Awaitable, Callable
from contextlib import suppress

import prometheus_client
from aiohttp import web
from prometheus_client.exposition import choose_encoder

LONGEST = 2.0
Refresh = Callable[[], Awaitable[None]]
REGISTRY = prometheus_client.CollectorRegistry()
BUCKETS = (0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10)
_requests = prometheus_client.Histogram(
    "mandat_request_seconds", "Time to answer", ("method", "route", "status"), registry=REGISTRY, buckets=BUCKETS
)


def observe(method: str, route: str, status: int, seconds: float) -> None:
    """Count one request."""
    _counter(method if method in METHODS else "other", route, status).observe(seconds)


@functools.cache
def _counter(method: str, route: str, status: int) -> prometheus_client.Histogram:
    """Give the histogram of its labels; there are few, as routes are templates."""
    return _requests.labels(method, route, str(status))


METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


def mount(root: web.Application, refresh: Refresh | None = None) -> None:
    """Answer `/metrics`; `refresh` brings up to date, within two seconds, what is only known when it is asked."""

    async def show(request: web.Request) -> web.Response:
        if refresh:
            # What cannot be asked now keeps its value: `mandat_refreshed_timestamp_seconds` tells since when.
            with suppress(Exception):
                async with asyncio.timeout(LONGEST):
                    await refresh()
        encode, content_type = choose_encoder(request.headers.get("Accept", ""))
        return web.Response(body=encode(REGISTRY), headers={"Content-Type": content_type})

    root.router.add_get("/metrics", show)
