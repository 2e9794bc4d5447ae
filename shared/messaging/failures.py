"""What can go wrong with an event that was heard, and how it is kept."""

from __future__ import annotations

import traceback
from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

import asyncpg

from shared.db.connections import Unavailable
from shared.messaging.outbox import SQL
from shared.worker import StrayCancellation

if TYPE_CHECKING:
    from shared.db.pool import Connection, Pool
    from shared.messaging.incoming import Incoming, Unread

OWN = ("services.", "examples.", "tests.")
LADDER = tuple(timedelta(seconds=seconds) for seconds in (1, 10, 60, 600, 3600))
"""The wait before each further attempt; after the last one the event is parked."""

AWAY = (
    Unavailable,
    OSError,
    TimeoutError,
    asyncpg.PostgresError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,  # when the server ends the session just before a statement is sent
    StrayCancellation,
)
"""What a long task meets when the database or the bus is away: it waits and goes on."""


class NotYet(Exception):
    """The event needs something that has not arrived yet: it is tried again later, without noise."""


class Undecodable(Exception):
    """The body is not an event we know how to read: trying again is of no use."""


class Poisoned(Exception):
    """The event was begun three times and never ended, or its queue gave it up: it is parked at once."""


class State(StrEnum):
    """Where a failed event stands."""

    WAITING = "waiting"
    PARKED = "parked"


def fingerprint(error: BaseException) -> str:
    """Name the cause of a failure: the exception type and the innermost function of ours that it passed."""
    place = None
    for frame, _ in traceback.walk_tb(error.__traceback__):
        module = str(frame.f_globals.get("__name__", ""))
        if f"{module}.".startswith(OWN):
            place = f"{module}.{frame.f_code.co_qualname}"
    return f"{type(error).__name__} in {place}" if place else type(error).__name__


def describe(error: BaseException) -> str:
    """Give the text that is kept with a failed event, at most 500 characters."""
    return f"{type(error).__name__}: {error}"[:500]


async def keep(
    to: Pool | Connection, consumer: str, event: Incoming | Unread, error: BaseException, *, parked: bool = False
) -> None:
    """Write the row that keeps a failed event: to be tried again in 1 s, or parked at once."""
    await to.execute(
        SQL["insert_retry"],
        consumer,
        event.event_id,
        event.type,
        event.correlation_id,
        event.body,
        State.PARKED if parked else State.WAITING,
        0,
        LADDER[0],
        describe(error),
        fingerprint(error),
    )
