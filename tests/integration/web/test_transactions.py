"""Writes: one transaction with the kept answer, run again on conflicts; limits that outlive a rollback."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import UUID, uuid4

import pytest

from shared.contracts.problems import common
from shared.db.pool import Connection, Pool, Unavailable
from shared.web import idempotency, throttle
from tests.integration.web import conftest

THING = {"name": "a"}


def key(text: str | None = None) -> dict[str, str]:
    return {"Idempotency-Key": text or str(uuid4())}


async def test_problem_rolls_everything_back(shown) -> None:
    shown.deps.behaviour["error"] = conftest.NOT_FOUND()
    assert 404 == (await shown.person().post("/things", THING)).status
    assert 0 == await shown.things()


async def test_conflict_between_transactions_runs_the_endpoint_again(shown) -> None:
    shown.deps.behaviour["conflict"] = 2
    assert 201 == (await shown.person().post("/things", THING)).status
    assert (3, 1) == (shown.deps.runs, await shown.things())


async def test_conflict_that_stays_is_unavailable_and_changes_nothing(shown) -> None:
    shown.deps.behaviour["conflict"] = 99
    assert 503 == (await shown.person().post("/things", THING)).status
    assert (3, 0) == (shown.deps.runs, await shown.things())


@asynccontextmanager
async def losing(pool: Pool) -> AsyncIterator[None]:
    """Let the next transaction commit, and lose the connection before anybody knows."""
    real = pool.transaction

    @asynccontextmanager
    async def once() -> AsyncIterator[Connection]:
        pool.transaction = real
        async with real() as connection:
            yield connection
        raise Unavailable("lost")

    pool.transaction = once
    yield
    pool.transaction = real


async def test_commit_of_which_nobody_knows_is_not_done_a_second_time(shown) -> None:
    async with losing(shown.deps.pool):
        assert 503 == (await shown.person().post("/things", THING)).status
    assert (1, 1) == (shown.deps.runs, await shown.things())


async def test_commit_of_which_nobody_knows_is_found_by_its_key(shown) -> None:
    headers = key()
    async with losing(shown.deps.pool):
        first = await shown.person().post("/things", THING, headers=headers)
    again = await shown.person().post("/things", THING, headers=headers)
    assert [(201, "a")] * 2 == [(one.status, one.json["what"]) for one in (first, again)]
    assert (1, 1) == (shown.deps.runs, await shown.things())


async def test_connection_lost_before_the_commit_runs_the_endpoint_again(shown) -> None:
    pid = "select pg_terminate_backend(pg_backend_pid())"
    shown.deps.behaviour["sql"] = [pid]
    assert 201 == (await shown.person().post("/things", THING)).status
    assert (2, 1) == (shown.deps.runs, await shown.things())


async def test_deadlock_of_two_requests_lets_both_through(shown) -> None:
    pool = shown.deps.pool
    await pool.execute("create table pair (id int primary key, n int not null default 0)")
    await pool.execute("insert into pair (id) values (1), (2)")
    answers = await asyncio.gather(*(shown.person().post("/crossed", {"name": order}) for order in ("12", "21")))
    assert [200] * 2 == [answer.status for answer in answers]
    assert [2, 2] == [row["n"] for row in await pool.fetch("select n from pair")]


async def test_key_repeated_gives_the_first_answer_and_no_second_effect(shown) -> None:
    headers = key()
    first = await shown.person().post("/things", THING, headers=headers)
    again = await shown.person().post("/things", THING, headers=headers)
    assert (first.status, first.json) == (again.status, again.json)
    assert ("true", None) == (again.headers["Idempotency-Replayed"], first.headers.get("Idempotency-Replayed"))
    assert 1 == await shown.things()


async def test_key_of_twins_at_once_gives_both_one_answer_and_one_effect(shown) -> None:
    headers = key()
    shown.deps.behaviour["slow"] = True
    answers = await asyncio.gather(*(shown.person().post("/things", THING, headers=headers) for _ in range(5)))
    assert {201} == {answer.status for answer in answers}
    assert 1 == await shown.things()


async def test_key_used_for_something_else_is_refused(shown) -> None:
    headers = key()
    await shown.person().post("/things", THING, headers=headers)
    other = await shown.person().post("/things", {"name": "b"}, headers=headers)
    assert (422, "idempotency-key-reused") == (other.status, other.slug)


async def test_key_of_another_caller_is_another_key(shown) -> None:
    headers = key()
    for user in (UUID(int=1), UUID(int=2)):
        assert 201 == (await shown.person(user).post("/things", THING, headers=headers)).status
    assert 2 == await shown.things()


async def test_key_of_a_failed_request_can_be_used_again(shown) -> None:
    headers = key()
    shown.deps.behaviour["error"] = conftest.NOT_FOUND()
    assert 404 == (await shown.person().post("/things", THING, headers=headers)).status
    shown.deps.behaviour.clear()
    assert 201 == (await shown.person().post("/things", THING, headers=headers)).status


@pytest.mark.parametrize("text", ["", "x" * 201, "é"])
async def test_key_that_is_malformed_is_refused(shown, text) -> None:
    answer = await shown.person().post("/things", THING, headers={"Idempotency-Key": text})
    assert (422, 0) == (answer.status, await shown.things())


async def test_key_is_forgotten_after_a_day(shown) -> None:
    headers = key()
    await shown.person().post("/things", THING, headers=headers)
    await shown.deps.pool.execute("update idempotency set created_at = now() - interval '25 hours'")
    await idempotency.clean(shown.deps.pool)
    assert 201 == (await shown.person().post("/things", THING, headers=headers)).status
    assert 2 == await shown.things()


async def tries(pool, limit: throttle.Limit, count: int, name: str = "k") -> int:
    async def one() -> bool:
        try:
            await throttle.spend(pool, name, limit)
        except common.TooManyRequests:
            return False
        return True

    return sum(await asyncio.gather(*(one() for _ in range(count))))


async def test_throttle_lets_exactly_the_limit_through_however_many_come_at_once(shown) -> None:
    limit = throttle.Limit(10, 3600)
    assert (10, 0) == (await tries(shown.deps.pool, limit, 50), await tries(shown.deps.pool, limit, 1))
    assert 1 == await tries(shown.deps.pool, limit, 1, "another")


async def test_throttle_says_how_long_to_wait_and_peeking_costs_nothing(shown) -> None:
    limit = throttle.Limit(2, 100)
    pool = shown.deps.pool
    for _ in range(5):
        await throttle.peek(pool, "k", limit)
    assert 2 == await tries(pool, limit, 2)
    for ask in (throttle.spend, throttle.peek):
        with pytest.raises(common.TooManyRequests) as refused:
            await ask(pool, "k", limit)
        assert 45 <= refused.value.retry_after <= 50
    await throttle.forgive(pool, "k")
    assert 2 == await tries(pool, limit, 3)


async def test_throttle_gives_back_with_time(shown) -> None:
    limit = throttle.Limit(2, 1)
    assert 2 == await tries(shown.deps.pool, limit, 4)
    await asyncio.sleep(0.55)
    assert 1 == await tries(shown.deps.pool, limit, 4)


async def test_throttle_forgets_what_is_full_again(shown) -> None:
    await tries(shown.deps.pool, throttle.Limit(2, 3600), 1, "kept")
    await tries(shown.deps.pool, throttle.Limit(2, 0.01), 1, "full")
    await asyncio.sleep(0.1)
    await throttle.clean(shown.deps.pool)
    assert 1 == await shown.deps.pool.fetchval("select count(*) from throttle")
