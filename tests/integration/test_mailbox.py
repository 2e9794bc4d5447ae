"""The mail sink: real SMTP in, pages and JSON out, kept between runs."""

from __future__ import annotations

from collections.abc import AsyncIterator
from email.message import EmailMessage
from pathlib import Path

import aiosmtplib
import pytest

from services import mailbox as mailboxes
from tests.support import web


def message(subject: str = "Bonjour", to: str = "jpiette@mandat.example.com", html: str = "<p>Oui</p>") -> EmailMessage:
    made = EmailMessage()
    made["Subject"], made["To"], made["From"] = subject, to, "Mandat <a@mandat.example.com>"
    made.set_content("Lien : http://mandat.example.com/verify?token=abc <fin>")
    made.add_alternative(html, subtype="html")
    return made


@pytest.fixture
async def mailbox(tmp_path: Path) -> AsyncIterator[mailboxes.Mailbox]:
    one = mailboxes.Mailbox(tmp_path / "mail")
    await one.start()
    yield one
    await one.stop()


@pytest.fixture
async def pages(mailbox: mailboxes.Mailbox) -> AsyncIterator[web.Api]:
    async with web.serving(mailbox.app(), "/mailbox") as base:
        yield web.Api(base)


async def send(mailbox: mailboxes.Mailbox, *messages: EmailMessage) -> None:
    async with aiosmtplib.SMTP(hostname="127.0.0.1", port=mailbox.port, timeout=5) as client:
        for one in messages:
            await client.send_message(one)


async def test_mail_sent_is_listed_newest_first_for_people_and_for_scripts(mailbox, pages) -> None:
    await send(mailbox, message("un"), message("deux", "edescartes@mandat.example.com"))
    found = (await pages.get("/messages.json")).json
    assert ["deux", "un"] == [one["subject"] for one in found]
    assert ["http://mandat.example.com/verify?token=abc"] == found[0]["links"]
    assert ["un"] == [one["subject"] for one in (await pages.get("/messages.json?to=JPIETTE@")).json]
    listed = await pages.get("")
    assert listed.text.index("deux") < listed.text.index("un</a>")


async def test_empty_box_says_so_in_both_languages(pages) -> None:
    text = (await pages.get("")).text
    assert "Aucun courriel" in text
    assert "No e-mail yet" in text


async def test_hostile_mail_is_shown_as_text_and_its_html_in_a_sandbox(mailbox, pages) -> None:
    await send(mailbox, message("<script>alert(1)</script>", html="<script>alert(2)</script>"))
    (mail,) = (await pages.get("/messages.json")).json
    for path in ("", f"/{mail['id']}"):
        answer = await pages.get(path)
        assert "<script>" not in answer.text
        assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    shown = await pages.get(f"/{mail['id']}/html")
    assert shown.headers["Content-Security-Policy"].startswith("sandbox;")
    assert "&lt;fin&gt;" in (await pages.get(f"/{mail['id']}")).text


@pytest.mark.parametrize("name", ["nothing", "..%2f..%2fsecrets", "%2e%2e", "*"])
async def test_mail_that_is_not_there_is_not_found(pages, name) -> None:
    for path in (f"/{name}", f"/{name}/html"):
        assert 404 == (await pages.get(path)).status


async def test_mails_are_kept_after_a_restart_and_the_oldest_go_first(mailbox, pages, tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(mailboxes, "MOST", 3)
    monkeypatch.setattr(mailboxes, "TIDY", 5)
    await send(mailbox, *(message(str(number)) for number in range(8)))
    again = mailboxes.Mailbox(tmp_path / "mail")
    assert ["7", "6", "5"] == [str(mail.message["Subject"]) for mail in again.mails()]
    assert len(list((tmp_path / "mail").iterdir())) < 8
