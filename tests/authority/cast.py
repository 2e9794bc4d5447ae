"""The people of the matrix, their objects and their tokens, all got by the public calls."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, field
from typing import Any

from services import client
from shared import ids
from tests.journeys.world import Somebody, World

ACTORS = (
    "anonymous",
    "stranger",
    "delegate",
    "ex-delegate",
    "other-delegate",
    "frozen-delegate",
    "delegator",
    "suspended",
    "operator",
    "application",
    "delegate-self",
    "ex-delegate-self",
)
"""The four in the middle hold acting tokens; `-self` are two of them with their own."""
ACTING = ("delegate", "ex-delegate", "other-delegate", "frozen-delegate")
THINGS = ("delegator", "another", "suspended")
"""Whose an object is: Jean's, the surveyor; Claire's, another one; Louis's, whose licence is suspended."""
SURVEYORS = (("Jean", "Piette"), ("Claire", "Lavoie"), ("Louis", "Gelé"))
NAMES = (
    ("Alain", "Proviste"),
    ("Édith", "Descartes"),
    ("Pierre", "Quiroule"),
    ("Madiee", "Training"),
    ("Vivian", "Trainer"),
    ("Jannee", "Training"),
)
LONG, SHORT = 150.0, 30.0
"""Seconds after which people sign in again, and acting tokens are fetched anew."""


@dataclass
class Cast:
    """Everybody. `owners` are the three surveyors of `THINGS`, `people` the actors with an identifier."""

    world: World
    people: dict[str, Somebody]
    owners: dict[str, Somebody]
    delegates: dict[str, Somebody]
    spare: Somebody
    credentials: dict[str, str]
    application: client.Caller
    files: dict[str, str] = field(default_factory=dict)
    delegations: dict[str, list[str]] = field(default_factory=lambda: {name: [] for name in THINGS})
    acting: dict[str, client.Caller] = field(default_factory=dict)
    _signed_in: float = 0.0
    _acted: float = 0.0

    @property
    def operator(self) -> client.Caller:
        """The operator, as he calls."""
        return self.people["operator"].caller

    def caller(self, actor: str) -> client.Caller:
        """Give what an actor calls with."""
        if actor in ("anonymous", "application"):
            return self.world.anonymous if actor == "anonymous" else self.application
        return self.acting[actor] if actor in self.acting else self.people[actor].caller

    async def renew(self) -> bool:
        """Get new tokens for everybody whose tokens are no longer young; tell whether it was done."""
        now, renewed = time.monotonic(), False
        if now - self._signed_in > LONG:
            await self.sign_in()
            renewed = True
        if now - self._acted > SHORT:
            await self._act()
            self._acted, renewed = time.monotonic(), True
        return renewed

    async def sign_in(self) -> None:
        """Have everybody sign in anew."""
        everybody = [*self.people.values(), *self.owners.values(), *self.delegates.values()]
        people = {one.id or one.username: one for one in everybody}
        await asyncio.gather(*map(self.world.sign_in, people.values()))
        self.application = await application(self.world, self.credentials)
        self._signed_in = time.monotonic()

    async def _act(self) -> None:
        jean, claire, louis = (self.owners[name] for name in THINGS)
        ex = self.delegates["ex-delegate"]
        ended = await self.world.designate(jean, ex)
        self.acting["ex-delegate"] = await ex.caller.act_for(jean.id)
        assert (await jean.caller.call("DELETE", f"/delegation/v1/delegates/{ended}")).status == 204
        self.acting["delegate"] = await self.delegates["delegate"].caller.act_for(jean.id)
        self.acting["other-delegate"] = await self.delegates["other-delegate"].caller.act_for(claire.id)
        await self._suspended(louis, self.delegates["frozen-delegate"])

    async def _suspended(self, louis: Somebody, delegate: Somebody) -> None:
        """Get a token that is younger than the suspension of the licence it stands for."""
        if "frozen-delegate" in self.acting:
            path = f"/accounts/v1/licences/{louis.licence}/reinstate"
            await self.operator.post(path, {"reason": "Essai"}, expect=200)
        self.acting["frozen-delegate"] = await client.until(lambda: delegate.caller.act_for(louis.id), "the licence")
        await suspend(self.world, self.people["operator"], louis)


async def introduce(operator: Somebody) -> dict[str, str]:
    """Register an application; give its credentials."""
    body = {"client_id": f"essai-{ids.uuid7().hex[-8:]}", "name": "Essai"}
    made: dict[str, str] = await operator.caller.post("/identity/v1/applications", body, expect=201)
    return made


async def application(world: World, credentials: dict[str, str]) -> client.Caller:
    """Get a token for an application."""
    form = {"grant_type": "client_credentials", **credentials}
    answer = await world.anonymous.call("POST", "/identity/v1/token", data=form)
    assert answer.status == 200, answer
    return world.anonymous.with_token(answer.body["access_token"])


async def suspend(world: World, operator: Somebody, surveyor: Somebody) -> None:
    """Suspend a surveyor's licence, and wait until delegation knows."""
    path = f"/accounts/v1/licences/{surveyor.licence}/suspend"
    await operator.caller.post(path, {"reason": "Essai"}, expect=200)

    async def known() -> bool:
        return bool((await surveyor.caller.get("/delegation/v1/me"))["surveyor"]["suspended"])

    await client.until(known, "the suspension")


async def gather(world: World) -> Cast:
    """Have everybody sign up and take his part."""
    operator = await world.operator()
    # One after the other: rosters are imported one at a time.
    jean, claire, louis = [await world.surveyor(*name) for name in SURVEYORS]
    stranger, edith, pierre, madiee, vivian, spare = await asyncio.gather(*(world.newcomer(*name) for name in NAMES))
    delegates = {"delegate": edith, "ex-delegate": pierre, "other-delegate": madiee, "frozen-delegate": vivian}
    people = {
        "stranger": stranger,
        "delegator": jean,
        "suspended": louis,
        "operator": operator,
        "delegate-self": edith,
        "ex-delegate-self": pierre,
    }
    credentials = await introduce(operator)
    cast = Cast(
        world,
        people,
        dict(zip(THINGS, (jean, claire, louis), strict=True)),
        delegates,
        spare,
        credentials,
        await application(world, credentials),
    )
    for owner, delegate in zip(THINGS, (edith, madiee, vivian), strict=True):
        # Two each: the second is there to be ended.
        cast.delegations[owner] = [await world.designate(cast.owners[owner], one) for one in (delegate, spare)]
        cast.files[owner] = await open_file(cast, owner)
    cast._signed_in = time.monotonic()
    await cast.renew()
    return cast


async def open_file(cast: Cast, owner: str, **more: Any) -> str:
    """Open a file for one of the surveyors; give its number."""
    number = str(int(ids.uuid7().hex[-8:], 16))
    body = {"number": number, "title": "Lotissement", "responsible": cast.owners[owner].id, **more}
    await cast.operator.post("/cadastre/v1/files", body, expect=204)
    return number
