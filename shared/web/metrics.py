"""Figures for Prometheus: requests by route template, never by address."""

from __future__ import annotations

import asyncio
from bisect import bisect_left
from collections.abc import Awaitable, Callable
from contextlib import suppress
from itertools import accumulate
from typing import TYPE_CHECKING

import prometheus_client
from aiohttp import web
from prometheus_client.core import HistogramMetricFamily
from prometheus_client.exposition import choose_encoder
from prometheus_client.registry import Collector

if TYPE_CHECKING:
    from collections.abc import Iterator

LONGEST = 2.0
Refresh = Callable[[], Awaitable[None]]
REGISTRY = prometheus_client.CollectorRegistry()
BUCKETS = (0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10)
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
BOUNDS = (*map(str, map(float, BUCKETS)), "+Inf")


class _Times:
    """How long some requests took: how many in each bucket, and together."""

    __slots__ = ("counts", "total")

    def __init__(self) -> None:
        self.counts = [0] * len(BOUNDS)
        self.total = 0.0


class _Requests(Collector):
    """A histogram that costs a request half a microsecond; the library's own, with its locks, ten times as much."""

    def __init__(self) -> None:
        self._times: dict[tuple[str, str, int], _Times] = {}

    def observe(self, method: str, route: str, status: int, seconds: float) -> None:
        times = self._times.get((method, route, status))
        if times is None:
            times = self._times[method, route, status] = _Times()
        times.counts[bisect_left(BUCKETS, seconds)] += 1
        times.total += seconds

    def collect(self) -> Iterator[HistogramMetricFamily]:
        family = HistogramMetricFamily("mandat_request_seconds", "Time to answer", labels=("method", "route", "status"))
        for (method, route, status), times in self._times.items():
            buckets = list(zip(BOUNDS, accumulate(map(float, times.counts)), strict=True))
            family.add_metric((method, route, str(status)), buckets, times.total)
        yield family


_requests = _Requests()
REGISTRY.register(_requests)


def observe(method: str, route: str, status: int, seconds: float) -> None:
    """Count one request."""
    _requests.observe(method if method in METHODS else "other", route, status, seconds)


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
