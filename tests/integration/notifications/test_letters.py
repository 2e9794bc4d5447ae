"""What each event writes, to whom, in which language."""

from __future__ import annotations

import re
import unicodedata
from importlib import resources

import pytest

from services.notifications import emails
from shared import ids
from shared.contracts.events import accounts, audit, companies, delegation, identity
from tests.integration.notifications import money
from tests.integration.notifications.conftest import EDITH, JEAN, NOON, PIERRE, PIN, TOKEN, Office, person

LINK = "http://mandat.example.com/fr/{}?token=" + TOKEN


def texts(message) -> tuple[str, str]:
    return message.get_body(("plain",)).get_content(), message.get_body(("html",)).get_content()


async def only(office: Office):
    await office.send()
    (message,) = office.server.received
    return message


@pytest.mark.parametrize(
    ("kind", "subject", "words"),
    [
        (identity.UserRegistered, "Vérifiez votre adresse courriel", LINK.format("verify")),
        (identity.RegistrationRepeated, "Vous avez déjà un identifiant", "edescartes"),
        (identity.UsernameRequested, "Votre nom d’utilisateur", "edescartes"),
        (identity.PasswordResetRequested, "Choisissez un nouveau mot de passe", LINK.format("reset")),
    ],
)
async def test_event_of_a_user_writes_to_him(office: Office, kind, subject, words) -> None:
    await office.hear(office.user(EDITH, kind))
    message = await only(office)
    assert (subject, "Édith Descartes <edescartes@mandat.example.com>") == (message["Subject"], message["To"])
    assert words in texts(message)[0]
    assert words in texts(message)[1]


async def test_password_changed_tells_the_user_what_to_do_if_it_was_not_him(office: Office) -> None:
    await office.hear(office.user(PIERRE, identity.PasswordChanged, changed_at=NOON, by_recovery=False))
    message = await only(office)
    assert "Your password was changed" == message["Subject"]
    assert "If it was not you" in texts(message)[0]
    assert "November 24, 2026 at 12:05 p.m." in " ".join(texts(message)[0].split())


async def test_verification_of_a_new_address_goes_to_that_address(office: Office) -> None:
    await office.hear(office.user(EDITH, identity.VerificationRequested, sent_to="neuve@mandat.example.com"))
    assert "neuve@mandat.example.com" in (await only(office))["To"]


async def test_address_changed_tells_the_former_one(office: Office) -> None:
    await office.hear(office.user(EDITH, identity.EmailChanged, former_email="ancienne@mandat.example.com"))
    assert "ancienne@mandat.example.com" in (await only(office))["To"]


@pytest.mark.item("O3")
@pytest.mark.parametrize("kind", [accounts.LicenceImported, accounts.PinIssued])
async def test_licence_imported_or_reissued_sends_the_pin_to_the_address_of_the_roster(office: Office, kind) -> None:
    await office.hear(office.licence(kind))
    message = await only(office)
    assert "tableau@mandat.example.com" in message["To"]
    for text in texts(message):
        assert PIN in text
        assert "5003" in text


@pytest.mark.parametrize(
    ("kind", "subject"),
    [
        (accounts.LicenceGranted, "Votre permis est associé à votre identifiant"),
        (accounts.LicenceSuspended, "Votre permis est suspendu"),
        (accounts.LicenceReinstated, "Votre permis est rétabli"),
    ],
)
async def test_licence_of_a_surveyor_writes_to_his_own_address(office: Office, kind, subject) -> None:
    await office.hear(office.user(JEAN), office.licence(kind, JEAN))
    message = await only(office)
    assert (subject, True) == (message["Subject"], JEAN.email in message["To"])


@pytest.mark.item("Q28")
async def test_delegate_added_tells_both_each_in_his_language(office: Office) -> None:
    await office.hear(office.delegation(delegation.DelegateAdded, PIERRE))
    await office.send()
    told = {message["To"].addresses[0].addr_spec: message for message in office.server.received}
    assert {JEAN.email, PIERRE.email} == set(told)
    assert "Vous avez ajouté un délégataire" == told[JEAN.email]["Subject"]
    assert "You were designated as a delegate" == told[PIERRE.email]["Subject"]
    assert "Pierre Quiroule" in texts(told[JEAN.email])[0]
    assert "Jean Piette" in texts(told[PIERRE.email])[0]


@pytest.mark.item("Q29")
async def test_delegate_removed_tells_both(office: Office) -> None:
    """Decision 3: revoking also e-mails both sides."""
    await office.hear(office.delegation(delegation.DelegateRemoved))
    await office.send()
    subjects = {message["To"].addresses[0].addr_spec: str(message["Subject"]) for message in office.server.received}
    assert {JEAN.email: "Vous avez supprimé un délégataire", EDITH.email: "Votre délégation a pris fin"} == subjects


@pytest.mark.item("Q11")
async def test_alert_tells_the_surveyor_responsible_and_nobody_else(office: Office) -> None:
    await office.hear(office.user(JEAN), office.user(EDITH), office.alert())
    await office.due_now()
    message = await only(office)
    assert ("Message au dossier 1093112", True) == (message["Subject"], JEAN.email in message["To"])


async def test_event_before_its_recipient_is_known_waits_and_is_not_lost(office: Office) -> None:
    await office.hear(office.alert())
    assert ([], 1) == (await office.rows(), await office.pool.fetchval("select count(*) from retry"))


