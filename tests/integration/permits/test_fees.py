"""Fees that accounts collects, what is required, and templates."""

from __future__ import annotations

from uuid import uuid4

import pytest

from tests.integration.permits.conftest import ALL, CLIENT, CORP, JANNEE, LMS, MADIEE, POOL, VIVIAN, Served

FEE = {"label_fr": "Permis de piscine", "label_en": "Pool permit", "amount_cents": 12_500, "due_on": "2027-01-31"}


async def fee(served: Served, application: str) -> str:
    reply = await served.reviewer.post(f"/v1/review/applications/{application}/fees", FEE)
    assert reply.status == 201, reply
    return str(reply.json["id"])


async def state(served: Served, application: str) -> str:
    return str((await served.as_(VIVIAN).get(f"/v1/applications/{application}")).json["fees"][0]["state"])


async def test_fee_is_posted_to_accounts_once_under_its_id(served: Served) -> None:
    made = await served.of_company()
    key = await fee(served, made["id"])
    await served.say()
    await served.say()
    assert [FEE | {"key": key, "account": str(LMS), "reference": made["number"]}] == served.mandat.said["fees"]


async def test_fee_is_required_until_accounts_says_that_it_is_paid(served: Served) -> None:
    made = await served.of_company()
    key = await fee(served, made["id"])
    (action,) = (await served.as_(VIVIAN).get("/v1/actions")).json["actions"]
    assert ("pay", 12_500, made["number"]) == (action["kind"], action["fee"]["amount_cents"], action["number"])
    await served.ask_fees()  # accounts has not heard of it yet
    assert "unpaid" == await state(served, made["id"])
    served.mandat.fees[key] = "paid"
    await served.ask_fees()
    assert ("paid", []) == (
        await state(served, made["id"]),
        (await served.as_(VIVIAN).get("/v1/actions")).json["actions"],
    )
    served.mandat.fees[key] = "refunded"
    await served.ask_fees()
    assert "refunded" == await state(served, made["id"])


async def test_fees_are_asked_about_again_when_accounts_is_away(served: Served) -> None:
    made = await served.of_company()
    served.mandat.fees[await fee(served, made["id"])] = "paid"
    served.mandat.status = 503
    await served.ask_fees()
    served.mandat.status = 200
    assert "unpaid" == await state(served, made["id"])
    await served.ask_fees()
    assert "paid" == await state(served, made["id"])


async def test_fee_without_a_company_is_refused(served: Served) -> None:
    made = await served.applied()
    reply = await served.reviewer.post(f"/v1/review/applications/{made['id']}/fees", FEE)
    assert ("no-company", 0) == (reply.slug, await served.count("fee"))


@pytest.mark.item("O4")
async def test_required_actions_are_ones_own_and_ones_companies_by_what_is_due_first(served: Served) -> None:
    served.mandat.rights[VIVIAN, CORP] = {"pay"}
    own, lms, corp = [
        await served.applied(VIVIAN),
        await served.of_company(),
        await served.applied(CLIENT, contact=str(CORP)),
    ]
    asked = [(own, None), (lms, "2027-03-01"), (corp, "2027-02-01"), (lms, None), (own, "2027-02-01")]
    for application, due in asked:
        body = {"kind": "answer", "detail": f"Répondez avant {due}", "due_on": due}
        assert 201 == (await served.reviewer.post(f"/v1/review/applications/{application['id']}/actions", body)).status
    found, after = [], ""
    while after is not None:
        page = (await served.as_(VIVIAN).get(f"/v1/actions?size=2{after and f'&after={after}'}")).json
        found += [(one["application"], one["due_on"]) for one in page["actions"]]
        after = page["next"]
    assert [(asked[place][0]["id"], asked[place][1]) for place in (2, 4, 1, 0, 3)] == found
    assert 0 == len((await served.as_(JANNEE).get("/v1/actions")).json["actions"])


async def test_action_is_settled_by_its_act_alone(served: Served) -> None:
    made = await served.applied()
    for kind in ("answer", "upload"):
        body = {"kind": kind, "detail": "Un plan, s’il vous plaît."}
        await served.reviewer.post(f"/v1/review/applications/{made['id']}/actions", body)
    await served.as_(CLIENT).post(f"/v1/applications/{made['id']}/messages", {"body": "Le voici."})
    assert ["upload"] == [one["kind"] for one in (await served.as_(CLIENT).get("/v1/actions")).json["actions"]]
    pay = await served.reviewer.post(
        f"/v1/review/applications/{made['id']}/actions", {"kind": "pay", "detail": "Payez."}
    )
    assert 422 == pay.status


@pytest.mark.item("O13")
async def test_templates_are_managed_with_their_right_and_read_by_who_submits(served: Served) -> None:
    path, body = f"/v1/accounts/{LMS}/templates", {"name": "Piscine", "content": POOL}
    served.mandat.rights[MADIEE, LMS] = {"submit"}
    assert "refused" == (await served.as_(MADIEE).post(path, body)).slug
    made = await served.as_(VIVIAN).post(path, body)
    assert (201, "Piscine") == (made.status, made.json["name"])
    assert "template-name-taken" == (await served.as_(VIVIAN).post(path, body)).slug
    other = await served.as_(VIVIAN).post(path, body | {"name": "Piscine 2"})
    assert "template-name-taken" == (await served.as_(VIVIAN).put(f"{path}/{other.json['id']}", body)).slug
    changed = await served.as_(VIVIAN).put(f"{path}/{made.json['id']}", body | {"name": "Bassin"})
    assert (200, "Bassin") == (changed.status, changed.json["name"])
    seen = (await served.as_(MADIEE).get(path)).json["templates"]
    assert ["Bassin", "Piscine 2"] == [one["name"] for one in seen]
    assert "refused" == (await served.as_(MADIEE).delete(f"{path}/{made.json['id']}")).slug
    assert 204 == (await served.as_(VIVIAN).delete(f"{path}/{made.json['id']}")).status
    assert 404 == (await served.as_(VIVIAN).delete(f"{path}/{made.json['id']}")).status


async def test_templates_of_others_are_not_found_and_not_changed_under_another_account(served: Served) -> None:
    served.mandat.rights[MADIEE, CORP] = set(ALL)
    path, body = f"/v1/accounts/{LMS}/templates", {"name": "Piscine", "content": POOL}
    made = (await served.as_(VIVIAN).post(path, body)).json["id"]
    assert (404, 404) == (
        (await served.as_(MADIEE).get(path)).status,
        (await served.as_(MADIEE).get(f"/v1/accounts/{uuid4()}/templates")).status,
    )
    own = f"/v1/accounts/{CORP}/templates/{made}"
    assert (404, 404) == (
        (await served.as_(MADIEE).put(own, body)).status,
        (await served.as_(MADIEE).delete(own)).status,
    )
    assert 1 == await served.count("template")
