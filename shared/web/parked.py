"""What a service parked, for operators over HTTP: grouped by cause, tried again, or settled without effect."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from pydantic import BaseModel, Field

from shared.contracts.permissions import Permission
from shared.db.pool import Pool
from shared.messaging import retry
from shared.web.routing import Call, Input, Route

MANAGE = Permission.OPERATOR_PARKED_MANAGE


class HasPool(Protocol):
    """What the endpoints need of a service."""

    @property
    def pool(self) -> Pool:
        """Its database."""


class Group(BaseModel):
    """Events parked for one cause; `cause` names it in the other calls, `event_ids` are the first five."""

    cause: str
    consumer: str
    count: int
    first_failed_at: datetime
    last_failed_at: datetime
    types: list[str]
    error: str
    event_ids: list[UUID]


class Groups(BaseModel):
    """Everything that is parked, the most frequent cause first."""

    groups: list[Group]


class Cause(Input):
    """Which of it."""

    cause: str = Field(min_length=1, max_length=500)


class Count(BaseModel):
    """How many events it was."""

    events: int


async def list_parked(call: Call[HasPool]) -> Groups:
    """List what the service could not handle, by cause."""
    found = await retry.list_parked(call.deps.pool)
    return Groups(groups=[_group(one) for one in found])


def _group(one: retry.Parked) -> Group:
    more: dict[str, Any] = {name: getattr(one, name) for name in Group.model_fields if name != "cause"}
    return Group(cause=one.fingerprint, **more | {"types": list(one.types), "event_ids": list(one.event_ids)})


async def replay_parked(call: Call[HasPool], body: Cause) -> Count:
    """Let the events of a cause run again, once it is mended."""
    return Count(events=await retry.replay(call.deps.pool, body.cause))


async def discard_parked(call: Call[HasPool], body: Cause) -> Count:
    """Settle the events of a cause without their effect."""
    return Count(events=await retry.discard(call.deps.pool, body.cause))


ROUTES = (
    Route("GET", "/v1/parked", list_parked, MANAGE),
    Route("POST", "/v1/parked/replays", replay_parked, MANAGE, transaction=False),
    Route("POST", "/v1/parked/discards", discard_parked, MANAGE, transaction=False),
)
