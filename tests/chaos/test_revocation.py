"""S9: a revocation that is answered holds: at its owner, at a connected application, with the broker up and away."""

from __future__ import annotations

import asyncio
import random
import time
from dataclasses import dataclass, field

import pytest

from services import client
from shared.contracts.audiences import ACCESS_TOKEN, TOKEN_EXCHANGE
from tests.chaos import scorecard
from tests.chaos.load import Load
from tests.chaos.system import System
from tests.journeys.world import Somebody

pytestmark = [pytest.mark.broker, pytest.mark.slow, pytest.mark.timeout(1800)]

RESERVE = "/cadastre/v1/lot-reservations"


@dataclass
class Watch:
    """What was asked by service: when it was asked, and whether it was allowed."""

    asked: dict[str, list[tuple[float, bool]]] = field(
        default_factory=lambda: {"decisions": [], "tokens": [], "cadastre": []}
    )

    def note(self, service: str, began: float, answer: client.Answer) -> None:
        """Keep an answer; one that says neither yes nor no tells nothing."""
        allowed = bool(answer.body["decision"]) if service == "decisions" else answer.status in (200, 201)
        refused = answer.status in (200, 403)
        assert allowed or refused, answer
        self.asked[service].append((began, allowed))

    def late(self, revoked: float) -> dict[str, float]:
        """Give by service for how long after the revocation something asked was allowed; 0 for not at all."""
        late = {}
        for service, asked in self.asked.items():
            after = [one for one in asked if one[0] > revoked]
            assert any(allowed for began, allowed in asked if began <= revoked), f"inconclusive: {service} before"
            assert after, f"inconclusive: {service} after"
            late[service] = max((began - revoked for began, allowed in after if allowed), default=0.0)
        return late


async def application(system: System) -> client.Caller:
    """Be the connected application."""
    secret = (system.apart.folder / "secrets/cadastre.secret").read_text().strip()
    form = {"grant_type": "client_credentials", "client_id": "cadastre", "client_secret": secret}
    answer = await system.world.anonymous.call("POST", "/identity/v1/token", data=form)
    return system.world.anonymous.with_token(answer.body["access_token"])


class Asking:
    """Somebody who acts all the time, and an application that asks whether he may."""

    def __init__(self, surveyor: Somebody, delegate: Somebody, app: client.Caller) -> None:
        self.surveyor, self.delegate, self._app = surveyor, delegate, app
        self.watch, self.stop = Watch(), asyncio.Event()

    async def decisions(self) -> client.Answer:
        question = {
            "subject": {"type": "user", "id": self.delegate.id},
            "action": {"name": "lot-reservation"},
            "resource": {"type": "surveyor", "id": self.surveyor.id},
        }
        return await self._app.call("POST", "/delegation/access/v1/evaluation", json=question)

    async def tokens(self) -> client.Answer:
        form = {
            "grant_type": TOKEN_EXCHANGE,
            "subject_token": self.delegate.caller.token,
            "subject_token_type": ACCESS_TOKEN,
            "delegator": self.surveyor.id,
        }
        return await self.delegate.caller.call("POST", "/delegation/v1/token", data=form)

    async def go_on(self, service: str, ask) -> None:
        """Ask until told to stop."""
        while not self.stop.is_set():
            began = time.monotonic()
            self.watch.note(service, began, await ask())

    async def until_asked(self, number: int, since: float = 0.0) -> None:
        """Wait until each was asked so often since a moment."""
        while any(sum(began > since for began, _ in asked) < number for asked in self.watch.asked.values()):
            await asyncio.sleep(0.01)


async def revoked_under_load(system: System, load: Load, app: client.Caller) -> dict[str, float]:
    """Designate, let the delegate act all the time, revoke, let him go on; give by service how late it was."""
    surveyor, delegate = random.choice(system.surveyors), random.choice(system.delegates)
    await load.end(surveyor, delegate)
    delegation = await load.designate(surveyor, delegate)
    assert delegation, load.odd
    asking = Asking(surveyor, delegate, app)
    acting = await delegate.caller.act_for(surveyor.id)
    ways = {
        "decisions": asking.decisions,
        "tokens": asking.tokens,
        "cadastre": lambda: acting.call("POST", RESERVE, json={"lots": 1}),
    }
    async with asyncio.TaskGroup() as group:
        for service, ask in ways.items():
            group.create_task(asking.go_on(service, ask))
        await asking.until_asked(3)
        await load.remove(surveyor, delegate, delegation)
        revoked = time.monotonic()
        await asking.until_asked(3, revoked)
        asking.stop.set()
    return asking.watch.late(revoked)


async def latest(system: System, load: Load, times: int) -> dict[str, float]:
    """Revoke so often; give by service the latest that anything was allowed."""
    worst: dict[str, float] = {}
    for turn in range(times):
        if turn % 50 == 0:
            await system.sign_in()
            app = await application(system)
        for service, late in (await revoked_under_load(system, load, app)).items():
            worst[service] = max(worst.get(service, 0.0), late)
    return worst


NOTHING = {"decisions": 0.0, "tokens": 0.0, "cadastre": 0.0}


async def test_revocation_under_load_is_final_when_it_is_answered(system: System, load: Load):
    worst = await latest(system, load, times := scorecard.count(10, 1000))
    assert worst == NOTHING
    scorecard.note("S9", "revoked under load", times, allowed_after=0, latest_s=0.0)


async def test_revocation_with_the_broker_away_is_final_when_it_is_answered(system: System, load: Load, ledger):
    system.to_broker.refusing = True
    cut = system.to_broker.cut()
    try:
        worst = await latest(system, load, times := scorecard.count(5, 200))
    finally:
        system.to_broker.refusing = False
    assert (worst, cut > 0) == (NOTHING, True)
    await ledger.settle()
    scorecard.note("S9", "revoked with the broker away", times, allowed_after=0, latest_s=0.0)


async def test_application_that_cannot_ask_the_owner_does_nothing(system: System, load: Load):
    surveyor, delegate = system.surveyors[0], system.delegates[0]
    await load.end(surveyor, delegate)
    delegation = await load.designate(surveyor, delegate)
    acting = await delegate.caller.act_for(surveyor.id)
    before = await acting.call("POST", RESERVE, json={"lots": 1})
    await system.kill("delegation")
    away = await acting.call("POST", RESERVE, json={"lots": 1})
    await system.again("delegation")
    await load.remove(surveyor, delegate, str(delegation))
    assert (before.status, away.status) == (201, 503)
    scorecard.note("S9", "owner of delegations away", 1, allowed=0)


async def test_application_that_keeps_decisions_lets_a_revoked_delegate_act(system: System, load: Load):
    await system.kill("cadastre")
    await system.again("cadastre", sabotage="remembered-decisions")
    late = await revoked_under_load(system, load, await application(system))
    await system.kill("cadastre")
    await system.again("cadastre")
    assert late["cadastre"] > 0
    scorecard.note("S9", "control: remembered-decisions", 1, latest_s=round(late["cadastre"], 2))
