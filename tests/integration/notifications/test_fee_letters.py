"""What fees, payments, bank details and applications write, to whom, in which language."""

from __future__ import annotations

from typing import Any

import pytest

from shared.contracts.events import fees, identity
from tests.integration.notifications.conftest import EDITH, JEAN, NOON, PIERRE, Office
from tests.integration.notifications.money import bank, payment, posted


def text(message: Any) -> str:
    return " ".join(message.get_body(("plain",)).get_content().split())


async def known(office: Office) -> None:
    for who in (JEAN, EDITH, PIERRE):
        await office.hear(office.user(who, identity.UserVerified))


async def received(office: Office) -> dict[str, Any]:
    await office.due_now()
    await office.send()
    return {message["To"].partition(" <")[0]: message for message in office.server.received}


async def test_posted_fee_tells_everyone_who_may_pay_in_his_language_and_nobody_else(office: Office) -> None:
    await known(office)
    await office.hear(posted(JEAN.id, PIERRE.id))
    found = await received(office)
    assert {"Jean Piette", "Pierre Quiroule"} == set(found)
    french, english = (text(found[name]) for name in ("Jean Piette", "Pierre Quiroule"))
    assert "Frais à payer : 1 234,50 $ pour P-2026-000123" == " ".join(found["Jean Piette"]["Subject"].split())
    assert "Permis de piscine, 1 234,50 $," in french
    assert "31 janvier 2027" in french
    assert "Pool permit, $1,234.50, for application P-2026-000123" in english
    assert "January 31, 2027" in english


@pytest.mark.parametrize(
    ("event", "words"),
    [
        (payment(fees.PaymentReceived, "paid", surplus=False), "These fees are paid. Keep this e-mail as a receipt."),
        (payment(fees.PaymentReceived, "paid", surplus=True), "What was paid too much will be refunded"),
        (payment(fees.PaymentFailed, "failed"), "Nothing was charged, and these fees are still to be paid."),
        (payment(fees.PaymentRefunded, "refunded"), "your payment of $2,469.00 was refunded"),
    ],
)
async def test_payment_tells_its_payer_how_it_stands_and_what_it_is_for(office: Office, event: Any, words: str) -> None:
    await known(office)
    await office.hear(event)
    found = await received(office)
    assert {"Pierre Quiroule"} == set(found)
    written = text(found["Pierre Quiroule"])
    for expected in (words, "Pool permit, P-2026-000123, LMS Architects inc.: $1,234.50", "Sign, P-2026-000124"):
        assert expected in written


@pytest.mark.parametrize("event", [payment(fees.PaymentStarted, "started"), payment(fees.PaymentExpired, "expired")])
async def test_payment_that_began_or_never_came_back_writes_nothing(office: Office, event: Any) -> None:
    await known(office)
    await office.hear(event)
    assert {} == await received(office)


@pytest.mark.parametrize(("kind", "did"), [(fees.BankDetailsChanged, "modifié"), (fees.BankDetailsRemoved, "retiré")])
async def test_bank_details_tell_every_manager_and_never_the_numbers(office: Office, kind: Any, did: str) -> None:
    await known(office)
    await office.hear(bank(kind, JEAN, JEAN.id, PIERRE.id))
    found = await received(office)
    assert {"Jean Piette", "Pierre Quiroule"} == set(found)
    assert f"Jean Piette a {did} les informations bancaires de LMS Architects inc." in text(found["Jean Piette"])
    assert not {name for name in kind.model_fields if "transit" in name or "number" in name} - {"tarion_number"}


async def test_event_that_names_somebody_not_heard_of_yet_waits_for_him_and_tells_all_once(office: Office) -> None:
    await office.hear(office.user(JEAN, identity.UserVerified))
    delivery = office.delivery(posted(JEAN.id, PIERRE.id))
    await office.hear(delivery)
    assert [] == await office.states()
    await office.hear(office.user(PIERRE, identity.UserVerified))
    await office.hear(office.delivery(posted(JEAN.id, PIERRE.id)))
    assert 2 == len(await office.states())


async def test_alert_about_an_application_says_so_and_those_on_one_application_are_one_mail(office: Office) -> None:
    await known(office)
    facts = {"file_number": "P-2026-000123", "about": "application"}
    alerts = [office.alert(key, responsible=PIERRE.id, **facts) for key in ("a", "b")]
    alerts.append(office.alert("c", responsible=PIERRE.id, file_number="P-2026-000123"))
    await office.hear(*(office.delivery(one, actor="application:permits") for one in alerts))
    await office.due_now()
    await office.send()
    subjects = {message["Subject"] for message in office.server.received}
    assert {"2 messages on your application P-2026-000123", "Message on file P-2026-000123"} == subjects
    links = {part for message in office.server.received for part in text(message).split() if part.startswith("http")}
    pages = {f"{page}/P-2026-000123?application=permits" for page in ("application", "file")}
    assert {f"http://mandat.example.com/en/{page}" for page in pages} <= links


async def test_alert_about_an_application_over_http_says_so_too(office: Office) -> None:
    await known(office)
    alert = {"key": "a", "responsible": str(PIERRE.id), "file_number": "P-1", "kind": "message"}
    body = {"alerts": [alert | {"about": "application", "occurred_at": NOON.isoformat()}]}
    reply = await office.application("permits").post("/v1/alerts", body)
    assert "accepted" == reply.json["results"][0]["outcome"]
    assert "Message on your application P-1" == (await received(office))["Pierre Quiroule"]["Subject"]
