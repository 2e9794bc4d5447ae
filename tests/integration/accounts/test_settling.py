"""What the provider says settles payments: repeated, late, forged and in any order; and what is found by asking."""

from __future__ import annotations

import asyncio
import time
from uuid import UUID

import pytest

from services.accounts import workers
from services.accounts.commands import payments as commands
from shared import failpoints
from shared.contracts.people import Language
from shared.crypto import signatures
from tests.integration.accounts import paying


@pytest.fixture
async def till(world, tmp_path):
    async with paying.till(world, tmp_path / "secrets") as made:
        yield made


async def test_notice_that_it_is_paid_settles_the_fees_and_says_so(world, till):
    vivian, _, fees = await paying.owing(world, 2)
    payment = (await paying.started(world, vivian, fees))["id"]
    await till.says(payment, "paid", 25_000)
    assert (["paid"] * 2, "paid") == (await paying.states(world, fees), await paying.state(world, vivian, payment))
    assert [paying.PAID, paying.PAID, paying.RECEIVED] == await till.money()
    (event,) = await world.said(paying.RECEIVED)
    assert (str(vivian), False, 2) == (event.data["payer"]["id"], event.data["surplus"], event.sequence)
    seen = (await world.as_(vivian).get("/v1/fees?state=paid")).json["fees"]
    assert {("Jean Piette", payment)} == {(one["paid_by"], one["payment"]) for one in seen}


async def test_return_of_the_browser_changes_nothing(world, till):
    vivian, _, fees = await paying.owing(world)
    payment = (await paying.started(world, vivian, fees))["id"]
    for path in (f"/v1/payments/{payment}", f"/v1/payments/{payment}?state=paid"):
        await world.as_(vivian).get(path)
    assert ("started", ["unpaid"]) == (await paying.state(world, vivian, payment), await paying.states(world, fees))


async def test_notice_that_comes_twice_or_many_times_at_once_has_one_effect(world, till):
    vivian, _, fees = await paying.owing(world)
    payment = (await paying.started(world, vivian, fees))["id"]
    notice = till.notice(payment, "paid")
    replies = await asyncio.gather(*(till.tell(notice) for _ in range(10)))
    again = await till.tell(till.notice(payment, "paid"))
    assert {204} == {one.status for one in (*replies, again)}
    assert [paying.PAID, paying.RECEIVED] == await till.money()


async def test_notice_that_is_old_is_forgotten_and_has_no_second_effect(world, till, monkeypatch):
    monkeypatch.setattr(workers, "AT_ONCE", 2)
    vivian, _, fees = await paying.owing(world)
    payment = (await paying.started(world, vivian, fees))["id"]
    notice = till.notice(payment, "paid")
    await till.tell(notice)
    for _ in range(5):
        await till.says(payment, "paid")
    newest = "(select id from payment_notice order by taken_at desc limit 1)"
    await world.pool.execute(f"update payment_notice set taken_at = taken_at - interval '9 days' where id <> {newest}")
    await workers.delete_old_notices(world.pool, 10)
    assert 6 == await world.pool.fetchval("select count(*) from payment_notice")
    await workers.delete_old_notices(world.pool, 9)
    assert 1 == await world.pool.fetchval("select count(*) from payment_notice")
    assert 204 == (await till.tell(notice)).status
    assert [paying.PAID, paying.RECEIVED] == await till.money()


@pytest.mark.parametrize("signature", ["", "t=1,v1=00", "other key", "other body", "old", "not signed"])
async def test_forged_or_old_notice_is_refused_and_changes_nothing(world, till, signature):
    vivian, _, fees = await paying.owing(world)
    payment = (await paying.started(world, vivian, fees))["id"]
    notice = till.notice(payment, "paid")
    made = {
        "other key": signatures.Signer([b"x" * 32]).sign(notice),
        "other body": till.signer.sign(till.notice(payment, "failed")),
        "old": signatures.Signer(till.signer._keys, now=lambda: time.time() - 301).sign(notice),
    }
    reply = await till.tell(notice, made.get(signature, signature))
    assert (401, "notice-not-accepted") == (reply.status, reply.slug)
    assert (["unpaid"], []) == (await paying.states(world, fees), await till.money())


async def test_notice_before_the_commit_of_the_start_is_seen_is_taken_when_it_is_repeated(world, till):
    vivian, _, fees = await paying.owing(world)
    async with world.pool.transaction() as connection:
        payment = await commands.start(connection, vivian, [UUID(one) for one in fees], Language.FR, 600)
        notice = till.notice(str(payment["id"]), "paid")
        assert 404 == (await till.tell(notice)).status
    assert 204 == (await till.tell(notice)).status
    assert (["paid"], [paying.PAID, paying.RECEIVED]) == (await paying.states(world, fees), await till.money())


async def test_crash_before_the_commit_of_a_notice_leaves_neither_money_nor_event(world, till):
    """The effect and its event are one transaction: after a crash both are there when the provider repeats himself."""
    vivian, _, fees = await paying.owing(world)
    payment = (await paying.started(world, vivian, fees))["id"]
    notice = till.notice(payment, "paid")
    failpoints.arm("write.uncommitted=fail")
    try:
        assert 500 == (await till.tell(notice)).status
    finally:
        failpoints.arm("")
    assert (["unpaid"], []) == (await paying.states(world, fees), await till.money())
    assert 204 == (await till.tell(notice)).status
    assert (["paid"], [paying.PAID, paying.RECEIVED]) == (await paying.states(world, fees), await till.money())


