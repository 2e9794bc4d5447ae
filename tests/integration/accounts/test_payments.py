"""Payments are started once for each fee, by who may pay, whatever happens at the same time."""

from __future__ import annotations

import asyncio
import time
from uuid import uuid4

import pytest

from tests.integration.accounts import firms, paying


@pytest.fixture
async def till(world, tmp_path):
    async with paying.till(world, tmp_path / "secrets") as made:
        yield made


@pytest.mark.item("O4", "O13")
async def test_start_gives_the_way_to_the_providers_page_and_pays_nothing(world, till):
    vivian, account, fees = await paying.owing(world, 2)
    started = await paying.started(world, vivian, fees)
    order = paying.order(started, till.signer)
    assert (started["id"], 25_000, "CAD", "2 frais") == (
        str(order.payment),
        order.amount_cents,
        order.currency,
        order.label,
    )
    assert f"http://mandat.example.com/payments/{started['id']}" == order.return_url
    assert order.expires - time.time() == pytest.approx(1800, abs=10)
    assert (["unpaid"] * 2, "started") == (
        await paying.states(world, fees),
        await paying.state(world, vivian, started["id"]),
    )
    (event,) = await world.said(paying.STARTED)
    assert {account} == {one["account"] for one in event.data["fees"]}


async def test_fee_is_paid_by_one_of_many_who_start_at_once(world, till):
    account, manager, people = await firms.staffed(world, 5)
    await firms.rights(world, manager, account["id"], *people, grant=["pay"])
    fees = await paying.owe(world, account["id"], 2)
    replies = await asyncio.gather(*(paying.start(world, one, fees) for one in people))
    statuses = sorted(one.status for one in replies)
    assert [201, 409, 409, 409, 409] == statuses
    assert {"payment-in-progress"} == {one.slug for one in replies if one.status == 409}
    assert all(int(one.headers["Retry-After"]) >= 60 for one in replies if one.status == 409)
    assert 1 == await world.pool.fetchval("select count(*) from payment")


async def test_start_again_for_the_same_fees_is_the_payment_that_is_under_way(world, till):
    vivian, _, fees = await paying.owing(world, 2)
    replies = await asyncio.gather(*(paying.start(world, vivian, fees) for _ in range(6)))
    assert ({201}, 1) == ({one.status for one in replies}, len({one.json["id"] for one in replies}))
    assert "payment-in-progress" == (await paying.start(world, vivian, fees[:1])).slug
    assert 1 == len(await world.said(paying.STARTED))


async def test_start_repeated_under_one_idempotency_key_is_answered_alike(world, till):
    vivian, _, fees = await paying.owing(world)
    key = {"Idempotency-Key": "once"}
    first, again = [await paying.start(world, vivian, fees, headers=key) for _ in range(2)]
    assert (first.json, "true") == (again.json, again.headers["Idempotency-Replayed"])


async def test_start_needs_the_right_to_pay_on_every_account(world, till):
    vivian, _, own = await paying.owing(world)
    account, manager, (jannee,) = await firms.staffed(world)
    theirs = await paying.owe(world, account["id"])
    assert "not-found" == (await paying.start(world, vivian, theirs)).slug
    assert "not-found" == (await paying.start(world, vivian, [*own, *theirs])).slug
    assert "not-found" == (await paying.start(world, vivian, [str(uuid4())])).slug
    assert "right-missing" == (await paying.start(world, jannee, theirs)).slug
    await firms.rights(world, manager, account["id"], jannee, grant=["pay"])
    assert 201 == (await paying.start(world, jannee, theirs)).status
    assert 1 == await world.pool.fetchval("select count(*) from payment")


async def test_start_across_accounts_is_one_payment(world, till):
    vivian, _, first = await paying.owing(world)
    corp = await firms.register(world, vivian, legal_name="LMS Corp.")
    fees = [*first, *await paying.owe(world, corp["id"], amount_cents=500)]
    payment = await paying.started(world, vivian, fees)
    assert (13_000, {"LMS Architects inc.", "LMS Corp."}) == (
        payment["amount_cents"],
        {one["account_name"] for one in payment["fees"]},
    )
    await till.says(payment["id"], "paid", 13_000)
    said = await world.said(paying.PAID)
    assert 2 == len({one.data["account"] for one in said})


async def test_payments_are_shown_to_their_payer_alone(world, till):
    account, manager, (jannee,) = await firms.staffed(world)
    await firms.rights(world, manager, account["id"], jannee, grant=["pay"])
    made = [(await paying.started(world, jannee, await paying.owe(world, account["id"])))["id"] for _ in range(3)]
    assert 404 == (await world.as_(manager).get(f"/v1/payments/{made[0]}")).status
    page = (await world.as_(jannee).get("/v1/payments?size=2")).json
    rest = (await world.as_(jannee).get(f"/v1/payments?size=2&after={page['next']}")).json
    assert (made[::-1], None) == ([one["id"] for one in (*page["payments"], *rest["payments"])], rest["next"])
    assert [] == (await world.as_(manager).get("/v1/payments")).json["payments"]


async def test_withdrawal_and_payment_at_once_are_one_or_the_other(world, till):
    vivian, account, _ = await paying.owing(world)
    for _ in range(20):
        key = str(uuid4())
        made = await paying.post(world, paying.FEE | {"key": key, "account": account})
        fee = made.json["results"][0]["fee"]
        withdrawal, start = await asyncio.gather(
            world.as_application().post("/v1/fees/withdrawals", {"keys": [key]}), paying.start(world, vivian, [fee])
        )
        outcome = (withdrawal.json["results"][0]["outcome"], start.slug or start.status)
        assert outcome in {("withdrawn", "fee-not-payable"), ("in-payment", 201)}
