"""Notifications over HTTP: alerts of applications, deliveries for operators."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

import pytest

from shared.contracts.events import delegation, identity
from tests.integration.notifications.conftest import EDITH, JEAN, NOON, Office
from tests.support import web
from tests.support.mail import Act


def alert(key: str, **more: Any) -> dict[str, Any]:
    facts = {"key": key, "responsible": str(JEAN.id), "file_number": "1093112", "kind": "message"}
    return facts | {"occurred_at": NOON.isoformat()} | more


async def raised(office: Office, *alerts: dict[str, Any], client_id: str = "cadastre") -> list[str]:
    answer = await office.application(client_id).post("/v1/alerts", {"alerts": list(alerts)})
    assert answer.status == 200, answer.text
    return [result["outcome"] for result in answer.json["results"]]


@pytest.mark.item("Q11")
async def test_alert_is_taken_once_by_its_key_and_named_when_nobody_is_known(office: Office) -> None:
    await office.hear(office.user(JEAN))
    assert ["accepted", "duplicate"] == await raised(office, alert("a"), alert("a"))
    assert ["duplicate"] == await raised(office, alert("a"))
    assert ["accepted"] == await raised(office, alert("a"), client_id="permits")
    assert ["unknown-recipient"] == await raised(office, alert("b", responsible=str(uuid4())))
    assert [("cadastre", 1), ("permits", 1)] == [
        (row["data"]["application"], row["data"]["count"]) for row in await office.rows()
    ]


@pytest.mark.parametrize(
    "change",
    [
        {"kind": "rumour"},
        {"responsible": "jean"},
        {"file_number": "a\nb"},
        {"occurred_at": "2026-11-24T10:00:00"},
        {"key": ""},
        {"colour": 1},
    ],
)
async def test_alert_that_is_malformed_is_refused_whole(office: Office, change) -> None:
    body = {"alerts": [alert("a"), alert("b") | change]}
    assert 422 == (await office.application().post("/v1/alerts", body)).status
    assert [] == await office.rows()


async def test_alert_by_a_person_is_not_permitted(office: Office) -> None:
    person = web.Api(office.base, office.issuer.person(JEAN.id))
    assert 403 == (await person.post("/v1/alerts", {"alerts": [alert("a")]})).status


async def test_deliveries_are_listed_newest_first_with_masked_addresses(office: Office) -> None:
    await office.hear(*(office.delegation(delegation.DelegateAdded) for _ in range(3)))
    page = (await office.operator().get("/v1/emails?size=4")).json
    rest = (await office.operator().get(f"/v1/emails?size=4&after={page['next']}")).json
    listed = page["emails"] + rest["emails"]
    assert (4, 2, None) == (len(page["emails"]), len(rest["emails"]), rest["next"])
    assert 6 == len({email["id"] for email in listed})
    assert sorted((email["created_at"] for email in listed), reverse=True) == [e["created_at"] for e in listed]
    assert {"j***@mandat.example.com", "e***@mandat.example.com"} == {email["address"] for email in listed}
    assert EDITH.email not in str(listed)


async def test_deliveries_are_filtered_by_state_and_template(office: Office) -> None:
    await office.hear(office.delegation(delegation.DelegateAdded))
    await office.send()
    await office.hear(office.user(EDITH, identity.UsernameRequested))
    operator = office.operator()
    assert 2 == len((await operator.get("/v1/emails?state=sent")).json["emails"])
    waiting = (await operator.get("/v1/emails?state=queued&template=username-reminder")).json["emails"]
    assert ["username-reminder"] == [email["template"] for email in waiting]
    assert 422 == (await operator.get("/v1/emails?state=lost")).status
    assert 404 == (await operator.get(f"/v1/emails?after={uuid4()}")).status
    assert 404 == (await operator.get(f"/v1/emails/{uuid4()}")).status


async def test_deliveries_are_for_operators_only(office: Office) -> None:
    for caller in (web.Api(office.base, office.issuer.person(UUID(int=1))), office.application()):
        assert 403 == (await caller.get("/v1/emails")).status
    assert 401 == (await web.Api(office.base).get("/v1/emails")).status


async def test_email_that_failed_is_sent_again_by_an_operator(office: Office) -> None:
    office.server.next(Act.NEVER_AT_DATA)
    await office.hear(office.user(EDITH, identity.UsernameRequested))
    await office.send()
    (row,) = await office.rows()
    assert "queued" == (await office.operator().post(f"/v1/emails/{row['id']}/retry")).json["state"]
    await office.send()
    assert ["sent"] == await office.states()
    again = await office.operator().post(f"/v1/emails/{row['id']}/retry")
    assert (409, "email-not-retriable") == (again.status, again.slug)


async def test_email_whose_secret_is_erased_cannot_be_sent_again(office: Office) -> None:
    office.server.next(Act.NEVER_AT_DATA)
    await office.hear(office.user(EDITH, identity.UserRegistered))
    await office.send()
    (row,) = await office.rows()
    assert "email-not-retriable" == (await office.operator().post(f"/v1/emails/{row['id']}/retry")).slug