async def test_crash_after_the_commit_of_a_notice_has_its_event_and_the_repetition_no_effect(world, till):
    vivian, _, fees = await paying.owing(world)
    notice = till.notice((await paying.started(world, vivian, fees))["id"], "paid")
    failpoints.arm("write.committed=fail")
    try:
        assert 500 == (await till.tell(notice)).status
    finally:
        failpoints.arm("")
    assert (["paid"], [paying.PAID, paying.RECEIVED]) == (await paying.states(world, fees), await till.money())
    assert 204 == (await till.tell(notice)).status
    assert [paying.PAID, paying.RECEIVED] == await till.money()


@pytest.mark.parametrize(("amount", "currency"), [(12_499, "CAD"), (12_501, "CAD"), (0, "CAD"), (12_500, "USD")])
async def test_notice_of_another_amount_changes_nothing(world, till, amount, currency):
    vivian, _, fees = await paying.owing(world)
    payment = (await paying.started(world, vivian, fees))["id"]
    reply = await till.tell(till.notice(payment, "paid", amount, currency=currency))
    assert ("payment-differs", ["unpaid"]) == (reply.slug, await paying.states(world, fees))
    await till.says(payment, "paid")
    assert ["paid"] == await paying.states(world, fees)


async def test_failed_payment_lets_the_fees_be_paid_again(world, till):
    vivian, _, fees = await paying.owing(world)
    payment = (await paying.started(world, vivian, fees))["id"]
    await till.says(payment, "failed")
    again = (await paying.started(world, vivian, fees))["id"]
    assert ("failed", True) == (await paying.state(world, vivian, payment), again != payment)
    await till.says(again, "paid")
    assert [paying.FAILED, paying.PAID, paying.RECEIVED] == await till.money()


async def test_refund_gives_the_fees_back_and_they_are_owed_no_more(world, till):
    vivian, _, fees = await paying.owing(world)
    payment = (await paying.started(world, vivian, fees))["id"]
    await till.says(payment, "paid")
    await till.says(payment, "refunded")
    assert (["refunded"], "refunded") == (await paying.states(world, fees), await paying.state(world, vivian, payment))
    assert [paying.PAID, paying.RECEIVED, paying.GIVEN_BACK, paying.REFUNDED] == await till.money()
    assert "fee-not-payable" == (await paying.start(world, vivian, fees)).slug


@pytest.mark.parametrize(
    ("told", "end", "fee"),
    [
        (("failed", "paid"), "paid", "paid"),
        (("paid", "failed"), "paid", "paid"),
        (("refunded", "paid"), "refunded", "refunded"),
        (("paid", "refunded", "paid", "failed"), "refunded", "refunded"),
    ],
)
async def test_notices_out_of_order_end_where_the_money_is(world, till, told, end, fee):
    vivian, _, fees = await paying.owing(world)
    payment = (await paying.started(world, vivian, fees))["id"]
    for state in told:
        await till.says(payment, state)
    assert (end, [fee]) == (await paying.state(world, vivian, payment), await paying.states(world, fees))


async def test_payment_that_never_returns_expires_once_the_provider_knows_nothing_of_it(world, till):
    vivian, _, fees = await paying.owing(world)
    payment = (await paying.started(world, vivian, fees))["id"]
    till.away = True
    assert (0, "started") == (await till.time_passes(), await paying.state(world, vivian, payment))
    assert "payment-in-progress" == (await paying.start(world, vivian, fees)).slug
    till.away = False
    assert (1, "expired") == (await till.time_passes(), await paying.state(world, vivian, payment))
    assert 201 == (await paying.start(world, vivian, fees)).status
    assert [paying.EXPIRED] == await till.money()


async def test_payment_whose_notice_was_lost_is_found_by_asking(world, till):
    vivian, _, fees = await paying.owing(world)
    payment = (await paying.started(world, vivian, fees))["id"]
    till.standings[payment] = {"state": "paid", "amount_cents": 12_500, "currency": "CAD"}
    assert 1 == await till.time_passes()
    assert (["paid"], [paying.PAID, paying.RECEIVED]) == (await paying.states(world, fees), await till.money())
    assert 0 == await till.time_passes()


async def test_answer_of_another_amount_leaves_the_payment_as_it_is(world, till):
    vivian, _, fees = await paying.owing(world)
    payment = (await paying.started(world, vivian, fees))["id"]
    till.standings[payment] = {"state": "paid", "amount_cents": 1, "currency": "CAD"}
    assert (0, "started") == (await till.time_passes(), await paying.state(world, vivian, payment))


async def test_notice_after_the_end_still_settles_what_is_owed(world, till):
    vivian, _, fees = await paying.owing(world)
    payment = (await paying.started(world, vivian, fees))["id"]
    await till.time_passes()
    await till.says(payment, "paid")
    assert ("paid", ["paid"]) == (await paying.state(world, vivian, payment), await paying.states(world, fees))


async def test_money_for_what_is_settled_already_is_known_as_surplus_and_settles_nothing_twice(world, till):
    """Only a provider who breaks his word brings this about; even then no money goes unnoticed."""
    vivian, _, fees = await paying.owing(world)
    late = (await paying.started(world, vivian, fees))["id"]
    await till.time_passes()
    good = (await paying.started(world, vivian, fees))["id"]
    await till.says(good, "paid")
    await till.says(late, "paid")
    shown = (await world.as_(vivian).get(f"/v1/payments/{late}")).json
    assert ("paid", True) == (shown["state"], shown["surplus"])
    assert 1 == len(await world.said(paying.PAID))
    await till.says(late, "refunded")
    assert ["paid"] == await paying.states(world, fees)
