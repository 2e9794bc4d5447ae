"""The load: people who designate, remove, search and act all the time, and remember what they were answered."""

from __future__ import annotations

import asyncio
import itertools
import random
from contextlib import asynccontextmanager
from typing import Any

import aiohttp

from services import client
from shared import ids
from shared.contracts.audiences import ACCESS_TOKEN, TOKEN_EXCHANGE
from tests.chaos import scorecard
from tests.chaos.system import System, patiently
from tests.journeys.world import Somebody

WORKERS = 4
PAUSE = 0.0 if scorecard.FULL else 0.1
"""Seconds between two turns of a worker: what is asked must be mailed and recorded before books are read."""
Pair = tuple[Somebody, Somebody]


class Load:
    """Commands on a system; `rights` holds, by pair, every designation answered and whether it was ended."""

    def __init__(self, system: System) -> None:
        self._system = system
        self.rights: dict[tuple[str, str], list[bool]] = {}
        self.done = 0
        self.odd: list[client.Answer] = []
        self.broken = False
        """Whether a load ended in the middle: what it remembers is then not what was answered."""
        self._renewing = asyncio.Lock()
        self._pairs = list(itertools.product(system.surveyors, system.delegates))

    async def designate(self, surveyor: Somebody, delegate: Somebody) -> str | None:
        """Designate, with one key until there is an answer."""
        answer = await self.command(surveyor, "POST", "/delegation/v1/delegates", json={"delegate": delegate.id})
        if answer.status != 201:
            self.odd.append(answer)
            return None
        self.rights.setdefault((surveyor.id, delegate.id), []).append(True)
        return str(answer.body["id"])

    async def remove(self, surveyor: Somebody, delegate: Somebody, delegation: str) -> None:
        """End it, with one key until there is an answer."""
        answer = await self.command(surveyor, "DELETE", f"/delegation/v1/delegates/{delegation}")
        if answer.status != 204:
            self.odd.append(answer)
            return
        self.rights[(surveyor.id, delegate.id)][-1] = False

    async def command(self, person: Somebody, method: str, path: str, **body: Any) -> client.Answer:
        """Call with a key of its own, again and again until it is answered; a token that ran out is renewed."""
        head = {"Idempotency-Key": str(ids.uuid7())}
        while True:
            token = person.caller.token
            answer = await patiently(lambda: person.caller.call(method, path, headers=head, **body))
            if answer.status != 401:
                break
            await self._renew(person, token)
        self.done += 1
        return answer

    async def _renew(self, person: Somebody, token: str | None) -> None:
        async with self._renewing:
            while person.caller.token == token:
                try:
                    await self._system.world.sign_in(person)
                except (client.Unexpected, aiohttp.ClientError, OSError, TimeoutError):
                    await asyncio.sleep(0.2)

    async def end(self, surveyor: Somebody, delegate: Somebody) -> None:
        """End the right that stands, if any."""
        if self.rights.get((surveyor.id, delegate.id), [False])[-1]:
            listed = await self.command(surveyor, "GET", "/delegation/v1/delegates")
            found = [one["id"] for one in listed.body["delegates"] if one["delegate"] == delegate.id]
            await self.remove(surveyor, delegate, found[0])

    async def turn(self, surveyor: Somebody, delegate: Somebody) -> None:
        """End the right that stands, if any; designate, search, begin to act, and mostly end it again."""
        await self.end(surveyor, delegate)
        delegation = await self.designate(surveyor, delegate)
        if delegation is None:
            return
        body = {"by": "username", "value": delegate.username}
        await self.command(surveyor, "POST", "/delegation/v1/candidates/search", json=body)
        await self._act(surveyor, delegate)
        if random.random() < 0.9:
            await self.remove(surveyor, delegate, delegation)

    async def _act(self, surveyor: Somebody, delegate: Somebody) -> None:
        form = {
            "grant_type": TOKEN_EXCHANGE,
            "subject_token": delegate.caller.token,
            "subject_token_type": ACCESS_TOKEN,
            "delegator": surveyor.id,
        }
        await self.command(delegate, "POST", "/delegation/v1/token", data=form)

    async def work(self, pairs: list[Pair], stop: asyncio.Event) -> None:
        """Take one pair after the other until told to stop."""
        for surveyor, delegate in itertools.cycle(pairs):
            if stop.is_set():
                return
            await self.turn(surveyor, delegate)
            await asyncio.sleep(PAUSE)

    @asynccontextmanager
    async def running(self):
        """Keep the load on for a while."""
        stop = asyncio.Event()
        self.broken = True
        async with asyncio.TaskGroup() as group:
            for number in range(WORKERS):
                group.create_task(self.work(self._pairs[number::WORKERS], stop))
            try:
                yield self
            finally:
                stop.set()
        self.broken = False
