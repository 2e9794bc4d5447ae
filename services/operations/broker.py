"""The broker: a user per service that may publish only its own events and read only its own queues.

Users are made over the management API, exchanges, queues and bindings over AMQP; both by the administrator.
"""

from __future__ import annotations

import asyncio
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote, urlsplit

import aiohttp

from services.operations import secretfiles
from shared.contracts import wiring
from shared.messaging import rabbit, topology

PORT = 15672
EXCHANGES = tuple(wiring.exchange_name(consumer) for consumer in wiring.WIRING)
PATIENCE = 120.0
SECONDS = aiohttp.ClientTimeout(total=10)


@dataclass(frozen=True, slots=True)
class Rights:
    """Patterns of what a user may make, write to and read from, and of the events that it may publish to each."""

    write: str
    read: str
    events: str
    configure: str = "^$"


def rights(service: str) -> Rights:
    """Give the least that a service works with: its own events out, its own queues in, nothing to make or delete."""
    queues = [name for name, _ in topology.queues_of(service)] if service in wiring.WIRING else []
    return Rights(
        write=f"^({'|'.join(map(re.escape, EXCHANGES))})$",
        read=f"^({'|'.join(map(re.escape, queues))})$" if queues else "^$",
        events=rf"^{service}\.",
    )


async def ensure(folder: Path) -> None:
    """Make users, rights, exchanges, queues and bindings; safe to repeat. A changed password is taken."""
    admin = secretfiles.address(folder, secretfiles.ADMIN, secretfiles.BROKER)
    async with aiohttp.ClientSession(timeout=SECONDS) as http:
        management = Management(http, admin)
        await management.answers()
        for service in secretfiles.SPEAKING:
            own = urlsplit(secretfiles.address(folder, service, secretfiles.BROKER))
            await management.put_user(service, unquote(own.password or ""), rights(service))
    await rabbit.declare(admin)


class Management:
    """The broker's management API, as the administrator."""

    def __init__(self, http: aiohttp.ClientSession, address: str) -> None:
        place = urlsplit(address)
        self._http = http
        self._base = f"http://{place.hostname}:{PORT}/api"
        self._auth = aiohttp.BasicAuth(unquote(place.username or ""), unquote(place.password or ""))
        self._vhost = quote(unquote(place.path[1:]) or "/", safe="")

    async def answers(self) -> None:
        """Wait until it does, at most two minutes (TimeoutError)."""
        async with asyncio.timeout(PATIENCE):
            while True:
                try:
                    await self.call("GET", "/overview")
                except (aiohttp.ClientConnectionError, TimeoutError):
                    await asyncio.sleep(1)
                else:
                    return

    async def put_user(self, name: str, password: str, may: Rights) -> None:
        """Make a user, or change it, with rights on our virtual host alone."""
        await self.call("PUT", f"/users/{name}", {"password": password, "tags": ""})
        plain = {"configure": may.configure, "write": may.write, "read": may.read}
        await self.call("PUT", f"/permissions/{self._vhost}/{name}", plain)
        for exchange in EXCHANGES:
            topic = {"exchange": exchange, "write": may.events, "read": "^$"}
            await self.call("PUT", f"/topic-permissions/{self._vhost}/{name}", topic)

    async def queues(self) -> list[dict[str, Any]]:
        """List the queues of our virtual host."""
        found: list[dict[str, Any]] = await self.call("GET", f"/queues/{self._vhost}")
        return found

    async def call(self, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
        """Call, and give what is answered; ValueError when it is refused."""
        async with self._http.request(method, self._base + path, json=body, auth=self._auth) as answer:
            if answer.status >= 400:
                raise ValueError(f"the broker refused {method} {path} with {answer.status}")
            return await answer.json() if answer.content_type == "application/json" else None
