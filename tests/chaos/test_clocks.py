"""R20: a process whose clock is ten minutes wrong loses, doubles and refuses nothing, and issues tokens in time."""

from __future__ import annotations

import base64
import json
import re
import time
from datetime import UTC, datetime

import pytest

from tests.chaos import scorecard
from tests.chaos.ledger import RIGHT
from tests.chaos.load import Load
from tests.chaos.system import System

pytestmark = [pytest.mark.broker, pytest.mark.slow, pytest.mark.timeout(1800)]

WRONG = 600
NAMES = ("identity", "delegation", "notifications", "audit")
WRITTEN = re.compile(r'"timestamp": ?"([^"]+)"')


def claims(token: str | None) -> dict[str, int]:
    """Read what a token says, unverified."""
    part = str(token).split(".")[1]
    found: dict[str, int] = json.loads(base64.urlsafe_b64decode(part + "=="))
    return found


def errs(system: System, name: str) -> float:
    """Tell by how many seconds a process errs, by the last line it wrote."""
    written = datetime.fromisoformat(WRITTEN.findall(system.programs[name].output())[-1])
    return (written - datetime.now(UTC)).total_seconds()


async def turned(system: System, load: Load, name: str, skew: int) -> list[float]:
    """Live with one clock that is wrong; give by how many seconds tokens are issued too early or too late."""
    await system.kill(name)
    await system.again(name, skew=skew)
    assert abs(errs(system, name) - skew) < WRONG / 2, f"inconclusive: the clock of {name} is right"
    await system.sign_in()
    surveyor, delegate = system.surveyors[0], system.delegates[0]
    await load.turn(surveyor, delegate)
    await load.end(surveyor, delegate)
    delegation = await load.designate(surveyor, delegate)
    acting = await delegate.caller.act_for(surveyor.id)
    reserved = await acting.call("POST", "/cadastre/v1/lot-reservations", json={"lots": 1})
    assert reserved.status == 201, reserved
    await load.remove(surveyor, delegate, str(delegation))
    return [abs(claims(token)["iat"] - time.time()) for token in (surveyor.caller.token, acting.token)]


@pytest.mark.parametrize("skew", [WRONG, -WRONG])
async def test_system_with_a_clock_that_is_wrong_loses_doubles_and_refuses_nothing(system, load, ledger, skew: int):
    worst = 0.0
    names = NAMES if scorecard.FULL or skew < 0 else NAMES[:2]
    for name in names:
        worst = max(worst, *(await turned(system, load, name, skew)))
        await system.kill(name)
        await system.again(name)
    # Between issue and reading lies the work of the test, never ten minutes.
    assert (await ledger.closed(load), worst < WRONG / 5) == (RIGHT, True), load.odd
    scorecard.note("R20", f"clock wrong by {skew:+} s", len(names), lost=0, doubled=0, refused=0)


async def test_system_that_goes_by_its_own_clock_refuses_good_tokens(system: System):
    await system.kill("identity")
    await system.again("identity", skew=WRONG, sabotage="own-clock")
    person = system.delegates[0]
    body = {"username": person.username, "password": person.passphrase}
    tokens = await system.world.anonymous.post("/identity/v1/sessions", body)
    caller = system.world.anonymous.with_token(tokens["access_token"])
    answer = await caller.call("GET", "/delegation/v1/me")
    await system.kill("identity")
    await system.again("identity")
    assert answer.status == 401
    scorecard.note("R20", "control: own-clock", 1, refused=1)
