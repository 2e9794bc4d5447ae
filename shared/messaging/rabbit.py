"""The bus over RabbitMQ, 3.10 to 4.x (reliability §C3–C5).

Publishing and each consumer have a connection of their own, kept by a task that connects, declares
the whole topology, works, and begins again when anything at all went wrong: nothing is repaired.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import TYPE_CHECKING

import aio_pika
import structlog
from pamqp.commands import Basic
from yarl import URL

from shared import failpoints, worker
from shared.contracts import wiring
from shared.contracts.envelope import CONTENT_TYPE, Envelope
from shared.messaging import batches, links, topology
from shared.messaging.backoff import Backoff
from shared.messaging.bus import Delivery, Undelivered

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping, Sequence

    from aio_pika.abc import (
        AbstractChannel,
        AbstractConnection,
        AbstractExchange,
        AbstractIncomingMessage,
        AbstractQueue,
    )
    from pamqp.common import FieldTable

    from shared.messaging.bus import Receive

log = structlog.get_logger()

HEARTBEAT = 10
SECONDS = 5.0
PUBLISH_SECONDS = 10.0
READY_SECONDS = 1.0
PREFETCH = 200


def _connector(url: str, name: str) -> Callable[[], Awaitable[AbstractConnection]]:
    address = str(URL(url).update_query(heartbeat=HEARTBEAT))
    named: FieldTable = {"connection_name": name}
    return partial(aio_pika.connect, address, timeout=SECONDS, client_properties=named)


@dataclass(frozen=True, slots=True)
class _Map:
    """The event map, and whether we make it on the broker or find it there."""

    wired: Mapping[str, tuple[str, ...]]
    declares: bool

    async def lay(self, channel: AbstractChannel, consumer: str | None = None) -> topology.Exchanges:
        """Declare the topology, or check it where it is somebody else's to declare."""
        if self.declares:
            return await topology.declare(channel, self.wired)
        return await topology.check(channel, self.wired, consumer)


async def declare(url: str) -> None:
    """Declare exchanges, queues and bindings of the event map, once, for those who may not."""
    async with await _connector(url, "declare")() as connection, connection.channel() as channel:
        await topology.declare(channel, wiring.WIRING)


class _Publisher(links.Link):
    """Holds the one long-lived channel that events are published on."""

    def __init__(self, url: str, map_: _Map) -> None:
        super().__init__("publish", _connector(url, "publish"))
        self._map = map_
        self._ended = asyncio.Event()
        self._exchanges: asyncio.Future[topology.Exchanges] = asyncio.get_running_loop().create_future()

    async def exchanges(self) -> topology.Exchanges:
        """Give the exchanges of events, once connected, at most 1 s later (TimeoutError)."""
        if self._exchanges.done():
            return self._exchanges.result()
        async with asyncio.timeout(READY_SECONDS):
            return await asyncio.shield(self._exchanges)

    def renew(self) -> None:
        """Connect and declare anew: something of the topology is missing."""
        self.lost()

    async def use(self, connection: AbstractConnection) -> None:
        self._ended.clear()
        if self.stopping.is_set():
            return
        channel = await connection.channel(publisher_confirms=True, on_return_raises=True)
        channel.close_callbacks.add(self.lost)
        self._exchanges.set_result(await self._map.lay(channel))
        self.at_work()
        try:
            await self._ended.wait()
        finally:
            self._exchanges = asyncio.get_running_loop().create_future()

    def interrupt(self) -> None:
        self._ended.set()


@dataclass(frozen=True, slots=True)
class _Held:
    """A message that is neither acknowledged nor given back."""

    message: AbstractIncomingMessage
    given_up: bool

    def delivery(self) -> Delivery:
        """Tell the consumer what it is, and how often it came before."""
        counted = self.message.headers.get("x-delivery-count") or 0
        deliveries = max(int(str(counted)), int(bool(self.message.redelivered)), topology.LIMIT if self.given_up else 0)
        return Delivery(self.message.body, self.message.message_id or "", deliveries)


class _NotTaken(Exception):
    """The consumer could not settle what it was given: its database is away, most likely."""