async def all_of_them(office: Office, who) -> None:
    """Make every e-mail there is, in one person's language."""
    moment = {"changed_at": "2026-11-24T17:05:00Z", "by_recovery": True}
    more = {
        identity.PasswordChanged: moment,
        identity.VerificationRequested: {"sent_to": who.email},
        identity.EmailChanged: {"former_email": who.email},
    }
    for kind in {row.event for row in emails.EMAILS if issubclass(row.event, identity.User)}:
        await office.hear(office.user(who, kind, **more.get(kind, {})))
    for kind in {row.event for row in emails.EMAILS if issubclass(row.event, accounts.Licence)}:
        await office.hear(office.licence(kind, who, language=who.language))
    await office.hear(office.user(JEAN.model_copy(update={"language": who.language})))
    ours = {row.event for row in emails.EMAILS if row.event.__module__ == companies.__name__}
    for kind in {event for event in ours if issubclass(event, companies.Account)}:
        await office.hear(office.company(kind, who, managers=(who.id, JEAN.id), operators=(who.id,)))
    await office.hear(office.company(companies.MemberJoined, JEAN, managers=(who.id, JEAN.id)))
    await office.hear(companies.GuessingDetected(id=ids.uuid7(), operators=(who.id,)))
    for kind in (delegation.DelegateAdded, delegation.DelegateRemoved):
        event = office.delegation(kind, who).model_copy(update={"delegator": who})
        await office.hear(event)
    for about in ("file", "application"):
        await office.hear(office.alert(about, responsible=who.id, about=about))
    await office.hear(*money.everything(who))
    export = {"id": ids.uuid7(), "asked_by": who.id, "format": "pdf", "rows": 3, "size": 9, "expires_at": NOON}
    await office.hear(audit.ExportReady.model_validate(export))
    await office.due_now()
    while await office.send():
        pass


@pytest.mark.parametrize("language", ["fr", "en"])
async def test_every_email_says_who_when_why_and_what_if_it_was_not_you(office: Office, language) -> None:
    who = person(7, "Édith", "O’Neil-Côté", language)
    await all_of_them(office, who)
    outcomes = {(row["template"], row["state"], row["last_reply"]) for row in await office.rows()}
    assert {(name, "sent", "250 taken") for name in emails.TEMPLATES} == outcomes
    why = "Vous recevez ce courriel" if language == "fr" else "You receive this e-mail"
    for message in office.server.received:
        plain, html = texts(message)
        assert (language, "auto-generated") == (message["Content-Language"], message["Auto-Submitted"])
        assert f'<html lang="{language}">' in html
        assert why in " ".join(plain.split())
        assert any(name in plain for name in ("O’Neil-Côté", "Piette", "LMS"))
        assert "mandat.example.com" in plain
        assert all(len(line) <= 78 or "http" in line for line in plain.splitlines()), plain
        words = re.sub(r"<[^>]+>|&[#\w]+;", " ", html.split("<body")[1])
        for part in re.findall(r"[\wéèàç’-]{4,}", plain.split("-- ")[0]):
            assert part in words, part
        if language == "fr":
            assert not re.search(r" [;:!?»]|« |\w'\w", plain), plain


ACTED_ON = (
    "verification",
    "password-reset",
    "file-alert",
    "application-alert",
    "fee-due",
    "payment-failed",
    "claim-announced",
    "takeover-announced",
    "export-ready",
)
"""E-mails with a button."""


@pytest.mark.parametrize("path", [f"{name}/{language}.txt" for name in emails.TEMPLATES for language in ("fr", "en")])
def test_template_has_its_parts(path) -> None:
    text = (resources.files("services.notifications") / "templates" / path).read_text()
    for block in ("subject", "body", "not_you", "reason"):
        assert f"{{% block {block} %}}" in text
    name = path.split("/")[0]
    assert ("{{ pin }}" in text) is (name in ("pin-notice", "account-pin-notice"))
    assert ("block action" in text) is (name in ACTED_ON)


BAD = ["\r\n", "\n", "\r", "\0", "\u2028", "\u2029", "\x0b", "\x85", "\u202e", "\u200b"]


@pytest.mark.parametrize("sign", BAD, ids=[f"U+{ord(sign[0]):04X}" for sign in BAD])
@pytest.mark.parametrize("where", ["first_name", "last_name"])
async def test_name_with_signs_that_end_a_header_adds_none(office: Office, sign, where) -> None:
    evil = f"Jean{sign}Bcc: victime@mandat.example.com{sign}X-Evil: 1"
    who = EDITH.model_copy(update={where: evil.replace("\0", "") if sign == "\0" else evil})
    await office.hear(office.user(who, identity.UsernameRequested))
    message = await only(office)
    assert (None, None, 1) == (message["Bcc"], message["X-Evil"], len(message["To"].addresses))
    assert EDITH.email == message["To"].addresses[0].addr_spec
    header = str(message["To"]) + str(message["Subject"])
    assert [] == [one for one in header if unicodedata.category(one) in ("Cc", "Zl", "Zp")]


async def test_name_that_is_an_encoded_word_adds_no_header(office: Office) -> None:
    evil = "=?utf-8?q?Jean=0D=0ABcc=3A_victime=40mandat.example.com=0D=0A?="
    await office.hear(office.user(EDITH.model_copy(update={"first_name": evil}), identity.UsernameRequested))
    message = await only(office)
    assert (None, 1) == (message["Bcc"], len(message["To"].addresses))
    assert EDITH.email == message["To"].addresses[0].addr_spec


async def test_name_with_markup_is_text_in_html(office: Office) -> None:
    who = EDITH.model_copy(update={"first_name": '<b>&"x'})
    await office.hear(office.user(who, identity.UsernameRequested))
    plain, html = texts(await only(office))
    assert '<b>&"x' in plain
    assert "<b>" not in html
    assert "&lt;b&gt;" in html
