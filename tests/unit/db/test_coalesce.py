"""Questions share queries, and no answer is older than its question."""

from __future__ import annotations

import asyncio

import pytest

from shared.db import coalesce
from shared.db.connections import Unavailable


class Query:
    """A query that answers only when it is told to, and remembers what it was asked."""

    def __init__(self):
        self.batches: list[list[int]] = []
        self.value = 0
        self.gate = asyncio.Event()
        self.gate.set()

    async def __call__(self, questions):
        self.batches.append(list(questions))
        seen = self.value
        await self.gate.wait()
        return [(question, seen) for question in questions]


@pytest.fixture
def query():
    return Query()


async def begun(query: Query, batches: int) -> None:
    for _ in range(100):
        if len(query.batches) < batches:
            await asyncio.sleep(0)
    assert len(query.batches) >= batches


async def test_ask_alone_is_answered_at_once(query):
    answer = await coalesce.Coalescer(query).ask(7)
    assert (answer, query.batches) == ((7, 0), [[7]])


async def test_ask_while_a_query_runs_shares_the_next_one(query):
    coalescer = coalesce.Coalescer(query)
    query.gate.clear()
    first = asyncio.ensure_future(coalescer.ask(1))
    await begun(query, 1)
    later = [asyncio.ensure_future(coalescer.ask(number)) for number in (2, 3, 4)]
    await asyncio.sleep(0)
    query.gate.set()
    await asyncio.gather(first, *later)
    assert [[1], [2, 3, 4]] == query.batches


async def test_ask_gets_an_answer_from_a_query_that_began_after_it(query):
    coalescer = coalesce.Coalescer(query)
    query.gate.clear()
    early = asyncio.ensure_future(coalescer.ask(1))
    await begun(query, 1)
    query.value = 1
    late = asyncio.ensure_future(coalescer.ask(1))
    await asyncio.sleep(0)
    query.gate.set()
    assert ((1, 0), (1, 1)) == (await early, await late)


async def test_ask_again_after_a_pause_starts_a_new_query(query):
    coalescer = coalesce.Coalescer(query)
    await coalescer.ask(1)
    query.value = 5
    assert await coalescer.ask(1) == (1, 5)


async def test_ask_all_gives_answers_in_the_order_of_the_questions(query):
    answers = await coalesce.Coalescer(query).ask_all([3, 1, 3, 2])
    assert [(3, 0), (1, 0), (3, 0), (2, 0)] == answers


async def test_batch_larger_than_the_most_is_split(query):
    await coalesce.Coalescer(query, most=2).ask_all([1, 2, 3, 4, 5])
    assert [[1, 2], [3, 4], [5]] == query.batches


async def test_question_at_fault_fails_alone():
    async def answer(questions):
        if 13 in questions:
            raise ValueError("13")
        return [question * 10 for question in questions]

    coalescer = coalesce.Coalescer(answer)
    answers = await asyncio.gather(*(coalescer.ask(number) for number in (1, 2, 13, 4)), return_exceptions=True)
    assert [10, 20, 40] == [found for found in answers if isinstance(found, int)]
    assert [ValueError] == [type(found) for found in answers if not isinstance(found, int)]


async def test_database_away_fails_the_whole_batch_with_one_attempt():
    attempts = []

    async def answer(questions):
        attempts.append(len(questions))
        raise Unavailable("away")

    coalescer = coalesce.Coalescer(answer)
    answers = await asyncio.gather(*(coalescer.ask(number) for number in range(8)), return_exceptions=True)
    assert [Unavailable] * 8 == [type(found) for found in answers]
    assert attempts == [8]


async def test_query_that_does_not_end_is_unavailable_and_the_next_one_runs(query):
    coalescer = coalesce.Coalescer(query, timeout=0.02)
    query.gate.clear()
    with pytest.raises(Unavailable):
        await coalescer.ask(1)
    query.gate.set()
    assert await coalescer.ask(2) == (2, 0)


async def test_asker_who_gives_up_disturbs_nobody(query):
    coalescer = coalesce.Coalescer(query)
    query.gate.clear()
    first, patient = asyncio.ensure_future(coalescer.ask(1)), asyncio.ensure_future(coalescer.ask(2))
    await begun(query, 1)
    waiting, gone = asyncio.ensure_future(coalescer.ask(3)), asyncio.ensure_future(coalescer.ask(4))
    await asyncio.sleep(0)
    first.cancel()
    gone.cancel()
    query.gate.set()
    assert ((2, 0), (3, 0)) == (await patient, await waiting)
    assert [[1, 2], [3]] == query.batches


async def test_missing_answer_is_an_error_and_not_somebody_elses():
    async def answer(questions):
        return [question for question in questions if question != 2]

    coalescer = coalesce.Coalescer(answer)
    answers = await asyncio.gather(*(coalescer.ask(number) for number in (1, 2, 3)), return_exceptions=True)
    assert 1 == answers[0]
    assert isinstance(answers[1], ValueError)
    assert 3 == answers[2]


async def test_end_of_the_loop_leaves_nobody_waiting(query):
    coalescer = coalesce.Coalescer(query)
    query.gate.clear()
    asked = [asyncio.ensure_future(coalescer.ask(number)) for number in (1, 2)]
    await begun(query, 1)
    asked.append(asyncio.ensure_future(coalescer.ask(3)))
    await asyncio.sleep(0)
    coalescer._running.cancel()
    found = await asyncio.gather(*asked, return_exceptions=True)
    assert [Unavailable] * 3 == [type(one) for one in found]


async def test_lanes_let_owners_go_side_by_side_and_one_owner_one_after_the_other(query):
    lanes = coalesce.Lanes(query, lambda question: question % 2, most=10, of=2)
    query.gate.clear()
    asked = [asyncio.ensure_future(lanes.ask(question)) for question in (2, 4, 3)]
    await begun(query, 2)
    assert query.batches == [[2, 4], [3]]
    late = asyncio.ensure_future(lanes.ask(6))
    for _ in range(20):
        await asyncio.sleep(0)
    assert len(query.batches) == 2
    query.gate.set()
    answers = await asyncio.gather(*asked, late)
    assert ([question for question, _ in answers], query.batches[2:]) == ([2, 4, 3, 6], [[6]])
