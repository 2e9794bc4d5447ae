"""M2: whatever the mail server says, each e-mail ends in its right state, after the waits that are planned."""

from __future__ import annotations

import pytest

from services.notifications import rules
from shared.contracts.events import identity
from tests.chaos import scorecard
from tests.integration.notifications.conftest import EDITH, Office
from tests.support.mail import Act

LATER = [Act.LATER_AT_DATA, Act.LATER_AT_RCPT, Act.LATER_AT_DATA, Act.LATER_AT_RCPT, Act.LATER_AT_DATA]
FATES = {
    "later five times, then taken": ([*LATER, Act.TAKE], "sent", 1),
    "never": ([Act.NEVER_AT_RCPT], "bounced", 0),
    "never after DATA": ([Act.NEVER_AT_DATA], "bounced", 0),
    "no answer after DATA, then taken": ([Act.HANG, Act.TAKE], "sent", 2),
    "answer lost, then taken": ([Act.LOSE_ANSWER, Act.TAKE], "sent", 2),
}
WAIT = "select extract(epoch from send_after - clock_timestamp())::float8 from email where state = 'queued'"
NEARLY = 3.0
"""Seconds that may pass between the writing of a time and its reading."""


async def lived(office: Office, acts: list[Act]) -> tuple[list[float], str]:
    """Have one e-mail meet these answers; give the waits between attempts and its last state."""
    office.server.next(*acts)
    await office.hear(office.user(EDITH, identity.UsernameRequested))
    waits = []
    for _ in acts:
        await office.send()
        waits.append(await office.pool.fetchval(WAIT))
        await office.due_now()
    state = (await office.states())[-1]
    await office.pool.execute("delete from email")
    return [wait for wait in waits if wait is not None], state


@pytest.mark.parametrize("fate", FATES)
async def test_email_of_each_fate_ends_as_it_should_after_the_planned_waits(office: Office, fate: str) -> None:
    acts, state, copies = FATES[fate]
    for _ in range(times := scorecard.count(2, 20)):
        office.server.received.clear()
        waits, found = await lived(office, acts)
        assert (state, copies) == (found, len(office.server.received))
        assert len({message["Message-ID"] for message in office.server.received}) == min(copies, 1)
        if copies == 1:
            planned = zip(waits, rules.BACKOFF, strict=False)
            assert all(plan * 0.8 - NEARLY <= wait <= plan * 1.2 for wait, plan in planned)
    scorecard.note("M2", fate, times, wrong_state=0, attempts=len(acts))


async def test_email_whose_refusal_is_taken_for_a_delay_ends_in_another_state(office: Office, monkeypatch) -> None:
    monkeypatch.setattr(rules, "is_final", lambda code: False)
    _, state = await lived(office, [Act.NEVER_AT_RCPT])
    assert state == "queued"
    scorecard.note("M2", "control: nothing is final", 1, wrong_state=1)
