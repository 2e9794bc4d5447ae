"""A patient asker: one connection, one question at a time, a hundred a second, as little Python as possible."""

from __future__ import annotations

import asyncio
import time
from urllib.parse import urlsplit

PACE = 100


def prepared(url: str, path: str, token: str, body: str) -> bytes:
    """Give the bytes of a request."""
    head = (
        f"POST {path} HTTP/1.1\r\nHost: {urlsplit(url).netloc}\r\nAuthorization: {token}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body.encode())}\r\n\r\n"
    )
    return head.encode() + body.encode()


async def run(url: str, request: bytes, seconds: float) -> list[float]:
    """Ask for some seconds, and give the milliseconds of each answer."""
    place = urlsplit(url)
    reader, writer = await asyncio.open_connection(place.hostname, place.port)
    times = []
    try:
        start = time.perf_counter()
        for number in range(int(seconds * PACE)):
            due = start + number / PACE
            await asyncio.sleep(max(due - time.perf_counter(), 0))
            # A timer that rings late is not the service’s fault.
            began = time.perf_counter()
            writer.write(request)
            await asyncio.wait_for(_answer(reader), 10)
            times.append((time.perf_counter() - began) * 1000)
    finally:
        writer.close()
    return times


async def _answer(reader: asyncio.StreamReader) -> None:
    head = await reader.readuntil(b"\r\n\r\n")
    if not head.startswith(b"HTTP/1.1 200"):
        raise AssertionError(head.decode())
    length = next(line for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:"))
    await reader.readexactly(int(length.split(b":")[1]))
