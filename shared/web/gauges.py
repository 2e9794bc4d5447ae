"""Figures of what lies there at the moment: events to send, to try again and parked, workers, the bus."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from prometheus_client import Gauge

from shared.web.metrics import REGISTRY

_unsent = Gauge("mandat_outbox_unsent", "Events that wait to be sent", ("service",), registry=REGISTRY)
_oldest = Gauge("mandat_outbox_oldest_seconds", "Age of the oldest of them", ("service",), registry=REGISTRY)
_retrying = Gauge("mandat_events_retrying", "Events whose effect is tried again", ("service",), registry=REGISTRY)
_parked = Gauge("mandat_events_parked", "Events that wait for an operator", ("service",), registry=REGISTRY)
_restarts = Gauge("mandat_worker_restarts", "Restarts of a worker in this process", ("worker",), registry=REGISTRY)
_bus = Gauge("mandat_bus_connected", "1 when events can be published and every consumer is fed", registry=REGISTRY)
_refreshed = Gauge("mandat_refreshed_timestamp_seconds", "When these were last asked for", registry=REGISTRY)


def show(details: Mapping[str, Any]) -> None:
    """Show what `/healthz` tells in detail."""
    for service, backlog in details["services"].items():
        _unsent.labels(service).set(backlog["unsent"])
        _oldest.labels(service).set(backlog["oldest_seconds"] or 0)
        _retrying.labels(service).set(backlog["retrying"])
        _parked.labels(service).set(backlog["parked"])
    for worker, state in details["workers"].items():
        _restarts.labels(worker).set(state["restarts"])
    if details["bus"] is not None:
        _bus.set(details["bus"])
    _refreshed.set_to_current_time()
