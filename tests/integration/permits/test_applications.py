"""Applications: one's own, a company's for its client, with messages, inspections, and decisions asked last."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from tests.integration.permits.conftest import (
    ALL,
    CLIENT,
    CORP,
    HIDDEN,
    JANNEE,
    LMS,
    MADIEE,
    POOL,
    STRANGER,
    VIVIAN,
    Served,
)


def tomorrow() -> str:
    return (datetime.now(UTC) + timedelta(days=1)).date().isoformat()


async def test_client_applies_sees_his_application_and_nobody_else_does(served: Served) -> None:
    made = await served.applied()
    assert (made["number"][:2], made["state"], made["may"]) == ("P-", "submitted", ["inspect", "submit", "upload"])
    assert [made["id"]] == [
        one["id"] for one in (await served.as_(CLIENT).get("/v1/applications")).json["applications"]
    ]
    for person in (VIVIAN, STRANGER):
        assert 404 == (await served.as_(person).get(f"/v1/applications/{made['id']}")).status
        assert [] == (await served.as_(person).get("/v1/applications")).json["applications"]


@pytest.mark.item("O2")
async def test_company_submits_for_its_client_and_the_act_is_reported(served: Served) -> None:
    made = await served.of_company()
    assert ("LMS Architects", "Ann Client") == (made["account_name"], made["client_name"])
    await served.say()
    (activity,) = served.mandat.said["activities"]
    facts = (activity["kind"], activity["performed_by"], activity["file_number"], activity["performed_for"])
    assert ("permit-application.submitted", str(VIVIAN), made["number"], str(LMS)) == facts


@pytest.mark.item("O13")
async def test_company_application_without_the_right_is_refused_with_the_reason_and_leaves_nothing(
    served: Served,
) -> None:
    served.mandat.rights[MADIEE, LMS] = {"pay"}
    body = POOL | {"as_account": str(LMS), "client_name": "Ann Client"}
    answers = [
        await served.as_(MADIEE).post("/v1/applications", body, headers={"Accept-Language": language})
        for language in ("fr", "en")
    ]
    assert [(403, "refused")] * 2 == [(one.status, one.slug) for one in answers]
    assert "Le droit submit manque. Demandez-le au gestionnaire." == answers[0].json["detail"]
    assert (0, 0) == (await served.count("application"), await served.count("saying"))


@pytest.mark.parametrize("account", [LMS, uuid4()], ids=["of others", "of nobody"])
async def test_company_application_for_a_company_that_is_not_ones_own_says_only_that_it_is_not_found(
    served: Served, account: UUID
) -> None:
    body = POOL | {"as_account": str(account), "client_name": "Ann Client"}
    reply = await served.as_(STRANGER).post("/v1/applications", body)
    assert (422, "company-not-found") == (reply.status, reply.slug)


@pytest.mark.parametrize(
    "more",
    [
        {"as_account": str(LMS)},
        {"client_name": "Ann"},
        {"as_account": str(LMS), "client_name": "A", "contact": str(LMS)},
    ],
)
async def test_application_that_is_neither_ones_own_nor_a_companys_is_not_valid(served: Served, more: Any) -> None:
    assert 422 == (await served.as_(VIVIAN).post("/v1/applications", POOL | more)).status


@pytest.mark.item("O16")
async def test_contact_company_sees_the_application_from_its_naming_until_it_is_removed(served: Served) -> None:
    made = await served.applied()
    path = f"/v1/applications/{made['id']}"
    named = await served.as_(CLIENT).put(f"{path}/contact", {"account": str(LMS)})
    assert (200, "LMS Architects") == (named.status, named.json["account_name"])
    seen = await served.as_(VIVIAN).get(path)
    assert (named.json["own"], seen.json["own"]) == (True, False)
    assert (200, ["inspect", "pay", "submit", "templates", "upload"]) == (seen.status, seen.json["may"])
    assert 204 == (await served.as_(CLIENT).delete(f"{path}/contact")).status
    assert 404 == (await served.as_(VIVIAN).get(path)).status
    assert 404 == (await served.as_(CLIENT).delete(f"{path}/contact")).status


async def test_contact_is_named_and_removed_by_the_client_alone(served: Served) -> None:
    made = await served.applied(contact=str(LMS))
    path = f"/v1/applications/{made['id']}/contact"
    assert 404 == (await served.as_(VIVIAN).put(path, {"account": str(CORP)})).status
    assert 404 == (await served.as_(VIVIAN).delete(path)).status


@pytest.mark.item("O16")
async def test_company_that_hides_is_named_by_its_own_people_only(served: Served) -> None:
    served.mandat.rights[VIVIAN, HIDDEN] = {"submit"}
    answers = [
        (await served.as_(person).post("/v1/applications", POOL | {"contact": str(HIDDEN)})).status
        for person in (CLIENT, VIVIAN)
    ]
    assert [422, 201] == answers


@pytest.mark.item("O18")
async def test_member_without_any_right_finds_nothing(served: Served) -> None:
    made = await served.of_company()
    assert 404 == (await served.as_(JANNEE).get(f"/v1/applications/{made['id']}")).status
    assert [] == (await served.as_(JANNEE).get("/v1/applications")).json["applications"]


async def test_member_whose_claim_is_contested_is_told_why(served: Served) -> None:
    made = await served.of_company()
    served.mandat.rights[VIVIAN, LMS] = set()
    served.mandat.slugs[VIVIAN, LMS] = "claim-contested"
    assert "refused" == (await served.as_(VIVIAN).get(f"/v1/applications/{made['id']}")).slug


@pytest.mark.item("O3")
async def test_application_linked_to_an_imported_account_is_seen_by_whoever_claims_it(served: Served) -> None:
    body = POOL | {"account": str(CORP), "client_name": "Ann Client", "state": "approved"}
    opened = await served.reviewer.post("/v1/review/applications", body)
    assert (201, "approved") == (opened.status, opened.json["state"])
    before = await served.as_(MADIEE).get("/v1/applications")
    served.mandat.rights[MADIEE, CORP] = set(ALL)
    after = await served.as_(MADIEE).get("/v1/applications")
    assert ([], [opened.json["id"]]) == (before.json["applications"], [one["id"] for one in after.json["applications"]])


async def test_right_that_ends_before_the_commit_undoes_what_was_begun(served: Served) -> None:
    """The question comes last: what was begun under a right is not committed without it."""
    made = await served.of_company()
    rows = await served.count("message"), await served.count("saying")

    async def end() -> None:
        assert await served.count("message") == rows[0]
        served.mandat.rights[VIVIAN, LMS] = {"pay"}

    served.mandat.before_answering = end
    reply = await served.as_(VIVIAN).post(f"/v1/applications/{made['id']}/messages", {"body": "Voici."})
    assert ("refused", rows) == (reply.slug, (await served.count("message"), await served.count("saying")))


async def test_act_while_accounts_is_away_is_not_done(served: Served) -> None:
    made = await served.of_company()
    served.mandat.status = 503
    reply = await served.as_(VIVIAN).post(f"/v1/applications/{made['id']}/messages", {"body": "Voici."})
    assert (503, 0) == (reply.status, await served.count("message"))


async def test_message_of_the_city_alerts_the_client_and_who_still_acts_for_the_company(served: Served) -> None:
    made = await served.applied(contact=str(LMS))
    served.mandat.rights[MADIEE, LMS] = {"submit"}
    for person in (VIVIAN, MADIEE):
        path = f"/v1/applications/{made['id']}/messages"
        assert 201 == (await served.as_(person).post(path, {"body": "Bonjour."})).status
    await served.reviewer.post(f"/v1/review/applications/{made['id']}/messages", {"body": "Il manque un plan."})
    del served.mandat.rights[MADIEE, LMS]
    await served.say()
    alerts = served.mandat.said["alerts"]
    assert {str(CLIENT), str(VIVIAN)} == {one["responsible"] for one in alerts}
    assert {("application", made["number"], "message")} == {
        (one["about"], one["file_number"], one["kind"]) for one in alerts
    }
    assert all("account" not in one for one in alerts)


async def test_messages_are_unread_until_the_other_side_reads_them(served: Served) -> None:
    made = await served.of_company()
    path = f"/v1/applications/{made['id']}"
    await served.reviewer.post(f"/v1/review/applications/{made['id']}/messages", {"body": "Il manque un plan."})
    assert 1 == (await served.as_(VIVIAN).get("/v1/applications")).json["applications"][0]["unread"]
    assert {"read": 1} == (await served.as_(VIVIAN).post(f"{path}/reading")).json
    assert {"read": 0} == (await served.as_(VIVIAN).post(f"{path}/reading")).json
    await served.as_(VIVIAN).post(f"{path}/messages", {"body": "Le voici."})
    assert 1 == (await served.reviewer.get("/v1/review/applications")).json["applications"][0]["unread"]
    assert 404 == (await served.as_(STRANGER).post(f"{path}/reading")).status


@pytest.mark.item("O13")
async def test_inspection_is_asked_for_once_approved_and_gets_one_result(served: Served) -> None:
    made = await served.of_company()
    path, body = f"/v1/applications/{made['id']}/inspections", {"kind": "framing", "wanted_on": tomorrow()}
    assert "not-approved" == (await served.as_(VIVIAN).post(path, body)).slug
    await served.goes_to(made["id"], "in-review", "approved")
    for day in ("2020-01-01", "2099-01-01"):
        assert "day-not-possible" == (await served.as_(VIVIAN).post(path, body | {"wanted_on": day})).slug
    asked = await served.as_(VIVIAN).post(path, body)
    assert (201, "Vivian Trainer") == (asked.status, asked.json["asked_by_name"])
    served.mandat.rights[VIVIAN, LMS] = ALL - {"inspect"}
    assert "refused" == (await served.as_(VIVIAN).post(path, body)).slug
    result = f"/v1/review/inspections/{asked.json['id']}/result"
    answers = [await served.reviewer.post(result, {"result": one}) for one in ("passed", "failed")]
    assert ["passed", "inspection-over"] == [answers[0].json["result"], answers[1].slug]
    assert 404 == (await served.reviewer.post(f"/v1/review/inspections/{uuid4()}/result", {"result": "passed"})).status


async def test_states_follow_each_other_and_nothing_is_done_on_a_closed_application(served: Served) -> None:
    made = await served.applied()
    body = {"state": "approved", "message": "Approuvée."}
    path = f"/v1/review/applications/{made['id']}"
    assert "state-not-possible" == (await served.reviewer.post(f"{path}/state", body)).slug
    await served.goes_to(made["id"], "in-review", "approved", "closed")
    own = f"/v1/applications/{made['id']}"
    answers = [
        await served.as_(CLIENT).post(f"{own}/messages", {"body": "Bonjour."}),
        await served.as_(CLIENT).put(f"{own}/contact", {"account": str(LMS)}),
        await served.upload(CLIENT, made["id"]),
        await served.reviewer.post(f"{path}/messages", {"body": "Bonjour."}),
        await served.reviewer.post(f"{path}/actions", {"kind": "upload", "detail": "Un plan."}),
    ]
    assert ["application-closed"] * 5 == [one.slug for one in answers]


async def test_lists_are_paged_by_key_and_filtered(served: Served) -> None:
    made = [(await served.applied())["id"] for _ in range(5)]
    await served.of_company()
    found, after = [], ""
    while after is not None:
        page = (await served.as_(CLIENT).get(f"/v1/applications?size=2{after and f'&after={after}'}")).json
        found += [one["id"] for one in page["applications"]]
        after = page["next"]
    assert made[::-1] == found
    reviewed = (await served.reviewer.get("/v1/review/applications?size=3")).json
    assert (3, 6) == (len(reviewed["applications"]), await served.count("application"))
    number = reviewed["applications"][2]["number"]
    one = (await served.reviewer.get(f"/v1/review/applications?number={number}")).json["applications"]
    assert [number] == [each["number"] for each in one]
    assert [] == (await served.as_(CLIENT).get("/v1/applications?state=closed")).json["applications"]
    assert [] == (await served.as_(CLIENT).get(f"/v1/applications?account={LMS}")).json["applications"]
