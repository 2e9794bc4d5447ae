"""A RabbitMQ that a test may kill, pause and start again: a private node, or a container with a port that stays."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Protocol

import aio_pika
import docker

from tests.support import rabbit
from tests.support.processes import free_port

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

START = 90.0


class MortalBroker(Protocol):
    """What a test may do to its broker."""

    url: str

    def kill(self) -> None:
        """End it as a crash would."""

    def pause(self) -> None:
        """Let it hang, its connections open."""

    def resume(self) -> None:
        """Let it go on."""

    async def restart(self) -> None:
        """Start it again after a kill, on the same data and port, and wait until it takes connections."""

    async def alarm(self, *, on: bool) -> None:
        """Let the disk be full, or not any more: it then takes no message."""

    async def channels(self) -> list[int]:
        """Give for each open channel how many messages it has not acknowledged."""


class _Container:
    def __init__(self) -> None:
        port = free_port()
        self.url = f"amqp://guest:guest@127.0.0.1:{port}/"
        self._engine = docker.from_env(timeout=30)
        self._container = self._engine.containers.run(
            rabbit.IMAGE, detach=True, ports={"5672/tcp": ("127.0.0.1", port)}, hostname="mortal"
        )

    def kill(self) -> None:
        self._container.kill()

    def pause(self) -> None:
        self._container.pause()

    def resume(self) -> None:
        self._container.unpause()

    async def alarm(self, *, on: bool) -> None:
        words = ["rabbitmqctl", "--quiet", "set_disk_free_limit", rabbit.FULL_DISK if on else "50MB"]
        code, output = await asyncio.to_thread(self._container.exec_run, words)
        assert code == 0, output

    async def channels(self) -> list[int]:
        code, output = await asyncio.to_thread(self._container.exec_run, ["rabbitmqctl", *rabbit.CHANNELS])
        assert code == 0, output
        return [int(line) for line in output.split()]

    async def restart(self) -> None:
        await asyncio.to_thread(self._container.start)
        await self.ready()

    async def ready(self) -> None:
        async with asyncio.timeout(START):
            while True:
                try:
                    connection = await aio_pika.connect(self.url, timeout=2)
                except (OSError, TimeoutError, aio_pika.exceptions.AMQPError):
                    await asyncio.sleep(0.2)
                else:
                    return await connection.close()

    def remove(self) -> None:
        self._container.remove(force=True, v=True)
        self._engine.close()


@asynccontextmanager
async def mortal_broker() -> AsyncIterator[MortalBroker]:
    """Run a broker of one test."""
    if rabbit.SERVER.exists():
        async with rabbit.private_node() as node:
            yield node
        return
    container = await asyncio.to_thread(_Container)
    try:
        await container.ready()
        yield container
    finally:
        await asyncio.to_thread(container.remove)
