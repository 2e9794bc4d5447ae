"""Permits over HTTP."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from examples.permits.commands.telling import Person

if TYPE_CHECKING:
    from shared.web.routing import Call


def caller(call: Call[Any]) -> Person:
    """Give who calls."""
    return Person(call.principal.user_id, call.principal.name)
