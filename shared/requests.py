"""Where the present work came from: set by the HTTP layer and by the consumer, read by the outbox and the logs."""

from __future__ import annotations

from contextvars import ContextVar, Token
from dataclasses import dataclass


@dataclass(slots=True, kw_only=True)  # not frozen, as every request makes two: that would take four times as long
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


_current: ContextVar[Origin] = ContextVar("origin", default=Origin())  # noqa: B039 - nobody changes it


def current() -> Origin:
    """Give the origin of the work that runs now; `system` outside of any."""
    return _current.get()


class working_for:  # noqa: N801 - used like a function, and on every request: contextlib's costs ten times as much
    """Run a block as work of this origin, named in every log line of it."""

    __slots__ = ("_origin", "_token")

    def __init__(self, origin: Origin) -> None:
        self._origin = origin

    def __enter__(self) -> None:
        self._token: Token[Origin] = _current.set(self._origin)

    def __exit__(self, *_: object) -> None:
        _current.reset(self._token)


def speak_for(actor: str, on_behalf_of: str | None) -> None:
    """Say who asks for the present work, once that is known."""
    origin = _current.get()
    known = Origin(
        request_id=origin.request_id,
        correlation_id=origin.correlation_id,
        causation_id=origin.causation_id,
        traceparent=origin.traceparent,
        actor=actor,
        on_behalf_of=on_behalf_of,
    )
    _current.set(known)


def named() -> dict[str, str]:
    """Give the ids that every log line of the present work carries."""
    origin = _current.get()
    ids = {
        "request_id": origin.request_id,
        "correlation_id": origin.correlation_id,
        "event_id": origin.causation_id,
    }
    return {name: value for name, value in ids.items() if value}
