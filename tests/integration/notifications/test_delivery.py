"""Each e-mail once, whatever the mail server, the sender or the bus does."""

from __future__ import annotations

import asyncio
import json

import pytest

from services.notifications import rules, store, workers
from shared import ids, logging
from shared.contracts.events import delegation, identity
from tests.integration.notifications.conftest import EDITH, JEAN, TOKEN, Office
from tests.support.mail import Act

USERNAME = identity.UsernameRequested


async def said(office: Office) -> list[tuple[str, int, str | None]]:
    rows = await office.pool.fetch("select type, sequence, envelope from outbox order by id")
    found = []
    for row in rows:
        envelope = row["envelope"] if isinstance(row["envelope"], dict) else json.loads(row["envelope"])
        found.append((row["type"], row["sequence"], envelope["data"].get("reason")))
    return found


async def ask(office: Office, kind: type[identity.User] = USERNAME) -> None:
    await office.hear(office.user(EDITH, kind))


async def test_email_taken_by_the_server_is_sent_and_said(office: Office) -> None:
    await ask(office)
    assert 1 == await office.send()
    assert (["sent"], 1) == (await office.states(), len(office.server.received))
    assert [("notifications.email.sent.v1", 1, None)] == await said(office)
    assert 0 == await office.send()


@pytest.mark.parametrize("act", [Act.NEVER_AT_RCPT, Act.NEVER_AT_DATA])
async def test_email_refused_for_good_bounces_and_is_not_tried_again(office: Office, act: Act) -> None:
    office.server.next(act)
    await ask(office)
    await office.send()
    await office.due_now()
    assert (["bounced"], 0) == (await office.states(), await office.send())
    assert [("notifications.email.failed.v1", 1, "bounced")] == await said(office)


@pytest.mark.parametrize("act", [Act.LATER_AT_RCPT, Act.LATER_AT_DATA])
async def test_email_refused_for_now_goes_later_under_the_same_message_id(office: Office, act: Act) -> None:
    office.server.next(act, act)
    await ask(office)
    for attempt in (1, 2):
        await office.send()
        (row,) = await office.rows("state, attempts, extract(epoch from send_after - now()) as pause, created_at, id")
        planned = rules.BACKOFF[attempt - 1]
        assert ("queued", attempt) == (row["state"], row["attempts"])
        assert planned * 0.7 <= row["pause"] <= planned * 1.3
        await office.due_now()
    await office.send()
    assert (["sent"], 1) == (await office.states(), len(office.server.received))


async def test_email_fails_after_its_last_attempt(office: Office) -> None:
    attempts = len(rules.BACKOFF) + 1
    office.server.next(*[Act.LATER_AT_DATA] * attempts)
    await ask(office)
    for _ in range(attempts):
        await office.send()
        await office.due_now()
    assert ["failed"] == await office.states()
    assert [("notifications.email.failed.v1", 1, "failed")] == await said(office)


@pytest.mark.parametrize("act", [Act.LOSE_ANSWER, Act.HANG])
async def test_email_whose_answer_is_lost_goes_once_more_under_the_same_message_id(office: Office, act: Act) -> None:
    office.server.next(act)
    await ask(office)
    await office.send()
    assert ["queued"] == await office.states()
    await office.due_now()
    await office.send()
    assert ["sent"] == await office.states()
    assert 1 == len({message["Message-ID"] for message in office.server.received})
    assert 2 == len(office.server.received)


async def test_email_whose_answer_is_lost_twice_ends_as_unknown(office: Office) -> None:
    office.server.next(Act.LOSE_ANSWER, Act.LOSE_ANSWER)
    await ask(office)
    await office.send()
    await office.due_now()
    await office.send()
    await office.due_now()
    assert (["unknown"], 0) == (await office.states(), await office.send())
    assert [("notifications.email.failed.v1", 1, "unknown")] == await said(office)


async def test_email_whose_sender_died_twice_ends_as_unknown_at_that_moment(office: Office) -> None:
    await ask(office)
    for _ in range(2):
        await store.claim_emails(office.pool, ids.uuid7(), 1)
        await office.pool.execute("update email set lease_until = now() - interval '1 second'")
        await workers.take_back(office.pool)
    (row,) = await office.rows()
    assert ("unknown", True) == (row["state"], row["ended_at"] is not None)


async def test_server_that_hangs_up_after_one_email_gets_the_next_on_a_new_line(office: Office) -> None:
    office.server.next(Act.CLOSE_AFTER, Act.TAKE)
    await ask(office)
    await ask(office)
    await office.send()
    await office.due_now()
    await office.send()
    assert {"sent"} == set(await office.states())


