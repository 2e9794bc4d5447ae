"""Where the present work came from: set by the HTTP layer and by the consumer, read by the outbox and the logs."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

import structlog


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Who asked, and the ids that tie a request to everything it leads to.

    `actor` and `on_behalf_of` are written as in the envelope: `user:<uuid>`, `application:<client id>`, `system`.
    """

    request_id: str | None = None
    correlation_id: str | None = None
    causation_id: str | None = None
    traceparent: str | None = None
    actor: str = "system"
    on_behalf_of: str | None = None


_current: ContextVar[Origin] = ContextVar("origin", default=Origin())  # noqa: B039 - frozen


def current() -> Origin:
    """Give the origin of the work that runs now; `system` outside of any."""
    return _current.get()


@contextmanager
def working_for(origin: Origin) -> Iterator[None]:
    """Run a block as work of this origin, named in every log line of it."""
    token = _current.set(origin)
    names = {"request_id": origin.request_id, "correlation_id": origin.correlation_id, "event_id": origin.causation_id}
    with structlog.contextvars.bound_contextvars(**{name: value for name, value in names.items() if value}):
        try:
            yield
        finally:
            _current.reset(token)
