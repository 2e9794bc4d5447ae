"""Anything anybody may do to an account, several at once on connections of their own, in any order (O14).

After every step: there is a manager; each event is the next version; and who only hears the events has the same
members with the same rights as the table.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

import asyncpg
import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.errors import Flaky
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from services.accounts import pins
from services.accounts.commands import companies, joining, members
from shared.contracts.events import identity
from shared.contracts.events.companies import Right
from shared.contracts.problems import Problem
from tests.chaos import scorecard
from tests.integration.accounts import staff
from tests.integration.accounts.conftest import World
from tests.integration.accounts.test_company_races import unbelt, unlock

PEOPLE = 4
person = st.integers(0, PEOPLE - 1)
people = st.lists(person, min_size=1, max_size=3, unique=True)
rights = st.frozensets(st.sampled_from(list(Right)), max_size=3)
act = st.one_of(
    st.tuples(st.just("join"), person),
    st.tuples(st.just("leave"), person),
    st.tuples(st.just("remove"), person, people),
    st.tuples(st.just("change"), person, people, rights, rights),
    st.tuples(st.just("name"), person, person),
    st.tuples(st.just("rotate"), person),
)


class Membership(RuleBasedStateMachine):
    """One account with two managers, four people, and up to four things at a time."""

    world: World
    loop: asyncio.AbstractEventLoop

    def run(self, work: Coroutine[Any, Any, Any]) -> Any:
        return asyncio.run_coroutine_threadsafe(work, self.loop).result(60)

    @initialize()
    def begin(self) -> None:
        self.run(self._begin())

    async def _begin(self) -> None:
        self.people = [await self.world.person() for _ in range(PEOPLE)]
        (self.account,) = await staff.accounts(self.world, 1, *self.people[:2])
        self.begun = await staff.held(self.world, self.account)
        async with self.world.pool.transaction() as connection:
            self.pin, _ = await companies.rotate_pin(connection, self.world.secrets, self.account, self.people[0])

    @rule(acts=st.lists(act, min_size=2, max_size=4))
    def do(self, acts: list[tuple[Any, ...]]) -> None:
        self.run(self._do(acts))

    async def _do(self, acts: list[tuple[Any, ...]]) -> None:
        for answer in await asyncio.gather(*(self._one(*one) for one in acts), return_exceptions=True):
            if isinstance(answer, BaseException) and not isinstance(answer, Problem):
                raise answer

    async def _one(self, what: str, who: int, *more: Any) -> None:
        if what == "join":
            await joining.join(self.world.pool, self.world.secrets, self.people[who], self.pin)
            return
        async with self.world.pool.transaction() as connection:
            await getattr(self, f"_{what}")(connection, self.account, self.people[who], *more)

    async def _leave(self, connection, account, who) -> None:
        await members.leave(connection, account, who)

    async def _remove(self, connection, account, who, whom) -> None:
        await members.remove(connection, account, who, [self.people[one] for one in whom])

    async def _change(self, connection, account, who, whom, grant, withdraw) -> None:
        chosen = [self.people[one] for one in whom]
        await members.change_rights(connection, account, who, chosen, grant, withdraw - grant)

    async def _name(self, connection, account, who, successor) -> None:
        await companies.name_successor(connection, account, who, self.people[successor])

    async def _rotate(self, connection, account, who) -> None:
        self.pin, _ = await companies.rotate_pin(connection, self.world.secrets, account, who)

    @rule(who=person)
    def end_an_identifier(self, who: int) -> None:
        """Let somebody be gone, and another person come in his place."""
        self.run(self._end(who))

    async def _end(self, who: int) -> None:
        held = await staff.held(self.world, self.account)
        others = set(held) - {str(self.people[who])}
        if any("manage" in held[one] for one in others):
            await self.world.says_identity(self.people[who], identity.UserRemoved, 2, verified=False)
            self.people[who] = await self.world.person()

    @invariant()
    def somebody_manages(self) -> None:
        if hasattr(self, "account"):
            assert self.run(staff.without_manager(self.world)) == 0

    @invariant()
    def who_hears_the_events_knows_the_members(self) -> None:
        if hasattr(self, "account"):
            sequences, known = self.run(staff.told(self.world, self.account, self.begun))
            assert sequences == list(range(1, len(sequences) + 1))
            assert known == self.run(staff.held(self.world, self.account))


async def run(world: World, monkeypatch: pytest.MonkeyPatch, examples: int) -> None:
    """Run the machine on this world; nobody is throttled, as that is not asked here."""

    async def begin_try(pool, person):
        return True

    monkeypatch.setattr(pins, "begin_try", begin_try)
    machine: Callable[[], RuleBasedStateMachine] = type(
        "Machine", (Membership,), {"world": world, "loop": asyncio.get_running_loop()}
    )
    told = settings(
        max_examples=examples,
        stateful_step_count=15,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        database=None,
        phases=(Phase.generate,),
    )
    await asyncio.to_thread(run_state_machine_as_test, machine, settings=told)


@pytest.mark.item("O14")
@pytest.mark.timeout(900)
async def test_whatever_members_do_at_once_there_is_a_manager_and_the_events_tell_it(world, monkeypatch):
    await run(world, monkeypatch, examples=scorecard.count(15, 300))


@pytest.mark.timeout(900)
async def test_machine_finds_what_goes_wrong_without_the_lock(world, monkeypatch):
    """Negative control: the same machine, with the row locks taken away; a second look may not see it again."""
    unlock(monkeypatch)
    await unbelt(world)
    with pytest.raises((AssertionError, asyncpg.PostgresError, Flaky)):
        await run(world, monkeypatch, examples=2000)
