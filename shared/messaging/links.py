"""Connections to a broker that come back: connect, work, and begin again when anything at all went wrong."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING, Any

import structlog

from shared import worker
from shared.messaging.backoff import Backoff

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

    from aio_pika.abc import AbstractConnection

log = structlog.get_logger()

SECONDS = 5.0
CLOSE_SECONDS = 10.0


class Link:
    """One connection and the task that keeps it. A subclass says what is done with it in `use`."""

    def __init__(self, name: str, connect: Callable[[], Awaitable[AbstractConnection]]) -> None:
        self.name = name
        self.works = False
        self.stopping = asyncio.Event()
        self._connect = connect
        self._backoff = Backoff()
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin to connect."""
        self._task = asyncio.create_task(self._keep(), name=self.name)

    async def stop(self) -> None:
        """Let what runs end, at most 10 s, and disconnect."""
        self.stopping.set()
        self.interrupt()
        if self._task:
            await asyncio.wait({self._task}, timeout=CLOSE_SECONDS)
            self._task.cancel()
            await asyncio.wait({self._task}, timeout=CLOSE_SECONDS)

    async def _keep(self) -> None:
        while not self.stopping.is_set():
            try:
                async with worker.strays_as_failures(), self._connection() as connection:
                    await self.use(connection)
            except Exception as error:  # noqa: BLE001 - whatever it was, the connection is made anew
                log.warning("broker connection ended", connection=self.name, error=f"{type(error).__name__}: {error}")
            await self.pause(self._backoff.grow())

    @asynccontextmanager
    async def _connection(self) -> AsyncIterator[AbstractConnection]:
        connection = await self._connect()
        try:
            connection.close_callbacks.add(self.lost)
            yield connection
        finally:
            self.works = False
            with suppress(Exception):
                async with worker.strays_as_failures(), asyncio.timeout(SECONDS):
                    await connection.close()

    def lost(self, *_: Any) -> None:
        """Note that something under the connection is gone, and end what waits on it."""
        self.works = False
        self.interrupt()

    async def pause(self, seconds: float) -> None:
        """Wait, but no longer than until the link is stopped."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self.stopping.wait()

    def at_work(self) -> None:
        """Note that everything works, from now until it is lost."""
        log.info("broker connected", connection=self.name)
        self._backoff.reset()
        self.works = True

    async def use(self, connection: AbstractConnection) -> None:
        """Work on a fresh connection until interrupted; returning or raising closes it."""
        raise NotImplementedError

    def interrupt(self) -> None:
        """Have `use` return soon, without cancelling what it is in the middle of."""
        raise NotImplementedError
