"""The bus inside one process: `publish` returns when every consumer has taken the event in its own database.

So it is as durable as a broker: what is not taken stays in the outbox, and its relay sends it again.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from shared import worker
from shared.contracts import wiring
from shared.messaging import batches
from shared.messaging.bus import Delivery, Receive, Undelivered

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from shared.contracts.envelope import Envelope

TAKE_SECONDS = 20.0
CLOSE_SECONDS = 10.0
SUSPECTS = 400
"""Twice what a relay has in flight: so many of its events may have been begun by a process that died."""


@dataclass(slots=True, eq=False)
class _Waiting:
    """One event for one consumer, and whoever waits for it to be taken."""

    delivery: Delivery
    taken: asyncio.Future[None]

    def end(self, error: Exception | None = None) -> None:
        """Tell the publisher, if it still waits."""
        if not self.taken.done():
            self.taken.set_exception(error) if error else self.taken.set_result(None)


@dataclass(slots=True)
class _Feed:
    """Feeds one consumer, a batch at a time."""

    receive: Receive
    waiting: asyncio.Queue[_Waiting] = field(default_factory=asyncio.Queue)
    task: asyncio.Task[None] | None = None
    busy: asyncio.Lock = field(default_factory=asyncio.Lock)

    def put(self, delivery: Delivery) -> asyncio.Future[None]:
        """Hand over an event; the future ends when it is taken, with `Undelivered` when it could not be."""
        waiting = _Waiting(delivery, asyncio.get_running_loop().create_future())
        self.waiting.put_nowait(waiting)
        return waiting.taken

    async def run(self) -> None:
        """Feed until cancelled."""
        while True:
            batch = await batches.gather(self.waiting)
            try:
                async with self.busy:
                    await self._hand_over([one for one in batch if not one.taken.done()])
            finally:
                for one in batch:
                    one.end(Undelivered("the consumer was stopped"))

    async def _hand_over(self, batch: list[_Waiting]) -> None:
        error: Exception | None = None
        try:
            async with worker.strays_as_failures():
                await self.receive([one.delivery for one in batch])
        except Exception as cause:  # noqa: BLE001 - the publisher keeps the event, whatever it was
            error = Undelivered(f"a consumer could not take the event: {type(cause).__name__}")
        for one in batch:
            one.end(error)

    async def stop(self) -> None:
        """Let the running batch end, at most 10 s; refuse what waits."""
        with suppress(TimeoutError):
            async with asyncio.timeout(CLOSE_SECONDS), self.busy:
                pass
        if self.task:
            self.task.cancel()
            await asyncio.wait({self.task}, timeout=CLOSE_SECONDS)
        while not self.waiting.empty():
            self.waiting.get_nowait().end(Undelivered("the consumer was stopped"))


class MemoryBus:
    """Carries events between the services of this process.

    `consumers` are those that this process runs: while one of them does not listen yet, what is wired
    to it is `Undelivered`. Others are left out.
    """

    def __init__(
        self,
        consumers: Iterable[str] = (),
        *,
        wired: Mapping[str, tuple[str, ...]] | None = None,
        take_seconds: float = TAKE_SECONDS,
    ) -> None:
        self._expected = frozenset(consumers)
        self._wired = wiring.WIRING if wired is None else wired
        self._take_seconds = take_seconds
        self._feeds: dict[str, _Feed] = {}
        self._began = datetime.now(UTC)
        self._suspects: dict[str, set[str]] = {}

    async def publish(self, envelope: Envelope) -> None:
        """Return when every wired consumer has taken the event; raise `Undelivered` when one could not within 20 s."""
        wanted = {
            name for name, patterns in self._wired.items() if any(wiring.matches(p, envelope.type) for p in patterns)
        }
        missing = (wanted & self._expected) - self._feeds.keys()
        if missing:
            raise Undelivered(f"not listening yet: {', '.join(sorted(missing))}")
        delivery = Delivery(envelope.to_json(), str(envelope.id), deliveries=self._tried_before(envelope))
        futures = [self._feeds[name].put(delivery) for name in wanted & self._feeds.keys()]
        await self._all(futures)

    async def _all(self, futures: list[asyncio.Future[None]]) -> None:
        try:
            async with asyncio.timeout(self._take_seconds):
                results = await asyncio.gather(*futures, return_exceptions=True)
        except TimeoutError:
            raise Undelivered(f"not taken within {self._take_seconds:g} s") from None
        for result in results:
            if isinstance(result, BaseException):
                raise Undelivered(str(result)) from result

    def _tried_before(self, envelope: Envelope) -> int:
        # Nobody counts deliveries across a crash, so the first events older than this process are taken with
        # the care due to redelivered ones: one of them may be what killed the process before.
        suspects = self._suspects.setdefault(envelope.source, set())
        if envelope.time < self._began and len(suspects) < SUSPECTS:
            suspects.add(str(envelope.id))
        return int(str(envelope.id) in suspects)

    async def subscribe(self, consumer: str, receive: Receive) -> None:
        """Feed a consumer from now on."""
        if consumer not in self._wired:
            raise ValueError(f"{consumer} is not in the event map")
        if consumer in self._feeds:
            raise ValueError(f"{consumer} listens already")
        feed = _Feed(receive)
        feed.task = asyncio.create_task(feed.run(), name=f"bus.{consumer}")
        self._feeds[consumer] = feed

    async def unsubscribe(self, consumer: str) -> None:
        """Feed it no longer; return when its `receive` has ended, at most 10 s later."""
        feed = self._feeds.pop(consumer, None)
        if feed:
            await feed.stop()

    async def close(self) -> None:
        """Stop feeding everybody, within 10 seconds or so."""
        await asyncio.gather(*(self.unsubscribe(consumer) for consumer in list(self._feeds)))

    def connected(self) -> bool:
        """Tell whether everybody expected listens."""
        return self._expected <= self._feeds.keys()
