"""What must hold when members of an account do everything at once (reliability §C6, I1, I3, I5)."""

from __future__ import annotations

import asyncio
import contextlib
import random
import time

import asyncpg
import pytest

from services.accounts import pins, store_companies, store_members
from services.accounts.commands import companies, joining, members
from shared.contracts.events.companies import Right
from shared.contracts.problems import common
from shared.contracts.problems import companies as problems
from tests.chaos import scorecard
from tests.integration.accounts import staff

TOGETHER = 4
"""Races at once; each has two transactions."""
MANAGE = frozenset({Right.MANAGE})
REFUSALS = (problems.LastManager, problems.ManagerRequired, problems.MembersUnknown, common.NotFound)


async def leave(connection, account, one, other):
    await members.leave(connection, account, one)


async def demote_the_other(connection, account, one, other):
    await members.change_rights(connection, account, one, [other], frozenset(), MANAGE)


async def demote_oneself(connection, account, one, other):
    await members.change_rights(connection, account, one, [one], frozenset(), MANAGE)


async def remove_the_other(connection, account, one, other):
    await members.remove(connection, account, one, [other])


async def remove_both(connection, account, one, other):
    await members.remove(connection, account, one, [one, other])


ACTS = (leave, demote_the_other, demote_oneself, remove_the_other, remove_both)


async def act(world, what, account, one, other) -> str:
    """Do it in a transaction of its own; give what came of it."""
    try:
        async with world.pool.transaction() as connection:
            await what(connection, account, one, other)
    except (*REFUSALS, asyncpg.CheckViolationError) as error:
        return type(error).__name__
    return "done"


async def race(world, times: int, pick) -> tuple[int, list[str]]:
    """Let two managers act at once, again and again; count the accounts left without a manager."""
    one, other = await world.person(), await world.person()
    made, outcomes = await staff.accounts(world, times, one, other), []
    for start in range(0, times, TOGETHER):
        acts = [
            act(world, pick(), account, *pair)
            for account in made[start : start + TOGETHER]
            for pair in ((one, other), (other, one))
        ]
        outcomes += await asyncio.gather(*acts)
    return await staff.without_manager(world), outcomes


def unlock(monkeypatch) -> None:
    """Take the row locks away, as a change of the queries would."""
    for sql, name in ((store_companies.SQL, "lock_account"), (store_members.SQL, "lock_members")):
        monkeypatch.setitem(sql._texts, name, sql[name].replace("for update", ""))


async def unbelt(world) -> None:
    """Take the belt off."""
    await world.pool.execute("alter table member disable trigger member_leaves_manager")


@pytest.mark.item("O14")
@pytest.mark.timeout(900)
async def test_two_managers_who_go_at_once_never_leave_an_account_without_one(world):
    times, began = scorecard.count(1_000, 10_000), time.monotonic()
    broken, outcomes = await race(world, times, lambda: random.choice(ACTS))
    tally = {name: outcomes.count(name) for name in sorted(set(outcomes))}
    scorecard.note("I1", "two managers go at once", times, broken=broken, seconds=round(time.monotonic() - began, 1))
    assert broken == 0, tally
    assert "CheckViolationError" not in tally
    # `act` knows the refusals alone: a deadlock or a failed serialisation would have ended the test.
    scorecard.note("I5", "deadlocks and failed serialisations in I1", times, told=0)
    assert tally["done"] >= times / 2


@pytest.mark.item("O14")
async def test_two_managers_who_leave_at_once_without_lock_and_belt_leave_accounts_behind(world, monkeypatch):
    """Negative control: that the race above is real."""
    unlock(monkeypatch)
    await unbelt(world)
    broken, _ = await race(world, 100, lambda: leave)
    scorecard.note("I1", "negative control: neither lock nor belt", 100, broken=broken)
    assert broken > 20


@pytest.mark.item("O14")
async def test_belt_alone_keeps_a_manager_when_the_lock_is_forgotten(world, monkeypatch):
    unlock(monkeypatch)
    broken, outcomes = await race(world, 100, lambda: leave)
    assert (0, True) == (broken, "CheckViolationError" in outcomes)


@pytest.mark.item("O14")
async def test_lock_alone_keeps_a_manager_without_the_belt(world):
    await unbelt(world)
    broken, outcomes = await race(world, 100, lambda: leave)
    assert (0, 100, 100) == (broken, outcomes.count("done"), outcomes.count("LastManager"))


@pytest.fixture
def unthrottled(monkeypatch):
    """Everybody may try as often as he likes: the limits are not what is asked here."""

    async def begin_try(pool, person):
        return True

    monkeypatch.setattr(pins, "begin_try", begin_try)


async def rotate_while_joining(world, times: int) -> tuple[int, int]:
    """Replace PINs while twenty join with the former one; count who joined before and who after the replacement."""
    vivian = await world.person()
    people = [await world.person() for _ in range(20)]
    before = after = 0
    lasted = 0.02
    for account in await staff.accounts(world, times, vivian):
        async with world.pool.transaction() as connection:
            former, _ = await companies.rotate_pin(connection, world.secrets, account, vivian)
        began = time.monotonic()
        joins = [join(world, person, former) for person in people]
        await asyncio.gather(rotate(world, account, vivian, random.uniform(0, lasted)), *joins)
        lasted = time.monotonic() - began
        rows = await world.pool.fetch(
            "select type, sequence from outbox where subject = $1 order by sequence", f"account/{account}"
        )
        replaced = max(row["sequence"] for row in rows if "rotated" in row["type"])
        joined = [row["sequence"] for row in rows if row["type"] == "accounts.member.joined.v1"]
        before += sum(one < replaced for one in joined)
        after += sum(one > replaced for one in joined)
    return before, after


async def join(world, person, pin) -> None:
    with contextlib.suppress(problems.AccountPinNotAccepted):
        await joining.join(world.pool, world.secrets, person, pin)


async def rotate(world, account, vivian, delay: float) -> None:
    """Replace the PIN at some moment of the joins; they take as long as those of the account before, in seconds."""
    await asyncio.sleep(delay)
    async with world.pool.transaction() as connection:
        await companies.rotate_pin(connection, world.secrets, account, vivian)


@pytest.mark.item("O15", "decision 9")
@pytest.mark.timeout(900)
async def test_nobody_joins_with_the_former_pin_once_its_replacement_is_committed(world, unthrottled):
    times = scorecard.count(50, 500)
    before, after = await rotate_while_joining(world, times)
    scorecard.note("I3", "20 join while the PIN is replaced", times * 20, before=before, after=after)
    assert after == 0
    assert 0 < before < times * 20, "the race never happened"


@pytest.mark.item("O15")
async def test_joining_without_holding_the_account_lets_people_in_after_the_replacement(
    world, unthrottled, monkeypatch
):
    """Negative control of the race above."""
    sql = store_companies.SQL["lock_account_by_pin"].replace("for update", "")
    monkeypatch.setitem(store_companies.SQL._texts, "lock_account_by_pin", sql)
    for _ in range(10):
        _, after = await rotate_while_joining(world, 20)
        if after:
            return
    raise AssertionError("nobody joined with the former PIN")
