"""The consumer: takes events for one service, each effect in one transaction with its inbox row (reliability §C5).

What comes together is taken in one transaction; when that fails, one at a time, so that a bad event
fails alone. A failed one is kept as a retry row. Events delivered before go one at a time, under a
guard that parks the one that kills its process.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import structlog

from shared import failpoints, worker
from shared.messaging import failures, inbox
from shared.messaging.failures import NotYet, Poisoned, Undecodable
from shared.messaging.incoming import Incoming, Unread, decode, run_all, unread
from shared.messaging.outbox import SQL

if TYPE_CHECKING:
    from uuid import UUID

    from shared.db.pool import Connection, Pool
    from shared.messaging.bus import Delivery
    from shared.service import Subscription

__all__ = ["Consumer", "NotYet"]

log = structlog.get_logger()

EFFECT_SECONDS = 30.0
STARTS = 3
GIVEN_UP = 20
"""A bus that gave an event back this often hands it over for the last time."""

Ending = Callable[["Connection"], Awaitable[Any]]


class Consumer:
    """Takes events on behalf of one service: `receive` is what a bus feeds."""

    def __init__(
        self, name: str, pool: Pool, subscriptions: Iterable[Subscription], *, effect_seconds: float = EFFECT_SECONDS
    ) -> None:
        self.name = name
        self._pool = pool
        self._table: dict[str, list[Subscription]] = {}
        for subscription in subscriptions:
            self._table.setdefault(subscription.event.type, []).append(subscription)
        self._effect_seconds = effect_seconds
        self._survived: set[UUID] = set()

    async def receive(self, deliveries: Sequence[Delivery]) -> None:
        """Settle each delivery in the database; raise when the database is away. No delivery at all asks just that."""
        if not deliveries:
            await self._pool.execute(SQL["probe"])
        read = [event for delivery in deliveries if (event := await self._read(delivery))]
        # What came before is older than what comes now: taken first, the order within an aggregate stays.
        await self._take_again([event for event in read if event.given_back])
        await self._take_fresh([event for event in read if not event.given_back])

    def decode(self, delivery: Delivery) -> Incoming | None:
        """Read a delivery; None when the service does nothing about it, `Undecodable` when it cannot be read."""
        return decode(delivery, self._table)

    async def take(self, events: Sequence[Incoming], ending: Ending | None = None) -> None:
        """Run the effects of those events that are new in one transaction, and what ends it."""
        failpoints.reach("effect.begun")
        async with self._transaction() as connection:
            new = await inbox.take(connection, self.name, [event.event_id for event in events])
            # Keyed by id: the same event may stand twice in what came together.
            ran = list({event.event_id: event for event in events if event.event_id in new}.values())
            await run_all(connection, ran)
            if ending:
                await ending(connection)
            failpoints.reach("effect.uncommitted")
        failpoints.reach("effect.committed")
        self._say_taken(ran)

    @asynccontextmanager
    async def _transaction(self) -> AsyncIterator[Connection]:
        async with (
            worker.strays_as_failures(),
            asyncio.timeout(self._effect_seconds),
            self._pool.transaction() as connection,
        ):
            yield connection

    async def _read(self, delivery: Delivery) -> Incoming | None:
        try:
            return self.decode(delivery)
        except Undecodable as error:
            await self._park(unread(delivery), error)
            return None

    async def _take_fresh(self, events: Sequence[Incoming]) -> None:
        if len(events) > 1:
            try:
                return await self.take(events)
            except Exception as error:  # noqa: BLE001 - each event fails or passes alone below
                log.info("batch failed", consumer=self.name, events=len(events), error=failures.fingerprint(error))
        for event in events:
            await self._take_alone(event)
        return None

    async def _take_alone(self, event: Incoming, ending: Ending | None = None) -> None:
        try:
            await self.take([event], ending)
        except Exception as error:  # noqa: BLE001 - whatever it is, it is kept and tried again
            # When the database is away this raises too, and the event goes back to the bus.
            await failures.keep(self._pool, self.name, event, error)
            self._report(event, error)

    async def _take_again(self, events: Sequence[Incoming]) -> None:
        if events:
            done = await inbox.taken(self._pool, self.name, [event.event_id for event in events])
            for event in events:
                if event.event_id not in done:
                    await self._take_guarded(event)

    async def _take_guarded(self, event: Incoming) -> None:
        key = (self.name, event.event_id)
        # A start that ended, if only because the database went away, is no crash: it is not counted twice.
        counted = 0 if event.event_id in self._survived else 1
        starts = await self._pool.fetchval(SQL["begin_start"], *key, counted)
        if starts >= STARTS or event.given_back >= GIVEN_UP:
            return await self._park(event, Poisoned(f"begun {starts} times, given back {event.given_back} times"))
        try:
            await self._take_alone(event, lambda connection: connection.execute(SQL["end_start"], *key))
        except Exception:
            self._survived.add(event.event_id)
            raise
        self._survived.discard(event.event_id)
        return None

    async def _park(self, event: Incoming | Unread, error: Exception) -> None:
        await failures.keep(self._pool, self.name, event, error, parked=True)
        log.error("event parked", error=failures.describe(error), **self._facts(event))

    def _report(self, event: Incoming, error: Exception) -> None:
        if isinstance(error, NotYet):
            log.info("event waits", reason=str(error), **self._facts(event))
        else:
            log.warning("effect failed", cause=failures.fingerprint(error), exc_info=error, **self._facts(event))

    def _say_taken(self, events: Sequence[Incoming]) -> None:
        """Log what was taken in one line: one for each would take longer than the events themselves."""
        if len(events) == 1:
            log.info("event taken", **self._facts(events[0]))
        elif events:
            named = [
                {"type": one.type, "event_id": str(one.event_id), "correlation_id": one.correlation_id}
                for one in events
            ]
            log.info("event taken", consumer=self.name, events=named)

    def _facts(self, event: Incoming | Unread) -> dict[str, str | None]:
        return {
            "consumer": self.name,
            "type": event.type,
            "event_id": str(event.event_id),
            "correlation_id": event.correlation_id,
        }
