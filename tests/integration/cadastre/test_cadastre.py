"""What people do in the example application: each act asked about, recorded and reported."""

from __future__ import annotations

from typing import Any

import pytest

from examples.connected import sayings
from tests.integration.cadastre.conftest import CLAIRE, EDITH, JEAN, REFUSED, Served


async def test_act_of_a_delegate_is_asked_about_recorded_and_reported(served: Served) -> None:
    await served.open_file()
    answer = await served.delegate().post("/v1/lot-reservations", {"lots": 2, "file_number": "1093112"})
    assert (201, str(EDITH), str(JEAN)) == (answer.status, answer.json["performed_by"], answer.json["performed_for"])
    question = served.mandat.questions[-1]
    assert ({"type": "user", "id": str(EDITH)}, {"type": "surveyor", "id": str(JEAN)}) == (
        question["subject"],
        question["resource"],
    )
    assert {"name": "surveyor:lot:reserve"} == question["action"]
    assert 1 == await sayings.say_due(served.pool, "activity", served.client.report)
    assert ("lot.reserved", "1093112") == (served.mandat.said[0]["kind"], served.mandat.said[0]["file_number"])


@pytest.mark.parametrize(
    ("change", "status", "slug"),
    [
        ({"decision": REFUSED}, 403, "refused"),
        ({"status": 503}, 503, "temporarily-unavailable"),
        ({"status": 401}, 503, "temporarily-unavailable"),
        ({"decision": {}}, 403, "refused"),
    ],
    ids=["refused", "away", "token not taken", "no decision"],
)
async def test_act_without_a_yes_leaves_nothing_behind(
    served: Served, change: dict[str, Any], status: int, slug: str
) -> None:
    """Decision 6: asked last; what was begun is undone."""
    for name, value in change.items():
        setattr(served.mandat, name, value)
    answer = await served.delegate().post("/v1/lot-reservations", {"lots": 2})
    assert (status, slug) == (answer.status, answer.slug)
    assert (0, 0) == (await served.count("request"), await served.count("saying"))


async def test_refusal_gives_the_reason_in_the_callers_language(served: Served) -> None:
    served.mandat.decision = REFUSED
    for language, words in (
        ("fr", "La délégation est terminée. Demandez-la de nouveau."),
        ("en", "It has ended. Ask for it again."),
    ):
        headers = {"Accept-Language": language}
        answer = await served.delegate().post("/v1/product-orders", {"product": "Plan"}, headers=headers)
        assert words == answer.json["detail"]


@pytest.mark.item("Q10")
async def test_deposit_with_an_acting_token_is_refused_without_asking(served: Served) -> None:
    await served.open_file()
    answer = await served.delegate().post("/v1/deposits", {"file_number": "1093112"})
    assert (403, "in-person-only", []) == (answer.status, answer.slug, served.mandat.questions)
    assert 201 == (await served.surveyor().post("/v1/deposits", {"file_number": "1093112"})).status


@pytest.mark.item("Q12")
async def test_file_read_by_a_delegate_is_read_for_the_surveyor(served: Served) -> None:
    await served.open_file()
    await served.operator().post("/v1/files/1093112/messages", {"subject": "Avis", "body": "À lire."})
    assert 1 == (await served.surveyor().get("/v1/files")).json["files"][0]["unread"]
    assert {"read": 1} == (await served.delegate().post("/v1/files/1093112/reading")).json
    assert 0 == (await served.surveyor().get("/v1/files")).json["files"][0]["unread"]
    assert {"read": 0} == (await served.surveyor().post("/v1/files/1093112/reading")).json


@pytest.mark.item("Q11")
async def test_message_raises_one_alert_for_the_surveyor_responsible(served: Served) -> None:
    await served.open_file()
    body = {"kind": "communique", "subject": "Avis", "body": "À lire."}
    assert 201 == (await served.operator().post("/v1/files/1093112/messages", body)).status
    assert 1 == await sayings.say_due(served.pool, "alert", served.client.alert)
    alert = served.mandat.said[0]
    assert (str(JEAN), "1093112", "communique") == (alert["responsible"], alert["file_number"], alert["kind"])


@pytest.mark.parametrize("path", ["/v1/files/1096429", "/v1/files/999"])
async def test_file_of_another_surveyor_is_not_found(served: Served, path: str) -> None:
    await served.open_file("1096429", CLAIRE)
    for caller in (served.surveyor(), served.delegate()):
        assert 404 == (await caller.get(path)).status
        assert 404 == (await caller.post(f"{path}/reading")).status
        number = path.rsplit("/", 1)[1]
        assert 404 == (await caller.post("/v1/lot-reservations", {"lots": 1, "file_number": number})).status
        assert 404 == (await caller.post(f"{path}/extensions", {"closes_on": "2027-01-31"})).status
    closing = await served.pool.fetchval("select closes_on from file where number = '1096429'")
    assert closing is None


@pytest.mark.item("Q36")
@pytest.mark.parametrize("day", ["2027-03-31", "2027-03-30", "2001-01-01"])
async def test_closing_date_moves_to_a_later_day_only(served: Served, day: str) -> None:
    await served.open_file()
    path = "/v1/files/1093112/extensions"
    assert 201 == (await served.surveyor().post(path, {"closes_on": "2027-03-31"})).status
    reply = await served.surveyor().post(path, {"closes_on": day})
    assert (422, "validation-failed") == (reply.status, reply.slug)
    (fault,) = reply.json["errors"]
    assert "/closes_on" == fault["pointer"]
    assert "date" in fault["detail"]
    assert ["2027-03-31"] == [str(row["closes_on"]) for row in await served.pool.fetch("select closes_on from file")]
    assert 1 == await served.pool.fetchval("select count(*) from request")


async def test_token_of_the_application_is_fetched_once_and_again_when_refused(served: Served) -> None:
    await served.surveyor().post("/v1/product-orders", {"product": "Plan"})
    await served.surveyor().post("/v1/product-orders", {"product": "Plan"})
    assert 1 == served.mandat.tokens
    served.mandat.status = 401
    await served.surveyor().post("/v1/product-orders", {"product": "Plan"})
    served.mandat.status = 200
    assert 201 == (await served.surveyor().post("/v1/product-orders", {"product": "Plan"})).status
    assert 2 == served.mandat.tokens


async def test_file_number_taken_is_said(served: Served) -> None:
    await served.open_file()
    body = {"number": "1093112", "title": "Autre", "responsible": str(CLAIRE)}
    assert "file-exists" == (await served.operator().post("/v1/files", body)).slug
