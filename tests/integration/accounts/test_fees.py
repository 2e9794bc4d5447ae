"""Fees: posted once by their key, seen by who may pay, withdrawn while nobody pays."""

from __future__ import annotations

import asyncio
from uuid import uuid4

import pytest

from shared import ids
from tests.integration.accounts import firms, paying
from tests.integration.accounts.paying import FEE
from tests.integration.accounts.test_disputes import contested
from tests.support import web


async def unpaid(world, person, **query):
    reply = await world.as_(person).get("/v1/fees", params=query)
    assert reply.status == 200, reply
    return reply.json


async def test_fee_is_posted_once_by_its_key_however_often_it_comes(world):
    account = await firms.register(world, await world.person())
    fee = FEE | {"key": "fee-1", "account": account["id"]}
    replies = await asyncio.gather(*(paying.post(world, fee) for _ in range(8)))
    outcomes = sorted(one.json["results"][0]["outcome"] for one in replies)
    assert ["accepted", *["duplicate"] * 7] == outcomes
    assert 1 == len({one.json["results"][0]["fee"] for one in replies})
    assert 1 == len(await world.said(paying.POSTED))


async def test_batch_of_fees_tells_of_each_what_came_of_it(world):
    account = await firms.register(world, await world.person())
    fee = FEE | {"key": "fee-1", "account": account["id"]}
    await paying.post(world, fee)
    reply = await paying.post(
        world,
        fee,
        fee | {"amount_cents": 1},
        fee | {"key": "fee-2"},
        fee | {"key": "fee-2"},
        fee | {"key": "fee-3", "account": str(uuid4())},
    )
    outcomes = [one["outcome"] for one in reply.json["results"]]
    assert ["duplicate", "conflict", "accepted", "duplicate", "unknown-account"] == outcomes
    assert 2 == await world.pool.fetchval("select count(*) from fee")


async def test_key_is_the_applications_own(world):
    account = await firms.register(world, await world.person())
    fee = FEE | {"key": "fee-1", "account": account["id"]}
    replies = [await paying.post(world, fee, client=client) for client in ("permits", "taxes")]
    assert ["accepted"] * 2 == [one.json["results"][0]["outcome"] for one in replies]
    taxes = web.Api(world.base, world.issuer.application("taxes"))
    known = (await taxes.get("/v1/fees/posted?key=fee-1&key=nobody")).json["fees"]
    assert [(replies[1].json["results"][0]["fee"], "unpaid")] == [(one["id"], one["state"]) for one in known]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("amount_cents", 0),
        ("amount_cents", -1),
        ("amount_cents", 1.5),
        ("currency", "USD"),
        ("label_fr", " "),
        ("key", "é"),
    ],
)
async def test_fee_that_is_not_valid_is_refused_whole(world, field, value):
    account = await firms.register(world, await world.person())
    fee = FEE | {"key": "fee-1", "account": account["id"]}
    reply = await paying.post(world, fee, fee | {"key": "fee-2", field: value})
    assert (422, 0) == (reply.status, await world.pool.fetchval("select count(*) from fee"))


@pytest.mark.item("O4", "O13")
async def test_unpaid_fees_are_seen_by_who_may_pay_across_his_accounts(world):
    vivian, _, first = await paying.owing(world)
    corp = await firms.register(world, vivian, legal_name="LMS Corp.")
    second = await paying.owe(world, corp["id"], due_on="2026-01-15", amount_cents=500)
    account, manager, (jannee, madiee) = await firms.staffed(world, 2)
    await firms.rights(world, manager, account["id"], madiee, grant=["submit", "inspect"])
    await paying.owe(world, account["id"])
    seen = await unpaid(world, vivian)
    assert ([*second, *first], {"fees": 2, "amount_cents": 13_000}) == (
        [one["id"] for one in seen["fees"]],
        seen["unpaid"],
    )
    assert [True, False] == [one["overdue"] for one in seen["fees"]]
    assert ["LMS Corp."] == [one["account_name"] for one in (await unpaid(world, vivian, account=corp["id"]))["fees"]]
    for person in (jannee, madiee, await world.person()):
        assert ([], 0) == ((await unpaid(world, person))["fees"], (await unpaid(world, person))["unpaid"]["fees"])
    await firms.rights(world, manager, account["id"], jannee, grant=["pay"])
    assert 1 == len((await unpaid(world, jannee))["fees"])
    await firms.remove(world, manager, account["id"], jannee)
    assert [] == (await unpaid(world, jannee))["fees"]
    assert [] == (await unpaid(world, vivian, state="paid"))["fees"]


