"""Start and memory: from the first instruction to the first 200, and what a service holds at rest."""

from __future__ import annotations

import asyncio
import os
import socket
import statistics
import sys
import time

import psutil
from tests.support.processes import ROOT, free_port

from benchmarks.results import Goal, Result
from benchmarks.stage import Stage

SERVICES = ("identity", "accounts", "delegation", "notifications", "audit")
LIVE = b"GET /livez HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
REST = 3.0
PATIENCE = 30.0


async def run(stage: Stage, rounds: int, seconds: float) -> Result:
    """Measure starts in turn, and each service's memory once it has been at rest for three seconds."""
    del seconds
    await stage.forget_messages()
    database = await stage.database("delegation")
    floor = {"FLOOR_PORT": str(free_port()), "FLOOR_DATABASE": database, "FLOOR_AMQP": stage.broker}
    starts = {
        "ours": ("services.delegation", await stage.environment("delegation")),
        "bare": ("benchmarks.floors.start", floor),
        "libraries": ("benchmarks.floors.start", floor | {"FLOOR_LIBRARIES": "1"}),
    }
    times: dict[str, list[float]] = {name: [] for name in starts}
    memory: dict[str, float] = {}
    # The first start of each migrates and writes its byte code: not counted.
    for number in range(rounds + 1):
        for name, program in starts.items():
            memory[name], took = await _start(*program)
            times[name] += [took] if number else []
    for name in SERVICES:
        memory[name], _ = await _start(f"services.{name}", await stage.environment(name))
    return _result({name: statistics.median(found) for name, found in times.items()}, memory, rounds)


async def _start(module: str, environment: dict[str, str]) -> tuple[float, float]:
    """Run a program until it has rested; give MB of resident memory, and seconds to the first 200."""
    port = int(environment.get("MANDAT_PORT") or environment["FLOOR_PORT"])
    # Byte code is there where a service runs, so it must be written here, whatever the shell says.
    unwanted = ("MANDAT_", "PYTHONDONTWRITEBYTECODE")
    clean = {name: value for name, value in os.environ.items() if not name.startswith(unwanted)}
    began = time.perf_counter()
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", module, cwd=ROOT, env=clean | environment, stdout=asyncio.subprocess.DEVNULL
    )
    try:
        while not await asyncio.to_thread(_lives, port):
            if process.returncode is not None or time.perf_counter() - began > PATIENCE:
                raise AssertionError(f"{module} did not start")
            await asyncio.sleep(0.002)
        took = time.perf_counter() - began
        await asyncio.sleep(REST)
        return psutil.Process(process.pid).memory_info().rss / 1e6, took
    finally:
        process.terminate()
        await asyncio.wait_for(process.wait(), PATIENCE)


def _lives(port: int) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=1) as one:
            one.sendall(LIVE)
            return one.recv(15).startswith(b"HTTP/1.1 200")
    except OSError:
        return False


def _result(times: dict[str, float], memory: dict[str, float], rounds: int) -> Result:
    rows: list[tuple[str, list[float | None]]] = [
        ("delegation", [times["ours"] * 1000, memory["delegation"]]),
        ("floor: aiohttp, asyncpg and aio-pika", [times["bare"] * 1000, memory["bare"]]),
        ("floor: all libraries of ours imported", [times["libraries"] * 1000, memory["libraries"]]),
    ]
    rows += [(name, [None, memory[name]]) for name in SERVICES if name != "delegation"]
    largest = max(SERVICES, key=lambda name: memory[name])
    return Result(
        name="start",
        title="Start and memory at rest",
        columns=("start ms", "RSS MB"),
        rows=rows,
        goals=[
            Goal("start / bare start", times["ours"] / times["bare"], 2.0, at_least=False),
            Goal(f"memory at rest, largest ({largest})", memory[largest], 80, at_least=False, unit="MB"),
        ],
        remarks=[f"beside a program that imports all its libraries: {times['ours'] / times['libraries']:.2f} ×"],
        rounds=rounds,
        seconds=REST,
    )
