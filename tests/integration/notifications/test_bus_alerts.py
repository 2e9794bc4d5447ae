"""Alerts that a connected application says on the bus are taken as those that it sends over HTTP (Q11, design §6)."""

from __future__ import annotations

import pytest

from tests.integration.notifications.conftest import JEAN, Office

CADASTRE = "application:cadastre"


async def counts(office: Office) -> list[int]:
    """Give how many alerts each e-mail that waits tells of."""
    return [row["data"]["count"] for row in await office.rows("data, created_at, id")]


@pytest.mark.item("Q11")
async def test_alert_said_again_on_the_bus_under_another_event_id_is_told_once(office: Office) -> None:
    await office.hear(office.user(JEAN))
    for _ in range(2):
        await office.hear(office.delivery(office.alert("a"), actor=CADASTRE))
    assert [1] == await counts(office)


@pytest.mark.item("Q11")
async def test_alert_said_on_the_bus_and_over_http_is_told_once(office: Office) -> None:
    await office.hear(office.user(JEAN), office.delivery(office.alert("a"), actor=CADASTRE))
    body = {"alerts": [office.alert("a").model_dump(mode="json")]}
    assert ["duplicate"] == [
        one["outcome"] for one in (await office.application().post("/v1/alerts", body)).json["results"]
    ]
    assert [1] == await counts(office)


async def test_alerts_of_two_applications_under_one_key_and_number_are_two_emails(office: Office) -> None:
    await office.hear(office.user(JEAN))
    for client in ("cadastre", "permits"):
        await office.hear(office.delivery(office.alert("a"), actor=f"application:{client}"))
    assert [1, 1] == await counts(office)


async def test_alert_for_somebody_not_heard_of_yet_is_told_once_he_is(office: Office) -> None:
    await office.hear(office.delivery(office.alert("a"), actor=CADASTRE))
    assert ([], 0) == (await counts(office), await office.pool.fetchval("select count(*) from alert"))
    assert 1 == await office.pool.fetchval("select count(*) from retry")