async def test_unpaid_fees_are_paged_by_their_day(world):
    vivian, account, _ = await paying.owing(world)
    for day in ("2027-03-01", "2026-12-01", "2027-03-01", "2026-12-01"):
        await paying.owe(world, account, due_on=day)
    found, after = [], {}
    while after is not None:
        page = await unpaid(world, vivian, size="2", **after)
        found += [one["due_on"] for one in page["fees"]]
        after = {"after": page["next"]} if page["next"] else None
    assert ["2026-12-01"] * 2 + ["2027-01-31"] + ["2027-03-01"] * 2 == found


async def test_posted_fee_tells_who_may_pay_and_who_manages(world):
    account, manager, (jannee, madiee) = await firms.staffed(world, 2)
    await firms.rights(world, manager, account["id"], jannee, grant=["pay"])
    await paying.owe(world, account["id"])
    (event,) = await world.said(paying.POSTED)
    assert ({str(manager), str(jannee)}, [str(manager)]) == (set(event.data["told"]), event.data["managers"])
    assert ("application:permits", "LMS Architects inc.", 1) == (
        event.actor,
        event.data["account_name"],
        event.sequence,
    )
    assert str(madiee) not in str(event.data)


async def test_withdrawn_fee_is_owed_no_more_and_one_that_is_paid_stays(world):
    vivian, account, _ = await paying.owing(world)
    keys = [str(ids.uuid7()) for _ in range(2)]
    made = await paying.post(world, *(FEE | {"key": key, "account": account} for key in keys))
    under_way = made.json["results"][1]["fee"]
    await paying.started(world, vivian, [under_way])
    api = world.as_application()
    for _ in range(2):
        reply = await api.post("/v1/fees/withdrawals", {"keys": [*keys, "nobody"]})
        assert ["withdrawn", "in-payment", "unknown"] == [one["outcome"] for one in reply.json["results"]]
    assert 1 == len(await world.said(paying.WITHDRAWN))
    other = await web.Api(world.base, world.issuer.application("taxes")).post("/v1/fees/withdrawals", {"keys": keys})
    assert ["unknown"] * 2 == [one["outcome"] for one in other.json["results"]]
    assert 2 == len((await unpaid(world, vivian))["fees"])


@pytest.mark.item("O13", "O19")
async def test_former_members_and_contested_claimers_see_and_pay_nothing(world):
    madiee, own, _ = await contested(world)
    account, manager, (jannee,) = await firms.staffed(world)
    await firms.rights(world, manager, account["id"], jannee, grant=["pay"])
    fees = {madiee: await paying.owe(world, own), jannee: await paying.owe(world, account["id"])}
    await firms.remove(world, manager, account["id"], jannee)
    for person, slug, place in ((madiee, "claim-contested", own), (jannee, "not-found", account["id"])):
        bank = f"/v1/accounts/{place}/bank-details"
        answers = [await paying.start(world, person, fees[person]), await world.as_(person).get(bank)]
        assert [slug] * 2 == [one.slug for one in answers]
        assert ([], 0) == ((await unpaid(world, person))["fees"], (await unpaid(world, person))["unpaid"]["fees"])
    assert 0 == await world.pool.fetchval("select count(*) from payment")
