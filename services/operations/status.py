"""How the installation is: what each service's replicas, database and queue say, and what is wrong with that."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp
from rich import table

from services import together
from services.operations import broker, secretfiles
from shared.contracts import wiring
from shared.db.pool import Pool
from shared.messaging import relay

PORT = 8080
SECONDS = aiohttp.ClientTimeout(total=5)
LATE = 10.0
"""Seconds after which an event that was not sent is one too long."""
OPTIONAL = ("cadastre", "permits")
"""Example applications, which need not run."""


@dataclass
class Row:
    """One service; `wrong` says what an operator should look at."""

    service: str
    replicas: int = 0
    ready: int = 0
    restarts: int = 0
    waiting: int | None = None
    oldest: float | None = None
    parked: int | None = None
    queued: int | None = None
    consumers: int | None = None
    wrong: list[str] = field(default_factory=list)

    def judge(self) -> None:
        """Say what is wrong."""
        if self.ready < max(self.replicas, self.service not in OPTIONAL):
            self.wrong.append(f"{self.ready} of {self.replicas} replicas ready")
        if self.oldest is not None and self.oldest > LATE:
            self.wrong.append(f"an event has waited {self.oldest:.0f} s to be sent")
        if self.parked:
            self.wrong.append(f"{self.parked} parked: mandat parked list {self.service}")
        if self.consumers == 0:
            self.wrong.append("nobody reads its queue")
        if self.restarts:
            self.wrong.append(f"workers were restarted {self.restarts} times")


async def look(folder: Path) -> list[Row]:
    """Ask everybody; what does not answer is said in its row."""
    async with aiohttp.ClientSession(timeout=SECONDS) as http:
        rows = [Row(name) for name in together.PARTS]
        await asyncio.gather(*(_look_at(row, http, folder) for row in rows))
        await _look_at_queues(rows, http, folder)
    for row in rows:
        row.judge()
    return rows


async def _look_at(row: Row, http: aiohttp.ClientSession, folder: Path) -> None:
    found = [await _ask(http, address) for address in await _addresses(row.service)]
    answers = [one for one in found if one is not None]
    row.replicas = len(found)
    row.ready = sum(1 for one in answers if all(one["checks"].values()))
    row.restarts = sum(worker["restarts"] for one in answers for worker in one.get("workers", {}).values())
    try:
        await _look_at_database(row, secretfiles.address(folder, row.service, secretfiles.DATABASE))
    except Exception as error:  # noqa: BLE001 - what cannot be asked is what the operator wants to know
        row.wrong.append(f"database: {type(error).__name__}")


async def _look_at_database(row: Row, dsn: str) -> None:
    pool = await Pool.open(dsn, name="status", size=1, patience=3)
    try:
        backlog = await relay.backlog(pool)
        row.waiting, row.parked = int(backlog["unsent"] or 0), int(backlog["parked"] or 0)
        row.oldest = float(backlog["oldest_seconds"] or 0)
    finally:
        await pool.close()


async def _look_at_queues(rows: Sequence[Row], http: aiohttp.ClientSession, folder: Path) -> None:
    admin = secretfiles.address(folder, secretfiles.ADMIN, secretfiles.BROKER)
    try:
        found = {queue["name"]: queue for queue in await broker.Management(http, admin).queues()}
    except (aiohttp.ClientError, TimeoutError, ValueError) as error:
        rows[0].wrong.append(f"broker: {type(error).__name__}")
        return
    for row in rows:
        if row.service in wiring.WIRING and (queue := found.get(wiring.queue_name(row.service))):
            row.queued, row.consumers = queue.get("messages", 0), queue.get("consumers", 0)


async def _addresses(service: str) -> list[str]:
    """Find the replicas as the name server of the containers knows them."""
    try:
        found = await asyncio.get_running_loop().getaddrinfo(service, PORT, type=socket.SOCK_STREAM)
    except OSError:
        return []
    return sorted({str(one[4][0]) for one in found})


async def _ask(http: aiohttp.ClientSession, address: str) -> dict[str, Any] | None:
    host = f"[{address}]" if ":" in address else address
    try:
        async with http.get(f"http://{host}:{PORT}/healthz") as answer:
            found: dict[str, Any] = await answer.json()
            return found
    except (aiohttp.ClientError, TimeoutError, ValueError):
        return None


def shown(rows: Sequence[Row]) -> table.Table:
    """Draw the table."""
    drawn = table.Table("service", "ready", "to send", "oldest", "parked", "queued", "readers", "wrong")
    for row in rows:
        oldest = "" if row.oldest is None else f"{row.oldest:.1f} s"
        numbers = [_number(one) for one in (row.waiting, row.parked, row.queued, row.consumers)]
        drawn.add_row(
            row.service, f"{row.ready}/{row.replicas}", numbers[0], oldest, *numbers[1:], "; ".join(row.wrong) or "–"
        )
    return drawn


def _number(value: int | None) -> str:
    return "" if value is None else str(value)
