"""Runs our programs as processes of their own, and says what they printed when they fail."""

from __future__ import annotations

import asyncio
import os
import random
import socket
import sys
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp

ROOT = Path(__file__).resolve().parents[2]
START = 60.0


BELOW_THE_SYSTEMS = range(15_000, 32_000)
"""The system takes those above for connections: a broker that is killed would not have its port again."""


def free_port() -> int:
    """Give a loopback port that nobody listens on now."""
    while True:
        with socket.socket() as one, suppress(OSError):
            one.bind(("127.0.0.1", random.choice(BELOW_THE_SYSTEMS)))
            return int(one.getsockname()[1])


def is_free(port: int) -> bool:
    """Tell whether a server could listen there now."""
    with socket.socket() as one:
        one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            one.bind(("127.0.0.1", port))
            one.listen()
        except OSError:
            return False
        return True


@dataclass
class Program:
    """One process: `python -m <module>` with these variables, and its output in a file."""

    module: str
    environment: dict[str, str]
    log: Path
    arguments: tuple[str, ...] = ()
    process: asyncio.subprocess.Process | None = field(default=None, repr=False)

    async def start(self) -> None:
        """Start it, without waiting for it to answer."""
        clean = {name: value for name, value in os.environ.items() if not name.startswith("MANDAT_")}
        with self.log.open("ab") as out:
            self.process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                self.module,
                *self.arguments,
                cwd=ROOT,
                env=clean | self.environment,
                stdout=out,
                stderr=out,
                stdin=asyncio.subprocess.DEVNULL,
            )

    async def answers(self, url: str) -> None:
        """Wait until it answers 200 there; fail with its output when it ends or takes more than a minute."""
        deadline = asyncio.get_running_loop().time() + START
        async with aiohttp.ClientSession() as http:
            while asyncio.get_running_loop().time() < deadline:
                if self.process is None or self.process.returncode is not None:
                    break
                if await _is_ok(http, url):
                    return
                await asyncio.sleep(0.1)
        raise AssertionError(f"{self.module} does not answer at {url}:\n{self.output()}")

    def output(self) -> str:
        """Give the end of what it printed."""
        return self.log.read_text(errors="replace")[-4000:]

    async def run(self) -> str:
        """Run it to its end; fail when it does not end with 0."""
        await self.start()
        assert self.process is not None
        code = await asyncio.wait_for(self.process.wait(), START)
        assert code == 0, self.output()
        return self.output()

    async def stop(self) -> int:
        """Ask it to end (SIGTERM), and give its exit code."""
        assert self.process is not None
        if self.process.returncode is None:
            self.process.terminate()
        try:
            return await asyncio.wait_for(self.process.wait(), 30)
        except TimeoutError:
            self.process.kill()
            await self.process.wait()
            raise AssertionError(f"{self.module} did not stop:\n{self.output()}") from None


async def _is_ok(http: aiohttp.ClientSession, url: str) -> bool:
    try:
        async with http.get(url, timeout=aiohttp.ClientTimeout(total=2)) as answer:
            return answer.status == 200
    except (aiohttp.ClientError, TimeoutError):
        return False
