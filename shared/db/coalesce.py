"""Questions that arrive while a query runs share the next one, so that no answer is older than its question.

There is no timer and no cache: a lone question is asked at once, and under load a query answers
all that came during the one before (performance §4.1). A batch that fails is halved until the
question at fault fails alone; when the database is away or slow, all of it fails at once.
"""

from __future__ import annotations

import asyncio
import contextvars
import itertools
from collections import deque
from typing import TYPE_CHECKING, Generic, TypeVar

from shared.db.connections import Unavailable, is_transient

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable, Sequence

Q = TypeVar("Q")
A = TypeVar("A")

_Asked = tuple["Sequence[Q]", "asyncio.Future[list[A]]"]
"""Questions asked together, and who waits for their answers."""


class Coalescer(Generic[Q, A]):
    """Answers questions together. `answer` gives one answer for each question, in order.

    `timeout` bounds each query, in seconds; a question waits for at most the query under way,
    those that hold what came before it (`most` each), and its own. Raises Unavailable after that.
    """

    def __init__(
        self, answer: Callable[[Sequence[Q]], Awaitable[Sequence[A]]], *, most: int = 500, timeout: float = 2.0
    ) -> None:
        self._answer = answer
        self._most = most
        self._timeout = timeout
        self._waiting: deque[_Asked[Q, A]] = deque()
        self._running: asyncio.Task[None] | None = None
        self._loop: asyncio.AbstractEventLoop | None = None

    async def ask(self, question: Q) -> A:
        """Give the answer of a query that starts after this call; raise what the query raised."""
        return (await self._put([question]))[0]

    async def ask_all(self, questions: Sequence[Q]) -> list[A]:
        """Give the answers to several questions, in order; a question at fault fails those it was asked with."""
        if len(questions) <= self._most:
            return await self._put(questions) if questions else []
        parts = (questions[start : start + self._most] for start in range(0, len(questions), self._most))
        return [answer for part in await asyncio.gather(*map(self._put, parts)) for answer in part]

    def _put(self, questions: Sequence[Q]) -> asyncio.Future[list[A]]:
        loop = self._loop or asyncio.get_running_loop()
        future: asyncio.Future[list[A]] = loop.create_future()
        self._waiting.append((questions, future))
        if self._running is None:
            # In an empty context: the query belongs to no single request.
            self._loop = loop
            self._running = loop.create_task(self._drain(), context=contextvars.Context())
        return future

    async def _drain(self) -> None:
        try:
            while batch := self._take():
                await self._settle(batch)
        finally:
            self._running = None
            _fail(self._waiting, Unavailable("the query was abandoned"))
            self._waiting.clear()

    def _take(self) -> list[_Asked[Q, A]]:
        batch: list[_Asked[Q, A]] = []
        room = self._most
        while self._waiting and len(self._waiting[0][0]) <= room:
            asked = self._waiting.popleft()
            if not asked[1].done():
                batch.append(asked)
                room -= len(asked[0])
        return batch

    async def _settle(self, batch: Sequence[_Asked[Q, A]]) -> None:
        try:
            questions = [question for asked, _ in batch for question in asked]
            async with asyncio.timeout(self._timeout):
                answers = await self._answer(questions)
            # Paired before any is given, so that a missing answer shifts none to another question.
            found = iter([answer for _, answer in zip(questions, answers, strict=True)])
            for asked, future in batch:
                own = list(itertools.islice(found, len(asked)))
                if not future.done():
                    future.set_result(own)
        except TimeoutError:
            _fail(batch, Unavailable(f"no answer within {self._timeout:g} s"))
        except Exception as error:  # noqa: BLE001 - whoever asked gets it
            await self._isolate(batch, error)
        finally:
            _fail(batch, Unavailable("the query was abandoned"))

    async def _isolate(self, batch: Sequence[_Asked[Q, A]], error: Exception) -> None:
        if len(batch) == 1 or is_transient(error):
            _fail(batch, error)
            return
        middle = len(batch) // 2
        await self._settle(batch[:middle])
        await self._settle(batch[middle:])


class Lanes(Generic[Q, A]):
    """Coalescers side by side: while one waits for the disk, another's query runs.

    Questions of one owner stay in one lane, so that no two queries want the same owner's rows at once.
    """

    def __init__(
        self,
        answer: Callable[[Sequence[Q]], Awaitable[Sequence[A]]],
        owner: Callable[[Q], object],
        *,
        most: int,
        of: int,
    ) -> None:
        self._owner = owner
        self._lanes = tuple(Coalescer(answer, most=most) for _ in range(of))

    async def ask(self, question: Q) -> A:
        """Ask in the lane of the question's owner."""
        return await self._lanes[hash(self._owner(question)) % len(self._lanes)].ask(question)


def _fail(batch: Iterable[_Asked[Q, A]], error: Exception) -> None:
    for _, future in batch:
        if not future.done():
            future.set_exception(error)