async def test_server_that_is_away_costs_nothing_but_time(office: Office) -> None:
    office.settings = office.settings.model_copy(update={"smtp_port": 1})
    await ask(office)
    await office.send()
    (row,) = await office.rows("state, unknowns, created_at, id")
    assert ("queued", 0) == (row["state"], row["unknowns"])


async def test_same_event_twice_is_one_email(office: Office) -> None:
    once = office.delivery(office.user(EDITH, USERNAME))
    await office.hear(once, once)
    await office.hear(once)
    assert 1 == len(await office.rows())


async def test_email_that_a_restored_database_forgot_has_the_same_message_id_when_it_is_asked_for_again(
    office: Office,
) -> None:
    asked = office.delivery(office.user(EDITH, USERNAME))
    for _ in range(2):
        await office.hear(asked)
        await office.send()
        await office.pool.execute("delete from email; delete from inbox")
    identifiers = [message["Message-ID"] for message in office.server.received]
    assert (2, 1) == (len(identifiers), len(set(identifiers)))


async def test_two_senders_send_each_email_once(office: Office) -> None:
    await office.hear(*(office.delegation(delegation.DelegateAdded) for _ in range(20)))
    one, other = office.sender(), office.sender()
    while sum(await asyncio.gather(one.send_due(), other.send_due())):
        pass
    identifiers = [message["Message-ID"] for message in office.server.received]
    assert (40, 40) == (len(identifiers), len(set(identifiers)))


async def test_email_of_a_sender_that_died_goes_once_more_and_the_dead_one_writes_nothing(office: Office) -> None:
    await ask(office)
    dead = ids.uuid7()
    (row,) = await store.claim_emails(office.pool, dead, 5)
    await workers.take_back(office.pool)
    assert ["sending"] == await office.states()
    await office.pool.execute("update email set lease_until = now() - interval '1 second'")
    await workers.take_back(office.pool)
    assert ["queued"] == await office.states()
    async with office.pool.transaction() as connection:
        assert await store.end_email(connection, row["id"], dead, "sent", "late") is None
    await office.send()
    assert (["sent"], row["message_id"]) == (await office.states(), office.server.received[0]["Message-ID"])


@pytest.mark.parametrize("act", [Act.TAKE, Act.NEVER_AT_DATA])
async def test_secret_is_erased_once_the_email_has_ended_and_never_logged(office: Office, act: Act, capsys) -> None:
    logging.configure("notifications", "debug")
    office.server.next(act)
    await ask(office, identity.UserRegistered)
    sealed = (await office.rows())[0]["sealed"]
    assert TOKEN not in sealed
    await office.send()
    assert [None] == [row["sealed"] for row in await office.rows()]
    out = capsys.readouterr().out
    for secret in (TOKEN, sealed, EDITH.email):
        assert secret not in out
    assert TOKEN not in str(await said(office))
    line = next(json.loads(line) for line in out.splitlines() if "e-mail ended" in line)
    assert ("corr-7", "verification") == (line["correlation_id"], line["template"])


async def test_alerts_on_one_file_that_wait_become_one_email_with_their_number(office: Office) -> None:
    await office.hear(office.user(JEAN))
    await asyncio.gather(*(office.hear(office.alert(str(number))) for number in range(12)))
    await office.hear(office.alert("other", file_number="77"))
    await office.due_now()
    await office.send()
    subjects = sorted(str(message["Subject"]) for message in office.server.received)
    assert ["12 nouveautés au dossier 1093112", "Message au dossier 77"] == subjects


async def test_alert_after_the_email_has_left_is_another_email(office: Office) -> None:
    await office.hear(office.user(JEAN), office.alert("1"))
    await office.due_now()
    await office.send()
    await office.hear(office.alert("2"))
    await office.due_now()
    await office.send()
    assert 2 == len(office.server.received)


async def test_many_emails_of_a_kind_to_one_address_are_delayed_not_lost_and_urgent_ones_go(office: Office) -> None:
    await office.hear(office.user(JEAN))
    await office.hear(*(office.alert(str(number), file_number=str(number)) for number in range(25)))
    delayed = await office.pool.fetchval("select count(*) from email where send_after > now() + interval '30 minutes'")
    assert (25, 15) == (len(await office.rows()), delayed)
    await office.hear(*(office.user(EDITH, USERNAME) for _ in range(12)))
    assert 12 == await office.send()
