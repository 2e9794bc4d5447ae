"""What an attacker has: a running system, people whose names he may try, and many addresses to come from."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import asyncpg

from services import client
from shared import ids
from tests.authority import running
from tests.journeys.world import Somebody, World

WRONG = "tambour-lucarne-verger-62"
KNOWN = 1100
BUSY = 60
HASHES = re.compile(r"^mandat_password_hashes_total ([\d.]+)", re.MULTILINE)
CROWD = """
insert into person (id, username, username_key, email, email_key, first_name, last_name, language, password_hash,
    verified_at)
select gen_random_uuid(), name, name, name || '@mandat.example.com', name || '@mandat.example.com', 'Ada', 'Roy', 'fr',
    $2, now()
from (select 'crowd' || n as name from generate_series(1, $1) as n) as crowd
"""


@dataclass
class Street:
    """A running system; `realm` is its inside, which only the test sees."""

    realm: running.Realm

    @property
    def world(self) -> World:
        """What everybody sees."""
        return self.realm.world

    async def call(self, method: str, path: str, *, address: str = "", **body: Any) -> client.Answer:
        """Call from an address of one's own, as the gateway would tell it."""
        head = ({"X-Forwarded-For": address} if address else {}) | body.pop("headers", {})
        for _ in range(BUSY):
            answer = await self.world.anonymous.call(method, path, headers=head, **body)
            if answer.status != 503:
                break
            # A machine that is busy says nothing about what was asked.
            await asyncio.sleep(0.5)
        return answer

    async def sign_in(self, login: str, password: str, address: str = "", **more: Any) -> client.Answer:
        """Try a password."""
        body = {"username": login, "password": password, **more}
        return await self.call("POST", "/identity/v1/sessions", address=address, json=body)

    async def recovery_link(self, person: Somebody, **options: Any) -> str:
        """Ask for a recovery link and give the newest token of the mails that came."""
        before = {mail["id"] for mail in await self.world.mails(person)}
        await self.call("POST", "/identity/v1/recoveries/password", json={"login": person.username}, **options)

        async def look() -> str | None:
            new = [mail for mail in await self.world.mails(person) if mail["id"] not in before]
            return next((token for mail in new if (token := client.token_in(mail["text"]))), None)

        found = await client.until(look, "the recovery link")
        assert found is not None
        return found

    async def hashes(self) -> int:
        """Tell how many passwords were hashed until now."""
        found = HASHES.search((await self.world.anonymous.call("GET", "/metrics")).body)
        return int(float(found.group(1))) if found else 0

    async def execute(self, service: str, query: str, *arguments: object) -> str:
        """Do something in a database, as time would."""
        connection = await asyncpg.connect(self.world.dsn(service), timeout=10)
        try:
            return str(await connection.execute(query, *arguments))
        finally:
            await connection.close()

    async def fetch(self, service: str, query: str, *arguments: object) -> list[asyncpg.Record]:
        """Look into a database."""
        connection = await asyncpg.connect(self.world.dsn(service), timeout=10)
        try:
            return list(await connection.fetch(query, *arguments))
        finally:
            await connection.close()

    async def crowd(self, number: int = KNOWN) -> None:
        """Put people in whom nobody knows: `crowd1` and so on, all with one password."""
        one = await self.world.newcomer("Ada", "Roy")
        (row,) = await self.fetch("identity", "select password_hash from person where username = $1", one.username)
        await self.execute("identity", CROWD, number, row["password_hash"])


def address(number: int) -> str:
    """Give one of many client addresses."""
    return f"198.18.{number // 250}.{number % 250 + 1}"


def nobody() -> str:
    """Make a user name that nobody has."""
    return f"nobody{ids.uuid7().hex[-10:]}"


@asynccontextmanager
async def street(folder: Path, **options: Any) -> AsyncIterator[Street]:
    """Run everything in one process, with planted bugs or other limits where wanted."""
    async with running.realm(folder, **options) as realm:
        yield Street(realm)
