"""The operator role: given by operators, the first from the command line; the last never goes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from services.identity import rules, store
from services.identity.commands import speaking
from shared.contracts.events import identity as events
from shared.contracts.problems import common
from shared.contracts.problems import identity as problems

if TYPE_CHECKING:
    from services.identity.store import Person
    from shared.db.pool import Connection


async def make_operator(connection: Connection, username: str) -> Person:
    """Give a verified person the operator role, in effect from the next sign-in or refresh (`not-found`)."""
    person = await hold(connection, username)
    if await store.set_operator(connection, person.id, operator=True):
        return await speaking.announce(connection, events.UserChanged, person.id)
    return person


async def dismiss_operator(connection: Connection, username: str) -> None:
    """Take the operator role from a person (`not-found`, `last-operator`)."""
    person = await find(connection, username)
    operators = await store.lock_operators(connection)
    if person.id not in operators:
        raise common.NotFound
    if len(operators) == 1:
        raise problems.LastOperator
    await store.set_operator(connection, person.id, operator=False)
    await speaking.announce(connection, events.UserChanged, person.id)


async def find(connection: Connection, username: str) -> Person:
    """Find a person by user name (`not-found`)."""
    try:
        key = rules.key(rules.username(username))
    except ValueError as error:
        raise common.NotFound from error
    person = await store.find_person(connection, key)
    if person is None:
        raise common.NotFound
    return person


async def hold(connection: Connection, username: str) -> Person:
    """Find a verified person and keep others from changing or erasing him meanwhile (`not-found`)."""
    person = await store.lock_person(connection, (await find(connection, username)).id)
    if person is None or not person.verified:
        raise common.NotFound
    return person
