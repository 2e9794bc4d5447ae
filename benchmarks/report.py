"""Writes docs/performance.md from what was measured."""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
from importlib import metadata
from pathlib import Path

import psutil
from shared.db import binaries

from benchmarks import curves, picture, results

WRITTEN = "Written by `make bench ARGS=--docs` from docs/performance.json, which keeps the last run of each."
DOCS = Path(__file__).resolve().parents[1] / "docs"
LIBRARIES = ("aiohttp", "asyncpg", "aio-pika", "uvloop", "pydantic", "orjson", "structlog", "argon2-cffi")
METHOD = """
Each benchmark runs our services as processes, as they run in production (log level `info`, tokens verified, input
validated, metrics counted), and beside them *floors*: the smallest honest programs that do the same input and output
with the same libraries, in `benchmarks/floors/`. Ours and the floors take turns in every round on the same database,
after a warm-up that is not counted; figures are medians of the rounds. **Read the ratios**: the load generator, the
program, PostgreSQL and RabbitMQ share the machine, so absolute figures drift from run to run.

- PostgreSQL is our embedded one, durable (`fsync`, `full_page_writes` and `synchronous_commit` on). Each round of
  writing starts on empty tables just after a checkpoint. RabbitMQ has quorum queues, persistent messages and confirms.
- HTTP load is `wrk` with one thread and 32 connections that stay open, over prepared requests (`benchmarks/wrk.lua`).
  A run in which an answer was not 2xx, or in which rows and answers do not agree, is no result.
- *CPU* is what the process itself used for one answer, system time included.
- **Decisions** ask about 10 015 delegations in random order; ours and the floors must give the same JSON. The plain
  floor is an asyncpg pool of ten with one SELECT a question; the coalesced one has neither token, validation nor log.
- **Designating** sends an Idempotency-Key and a token of one of 64 surveyors with each request. The floor writes the
  delegation and its event in one statement and looks at nothing else. Ours runs without a relay in its process, as the
  floor does; another row shows it with the relay.
- **The chain** takes events of a designation’s size. The bare consumer sends the statements of a batch together; ours
  notes the batch in its inbox and runs each effect on its own.
- **Latency** is read from the server’s own note of both commits (`pg_xact_commit_timestamp`).
- **Sign-ins** use Argon2id with 19 MiB and 2 passes. Decisions beside them are asked one at a time, 100 a second.
- **Pages** are asked for by one client of everything in one process, with the sample; the calls that a page makes were
  recorded before, and are made again as it makes them: one after the other, or at once.
- **Lists** are asked for in turn of registers of all lengths; *bare* are the same statements on one connection.
- **Recording** begins with the bodies as the broker gives them; bare inserts have their values ready, the same two
  tables with the same indexes, and neither inbox, names, order, counts nor seal.
- **Excel** is made as for who asked, up to the stamped file; the bare writer is XlsxWriter with rows from nowhere.
- **Start** is from the start of the process to the first 200 on `/livez`, on a migrated database with a warm cache.
""".strip()
PROFILE = Path(__file__).with_name("profile.md")
"""What a profiler showed; looked at and written by hand."""
CAVEATS = """
- One machine, short runs; but for the lists of the register small tables; and nothing over a network.
- `wrk` sends the next request when it has an answer, so its p99 does not show what a queue outside would add.
- The floors are ours too; somebody else may write better ones.
""".strip()


def write(found: dict[str, results.Result]) -> None:
    """Write the page and its picture."""
    (DOCS / "performance.svg").write_text(picture.draw(found), encoding="utf-8")
    if "lists" in found:
        (DOCS / "lists.svg").write_text(curves.draw(found["lists"]), encoding="utf-8")
    parts = [
        "# Performance",
        WRITTEN,
        _summary(found),
        "![Goals](performance.svg)",
    ]
    parts += ["## Goals", _goals(found), "## Figures", *map(_figures, found.values())]
    parts += ["## Where the time goes", PROFILE.read_text(encoding="utf-8").strip()]
    parts += ["## Machine", _machine(), "## Method", METHOD, "## Caveats", CAVEATS]
    (DOCS / "performance.md").write_text("\n\n".join(parts) + "\n", encoding="utf-8")


def _summary(found: dict[str, results.Result]) -> str:
    goals = [goal for one in found.values() for goal in one.goals]
    met = sum(goal.met for goal in goals)
    days = sorted({one.at[:10] for one in found.values()})
    return f"{met} of {len(goals)} goals met, measured {' and '.join(days)}."


def _goals(found: dict[str, results.Result]) -> str:
    lines = ["| goal | bound | found | |", "|---|---|---|---|"]
    for one in found.values():
        for goal in one.goals:
            bound = f"{'≥' if goal.at_least else '≤'} {goal.bound:g} {goal.unit}"
            lines.append(
                f"| {goal.what} | {bound} | {goal.found:.2f} {goal.unit} | {'met' if goal.met else '**missed**'} |"
            )
    return "\n".join(lines)


def _figures(one: results.Result) -> str:
    drawn = ["![Times of the lists by rows of the register](lists.svg)", ""] if one.name == "lists" else []
    lines = [f"### {one.title}", "", *drawn, f"| | {' | '.join(one.columns)} |", f"|---|{'---|' * len(one.columns)}"]
    lines += [f"| {label} | {' | '.join(map(results.number, cells))} |" for label, cells in one.rows]
    length = f" of {one.seconds:g} s" if one.seconds else ""
    return "\n".join([*lines, "", "; ".join([*one.remarks, f"{one.rounds} rounds{length}, {one.at}"]) + "."])


def _machine() -> str:
    memory = psutil.virtual_memory().total / 2**30
    lines = [
        f"{os.cpu_count()} cores ({_processor()}), {memory:.0f} GiB, {platform.system()} {platform.release()}",
        f"CPython {platform.python_version()}, PostgreSQL {binaries.MAJOR}, {_broker()}",
        ", ".join(f"{name} {metadata.version(name)}" for name in LIBRARIES),
    ]
    return "\n".join(f"- {line}" for line in lines)


def _processor() -> str:
    lines = Path("/proc/cpuinfo").read_text().splitlines() if Path("/proc/cpuinfo").exists() else []
    named = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return named[0] if named else platform.machine()


def _broker() -> str:
    """Name the installed RabbitMQ; another one is named by its address or by its image."""
    if shutil.which("dpkg-query") is None:
        return "RabbitMQ"
    asked = ["dpkg-query", "-W", "-f", "${Version}", "rabbitmq-server"]
    done = subprocess.run(asked, capture_output=True, text=True, check=False, timeout=10)
    return f"RabbitMQ {done.stdout.split('-')[0]}".strip()