class _Feed(links.Link):
    """Feeds one consumer from its queue, and from the queue of what that one gave up."""

    def __init__(self, url: str, map_: _Map, consumer: str, receive: Receive) -> None:
        super().__init__(f"consume {consumer}", _connector(url, f"consume {consumer}"))
        self._map = map_
        self._consumer = consumer
        self._receive = receive
        self._waiting: asyncio.Queue[_Held | None] = asyncio.Queue()
        # The broker counts what is given back, so a consumer that keeps failing is asked more and more rarely.
        self._trouble = Backoff(first=0.5, most=60.0)

    def interrupt(self) -> None:
        # Not a cancellation: an effect that runs now may end, whatever becomes of its acknowledgement.
        self._waiting.put_nowait(None)

    async def use(self, connection: AbstractConnection) -> None:
        async with connection.channel(publisher_confirms=False) as channel:
            await self._map.lay(channel, self._consumer)
            await channel.set_qos(PREFETCH, timeout=SECONDS)
            channel.close_callbacks.add(self.lost)
            (await channel.get_underlay_channel()).on_consumer_cancel_callbacks.add(self.lost)
            while not self.stopping.is_set():
                self._waiting = asyncio.Queue()
                await self._until_it_can()
                try:
                    return await self._consume(channel)
                except _NotTaken as error:
                    log.warning("consumer stopped for a while", consumer=self._consumer, error=repr(error.__cause__))
                    await self.pause(self._trouble.grow())
            return None

    async def _until_it_can(self) -> None:
        backoff = Backoff(first=0.5)
        while not self.stopping.is_set():
            try:
                return await self._take([])
            except _NotTaken:
                await self.pause(backoff.grow())
        return None

    async def _take(self, held: Sequence[_Held | None]) -> None:
        try:
            async with worker.strays_as_failures():
                await self._receive([one.delivery() for one in held if one])
        except Exception as error:
            raise _NotTaken from error

    async def _consume(self, channel: AbstractChannel) -> None:
        held: list[_Held | None] = []
        consuming: list[tuple[AbstractQueue, str]] = []
        try:
            for name, given_up in topology.queues_of(self._consumer):
                queue = await channel.get_queue(name, ensure=False)
                tag = await queue.consume(partial(self._hold, given_up=given_up), timeout=SECONDS)
                consuming.append((queue, tag))
            self.at_work()
            while self._goes_on() and None not in (held := await batches.gather(self._waiting)):
                await self._take(held)
                self._trouble.reset()
                last, held = held[-1], []
                # What waited came in the order of its tags, so the last one stands for all.
                if last:
                    await last.message.ack(multiple=True)
                    failpoints.reach("effect.acknowledged")
        finally:
            self.works = False
            await self._give_back(consuming, held)

    def _goes_on(self) -> bool:
        return self.works and not self.stopping.is_set()

    async def _hold(self, message: AbstractIncomingMessage, *, given_up: bool) -> None:
        self._waiting.put_nowait(_Held(message, given_up))

    async def _give_back(self, consuming: Sequence[tuple[AbstractQueue, str]], held: Sequence[_Held | None]) -> None:
        # On a channel that is gone this fails at once, and the broker has it all back already.
        with suppress(Exception):
            async with worker.strays_as_failures(), asyncio.timeout(SECONDS):
                for queue, tag in consuming:
                    await queue.cancel(tag, timeout=SECONDS)
                await asyncio.sleep(0)
                rest = [self._waiting.get_nowait() for _ in range(self._waiting.qsize())]
                for one in [*held, *rest]:
                    if one:
                        await one.message.reject(requeue=True)


async def _publish(exchanges: Sequence[AbstractExchange], message: aio_pika.Message, key: str) -> Sequence[object]:
    """Publish to each exchange, and wait for all of them before one's failure is told: they share a channel."""
    if len(exchanges) == 1:
        return [await exchanges[0].publish(message, key, timeout=PUBLISH_SECONDS)]
    copies = (exchange.publish(message, key, timeout=PUBLISH_SECONDS) for exchange in exchanges)
    confirmations = await asyncio.gather(*copies, return_exceptions=True)
    for one in confirmations:
        if isinstance(one, BaseException):
            raise one
    return confirmations


class RabbitBus:
    """Carries events between processes. `wired` is the event map; another one is for tests.

    With `declares=False` the topology is there already, and the user of the broker has no right to change it.
    """

    def __init__(self, url: str, *, wired: Mapping[str, tuple[str, ...]] | None = None, declares: bool = True) -> None:
        self._url = url
        self._map = _Map(wiring.WIRING if wired is None else wired, declares)
        self._hearers = lru_cache(partial(wiring.hearers, wired=self._map.wired))
        self._publisher: _Publisher | None = None
        self._feeds: dict[str, _Feed] = {}

    async def open(self) -> None:
        """Begin to connect; a broker that is away is waited for in the background."""
        self._publisher = _Publisher(self._url, self._map)
        self._publisher.start()

    async def publish(self, envelope: Envelope) -> None:
        """Return when the broker has it on disk in the queue of each hearer; raise `Undelivered` otherwise, in 10 s."""
        if self._publisher is None:
            raise Undelivered("the bus is not open")
        if not (hearers := self._hearers(envelope.type)):
            # A fault of the map, not a reason to forget the event.
            raise Undelivered(f"nobody hears {envelope.type}")
        message = aio_pika.Message(
            envelope.to_json(),
            content_type=CONTENT_TYPE,
            delivery_mode=aio_pika.DeliveryMode.PERSISTENT,
            message_id=str(envelope.id),
            type=envelope.type,
            timestamp=envelope.time,
            correlation_id=envelope.correlationid,
        )
        try:
            async with worker.strays_as_failures():
                exchanges = await self._publisher.exchanges()
                confirmations = await _publish([exchanges[name] for name in hearers], message, envelope.type)
        except Exception as error:
            if isinstance(error, aio_pika.exceptions.PublishError):
                self._publisher.renew()
            raise Undelivered(f"{type(error).__name__}: {error}"[:200]) from error
        if not all(isinstance(one, Basic.Ack) for one in confirmations):
            raise Undelivered(f"the broker answered {confirmations!r}")

    async def subscribe(self, consumer: str, receive: Receive) -> None:
        """Feed a consumer from now on."""
        if consumer not in self._map.wired:
            raise ValueError(f"{consumer} is not in the event map")
        if consumer in self._feeds:
            raise ValueError(f"{consumer} listens already")
        self._feeds[consumer] = _Feed(self._url, self._map, consumer, receive)
        self._feeds[consumer].start()

    async def unsubscribe(self, consumer: str) -> None:
        """Feed it no longer; return when its `receive` has ended, at most 10 s later."""
        feed = self._feeds.pop(consumer, None)
        if feed:
            await feed.stop()

    async def close(self) -> None:
        """Stop feeding everybody, give back what was not taken, and disconnect."""
        await asyncio.gather(*(self.unsubscribe(consumer) for consumer in list(self._feeds)))
        if self._publisher:
            await self._publisher.stop()

    def connected(self) -> bool:
        """Tell whether events can be published and every consumer is fed."""
        return bool(self._publisher and self._publisher.works and all(feed.works for feed in self._feeds.values()))
