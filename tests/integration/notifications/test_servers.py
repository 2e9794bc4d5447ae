"""Mail servers as they are met: slow, without extensions, refusing us rather than the recipient."""

from __future__ import annotations

import asyncio

import pytest
from pydantic import SecretStr

from services.notifications import rules, workers
from shared import ids
from shared.contracts.events import accounts, identity
from tests.integration.notifications.conftest import EDITH, Office
from tests.support.mail import Act


async def ask(office: Office) -> None:
    await office.hear(office.user(EDITH, identity.UsernameRequested))


def told(office: Office, **more: object) -> None:
    office.settings = office.settings.model_copy(update=more)


@pytest.mark.parametrize("act", [Act.NEVER_AT_GREETING, Act.NEVER_AT_AUTH, Act.NEVER_AT_MAIL])
async def test_refusal_for_good_that_is_not_about_the_recipient_is_tried_again(office: Office, act: Act) -> None:
    office.server.talents = ("AUTH PLAIN",)
    told(office, smtp_username="mandat", smtp_password=SecretStr("canari-courriel"))
    office.server.next(act)
    await ask(office)
    await office.send()
    (row,) = await office.rows(
        "state, last_reply, attempts, extract(epoch from send_after - now()) as pause, created_at, id"
    )
    assert ("queued", 1, act.value[:3]) == (row["state"], row["attempts"], row["last_reply"][:3])
    assert rules.BACKOFF[0] * 0.7 <= row["pause"] <= rules.BACKOFF[0] * 1.3
    await office.due_now()
    await office.send()
    assert (["sent"], 1) == (await office.states(), len(office.server.received))


async def test_attempt_takes_no_longer_than_it_may_though_every_command_is_answered_in_time(office: Office) -> None:
    office.server.slow = 0.3
    told(office, smtp_timeout=5.0, smtp_longest=0.7)
    await ask(office)
    await office.send()
    (row,) = await office.rows("state, unknowns, last_reply, created_at, id")
    assert ("queued", 0, "TimeoutError") == (row["state"], row["unknowns"], row["last_reply"])
    assert [] == office.server.received


async def test_email_in_accents_reaches_a_server_that_takes_seven_bits_only(office: Office) -> None:
    office.server.talents = ()
    await ask(office)
    await office.send()
    (raw,), (message,) = office.server.raw, office.server.received
    assert raw.isascii()
    for kind in ("plain", "html"):
        assert "Édith Descartes" in message.get_body((kind,)).get_content()


async def test_sender_leaves_alone_what_another_took_over_meanwhile(office: Office, monkeypatch) -> None:
    monkeypatch.setattr(workers, "LEASE", 0.0)
    office.server.next(Act.HANG)
    await ask(office)
    await ask(office)
    sending = asyncio.create_task(office.send())
    async with asyncio.timeout(20):
        while not office.server.received:
            await asyncio.sleep(0.01)
    other = "update email set owner = $1 where state = 'sending' and message_id <> $2"
    assert "UPDATE 1" == await office.pool.execute(other, ids.uuid7(), office.server.received[0]["Message-ID"])
    await sending
    assert (["queued", "sending"], 1) == (sorted(await office.states()), len(office.server.received))


async def test_pins_of_a_roster_go_after_what_somebody_waits_for(office: Office) -> None:
    await office.hear(*(office.licence(accounts.LicenceImported, email=f"a{n}@example.com") for n in range(45)))
    await office.hear(
        *(office.user(EDITH, kind) for kind in (identity.PasswordResetRequested, identity.UserRegistered))
    )
    await office.hear(office.licence(accounts.PinIssued))
    assert workers.AT_ONCE == await office.send()
    first = sorted(str(message["Subject"]) for message in office.server.received[:3])
    wanted = ["Choisissez un nouveau mot de passe", "Votre NIP d’arpenteur-géomètre", "Vérifiez votre adresse courriel"]
    assert sorted(wanted) == first
    assert "tableau@mandat.example.com" in str([message["To"] for message in office.server.received[:3]])
    while await office.send():
        pass
    assert {"sent"} == set(await office.states())
