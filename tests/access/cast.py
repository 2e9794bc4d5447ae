"""The people of the matrix, in one running system, all made by the public calls."""

from __future__ import annotations

import time
from dataclasses import dataclass, field

from services import client
from shared import ids
from tests.journeys.world import Somebody, World

HALF = 150.0
YOUNG = 30.0
"""Seconds after which an acting token, which lives for a minute, is fetched anew."""


@dataclass
class Cast:
    """Jean is the surveyor; Édith his delegate, Luc was; Ada is Lise's; Omar's licence is suspended."""

    world: World
    jean: Somebody
    lise: Somebody
    omar: Somebody
    edith: Somebody
    luc: Somebody
    ada: Somebody
    stranger: Somebody
    spare: Somebody
    operator: Somebody
    application: client.Caller
    file: str
    of_another: str
    """The delegation of Ada by Lise."""
    asking: client.Caller = field(init=False)
    _renewed: float = field(default_factory=time.monotonic)
    _acting: dict[str, tuple[float, client.Caller]] = field(default_factory=dict)

    async def caller(self, actor: str, *, fresh: bool = False) -> client.Caller:
        """Give what the actor calls with; `fresh` signs him in anew."""
        himself = {
            "stranger": self.stranger,
            "delegate himself": self.edith,
            "ex-delegate himself": self.luc,
            "delegator": self.jean,
            "suspended delegator": self.omar,
            "operator": self.operator,
        }
        if actor in himself:
            person = himself[actor]
            if fresh:
                await self.world.sign_in(person)
                self._renewed = 0.0
            return person.caller
        if actor in ("anonymous", "application"):
            return self.world.anonymous if actor == "anonymous" else self.application
        return await self._acting_token(actor)

    async def _acting_token(self, actor: str) -> client.Caller:
        when, caller = self._acting.get(actor, (0.0, self.world.anonymous))
        if time.monotonic() - when > YOUNG:
            caller = await self._act(actor)
            self._acting[actor] = time.monotonic(), caller
        return caller

    async def _act(self, actor: str) -> client.Caller:
        if actor == "delegate acting":
            return await self.edith.caller.act_for(self.jean.id)
        if actor == "delegate of another":
            return await self.ada.caller.act_for(self.lise.id)
        # The token is younger than the end of the right it was given for.
        delegation = await self.world.designate(self.jean, self.luc)
        caller = await self.luc.caller.act_for(self.jean.id)
        await self.jean.caller.call("DELETE", f"/delegation/v1/delegates/{delegation}")
        return caller

    async def renew(self) -> None:
        """Sign everybody in again when their tokens are half as old as they get."""
        if time.monotonic() - self._renewed < HALF:
            return
        self._renewed = time.monotonic()
        for person in (self.jean, self.lise, self.omar, self.edith, self.luc, self.ada, self.stranger, self.operator):
            await self.world.sign_in(person)


async def application(world: World, operator: Somebody) -> client.Caller:
    """Register an application and get a token for it."""
    name = f"essai-{ids.uuid7().hex[-8:]}"
    made = await operator.caller.post("/identity/v1/applications", {"client_id": name, "name": "Essai"}, expect=201)
    form = {"grant_type": "client_credentials", **made}
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
    jean, lise, omar = [
        await world.surveyor(*name) for name in (("Jean", "Piette"), ("Lise", "Gagnon"), ("Omar", "Ali"))
    ]
    names = (("Edith", "Descartes"), ("Luc", "Roy"), ("Ada", "Morin"), ("Sam", "Nul"), ("Eve", "Libre"))
    edith, luc, ada, stranger, spare = [await world.newcomer(*name) for name in names]
    await world.designate(jean, edith)
    of_another = await world.designate(lise, ada)
    operator = await world.operator()
    await suspend(world, operator, omar)
    number = str(int(ids.uuid7().hex[-8:], 16))
    await operator.caller.post("/cadastre/v1/files", {"number": number, "title": "Lot", "responsible": jean.id})
    app = await application(world, operator)
    return Cast(world, jean, lise, omar, edith, luc, ada, stranger, spare, operator, app, number, of_another)
