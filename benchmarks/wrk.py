"""Load over HTTP by wrk, from a file of prepared requests."""

from __future__ import annotations

import asyncio
import json
import shutil
import statistics
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import psutil

SCRIPT = Path(__file__).with_name("wrk.lua")
CONNECTIONS = 32
MISSING = "The benchmarks need wrk on the PATH: install it (Debian and Ubuntu: apt-get install wrk)."


class Spoilt(Exception):
    """A run that tells nothing: requests were refused or lost."""


@dataclass(frozen=True, slots=True)
class Load:
    """What a run gave: requests a second, milliseconds, and the server's CPU in microseconds a request."""

    rps: float
    p50: float
    p99: float
    most: float
    cpu: float
    requests: int


def ensure_installed() -> None:
    """Say what to do when wrk is missing (SystemExit)."""
    if shutil.which("wrk") is None:
        raise SystemExit(MISSING)


def write(path: Path, requests: Iterable[tuple[str, str, str]]) -> Path:
    """Write requests as wrk reads them: authorization, idempotency key, body."""
    path.write_text("".join(f"{token}\t{key}\t{body}\n" for token, key, body in requests))
    return path


async def run(url: str, requests: Path, *, seconds: float, server: int, connections: int = CONNECTIONS) -> Load:
    """Load an address for some seconds; `Spoilt` when an answer was not 2xx or did not come."""
    process = psutil.Process(server)
    before = _spent(process)
    wrk = await asyncio.create_subprocess_exec(
        *("wrk", "-t1", f"-c{connections}", f"-d{seconds:g}s", "--timeout", "20s", "-s", str(SCRIPT), url),
        *("--", str(requests)),
        stdout=asyncio.subprocess.PIPE,
    )
    output, _ = await asyncio.wait_for(wrk.communicate(), seconds + 60)
    told = json.loads(output.decode().strip().splitlines()[-1])
    if told["refused"] or told["lost"] or not told["requests"]:
        raise Spoilt(f"{url}: {told}")
    return Load(
        rps=told["requests"] / told["micros"] * 1e6,
        p50=told["p50"] / 1000,
        p99=told["p99"] / 1000,
        most=told["most"] / 1000,
        cpu=(_spent(process) - before) / told["requests"] * 1e6,
        requests=told["requests"],
    )


def _spent(process: psutil.Process) -> float:
    times = process.cpu_times()
    return float(times.user + times.system)


def median(loads: Sequence[Load]) -> Load:
    """Give the median of each figure."""
    return Load(
        rps=statistics.median(one.rps for one in loads),
        p50=statistics.median(one.p50 for one in loads),
        p99=statistics.median(one.p99 for one in loads),
        most=max(one.most for one in loads),
        cpu=statistics.median(one.cpu for one in loads),
        requests=sum(one.requests for one in loads),
    )
