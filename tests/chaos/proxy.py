"""A small TCP proxy that passes on, delays, cuts and swallows, as the test says while it runs."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from urllib.parse import urlsplit

CHUNK = 65_536


@dataclass(eq=False)
class Passage:
    """One connection through the proxy; `swallowing` keeps what the far end answers from arriving."""

    near: asyncio.StreamWriter
    far: asyncio.StreamWriter
    swallowing: bool = False

    def cut(self) -> None:
        """End both halves at once, as a broken cable would."""
        for writer in (self.near, self.far):
            writer.transport.abort()


def pass_all(passage: Passage, data: bytes) -> bool:
    """Pass on whatever comes."""
    return True


@dataclass
class Proxy:
    """Stands before a host and port. `on_request` sees what goes out and may harm its passage; False stops the data."""

    host: str
    port: int
    own_port: int = 0
    delay: float = 0.0
    refusing: bool = False
    swallowing: bool = False
    on_request: Callable[[Passage, bytes], bool] = pass_all
    cuts: int = 0
    swallowed: int = 0
    passages: set[Passage] = field(default_factory=set)

    def address(self, url: str) -> str:
        """Give a URL of the far end as it is through the proxy."""
        place = urlsplit(url)
        login = place.netloc.rpartition("@")[0]
        return place._replace(netloc=f"{login}@127.0.0.1:{self.own_port}").geturl()

    def cut(self) -> int:
        """Cut all connections, and give their number."""
        found = list(self.passages)
        for passage in found:
            passage.cut()
        self.cuts += len(found)
        return len(found)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Carry one connection."""
        if self.refusing:
            writer.transport.abort()
            return
        try:
            far_reader, far = await asyncio.open_connection(self.host, self.port)
        except OSError:
            writer.transport.abort()
            return
        passage = Passage(writer, far)
        self.passages.add(passage)
        try:
            await asyncio.gather(self._out(passage, reader), self._back(passage, far_reader))
        finally:
            self.passages.discard(passage)
            passage.cut()

    async def _out(self, passage: Passage, reader: asyncio.StreamReader) -> None:
        with suppress(OSError):
            while data := await reader.read(CHUNK):
                if self.delay:
                    await asyncio.sleep(self.delay)
                if self.on_request(passage, data):
                    passage.far.write(data)
                    await passage.far.drain()
        passage.far.close()

    async def _back(self, passage: Passage, reader: asyncio.StreamReader) -> None:
        with suppress(OSError):
            while data := await reader.read(CHUNK):
                if self.delay:
                    await asyncio.sleep(self.delay)
                if self.swallowing or passage.swallowing:
                    self.swallowed += len(data)
                    continue
                passage.near.write(data)
                await passage.near.drain()
        passage.near.close()


@asynccontextmanager
async def proxy(url: str) -> AsyncIterator[Proxy]:
    """Run a proxy on a free loopback port before the host and port of a URL."""
    place = urlsplit(url)
    one = Proxy(str(place.hostname), int(place.port or 0))
    server = await asyncio.start_server(one.serve, "127.0.0.1", 0)
    one.own_port = server.sockets[0].getsockname()[1]
    try:
        yield one
    finally:
        server.close()
        one.cut()
        await asyncio.sleep(0)
