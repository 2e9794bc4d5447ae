"""S7: an honest client that refreshes many times at once stays in; a stolen token ends the session."""

from __future__ import annotations

import asyncio
import time

import pytest

from tests.attacks.street import Street
from tests.chaos import scorecard
from tests.journeys.world import Somebody

AT_ONCE = 50
LATER = """
update refresh set used_at = used_at - interval '2 minutes'
where used_at is not null and session_id in (select session.id from session join person on person.id = person_id
    where username = $1)
"""


async def refresh(street: Street, token: str) -> tuple[int, str]:
    """Exchange a refresh token; give the status and the next one."""
    answer = await street.call("POST", "/identity/v1/sessions/refresh", json={"refresh_token": token})
    return answer.status, answer.body.get("refresh_token", "")


async def races(street: Street, person: Somebody, times: int) -> int:
    """Refresh fifty times at once, again and again with what came; count the rounds in which somebody was put out."""
    out, token = 0, person.refresh_token
    for _ in range(times):
        answers = await asyncio.gather(*(refresh(street, token) for _ in range(AT_ONCE)))
        successors = {one for status, one in answers if status == 200}
        if {status for status, _ in answers} != {200} or len(successors) != 1:
            out += 1
            token = (await street.world.sign_in(person)).refresh_token
        else:
            (token,) = successors
    return out


@pytest.mark.timeout(1800)
async def test_fifty_refreshes_at_once_put_nobody_out(street: Street):
    person = await street.world.newcomer("Édith", "Descartes")
    out = await races(street, person, times := scorecard.count(10, 1000))
    assert out == 0
    scorecard.note("S7", f"{AT_ONCE} refreshes at once", times, put_out=out)


async def test_stolen_token_used_after_the_grace_ends_the_session_at_once(street: Street):
    person = await street.world.newcomer("Pierre", "Quiroule")
    longest = 0.0
    for _ in range(times := scorecard.count(5, 50)):
        await street.world.sign_in(person)
        status, successor = await refresh(street, person.refresh_token)
        assert status == 200
        await street.execute("identity", LATER, person.username)
        began = time.monotonic()
        stolen, _ = await refresh(street, person.refresh_token)
        honest, _ = await refresh(street, successor)
        longest = max(longest, time.monotonic() - began)
        assert (stolen, honest, (await person.caller.call("GET", "/identity/v1/me")).status) == (401, 401, 401)
    scorecard.note("S7", "stolen token after two minutes", times, family_ended=times, seconds=round(longest, 2))


async def test_planted_rotation_in_two_steps_puts_honest_clients_out(sick: Street):
    person = await sick.world.newcomer("Édith", "Descartes")
    out = await races(sick, person, 3)
    assert out > 0
    scorecard.note("S7", "control: read_then_write", 3, put_out=out)
