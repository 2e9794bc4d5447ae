"""An operator erases a person: by what he is now, and once."""

import asyncio

from services.identity.commands import erase_person
from shared.contracts.problems import common
from tests.integration.identity.conftest import Somebody

EDITH = Somebody()


async def test_person_is_erased_by_an_operator(world):
    await world.verified(EDITH)
    _, caller = await world.operator()
    assert [204, 404] == [(await caller.delete(f"/v1/people/{EDITH.username}")).status for _ in range(2)]


async def test_erasing_with_a_token_of_before_the_role_was_taken_is_not_permitted(world):
    await world.verified(EDITH)
    _, caller = await world.operator()
    await world.pool.execute("update person set operator = false")
    reply = await caller.delete(f"/v1/people/{EDITH.username}")
    assert ("not-permitted", 1) == (reply.slug, await people(world, EDITH))


async def test_erasing_from_a_session_that_has_ended_is_refused_as_sign_in_required(world):
    await world.verified(EDITH)
    _, caller = await world.operator()
    await world.pool.execute("update session set ended_at = now()")
    reply = await caller.delete(f"/v1/people/{EDITH.username}")
    assert ("sign-in-required", 1) == (reply.slug, await people(world, EDITH))


async def test_erasing_a_person_whom_another_operator_erases_in_this_moment_is_not_found(world):
    await world.verified(EDITH)
    async with world.pool.transaction() as connection:
        await erase_person(connection, EDITH.username)
        other = asyncio.create_task(erased(world))
        await asyncio.sleep(0.2)  # found by name, and waiting for the row
    assert await other is common.NotFound


async def erased(world):
    """Erase Édith; give what was raised."""
    try:
        async with world.pool.transaction() as connection:
            await erase_person(connection, EDITH.username)
    except Exception as error:  # noqa: BLE001 - whatever it was is the answer
        return type(error)
    return None


async def people(world, person):
    """Count the people of a user name."""
    return await world.pool.fetchval("select count(*) from person where username = $1", person.username)


async def test_making_somebody_an_operator_who_is_erased_in_this_moment_is_not_found(world):
    await world.verified(EDITH)
    _, caller = await world.operator()
    async with world.pool.transaction() as connection:
        await erase_person(connection, EDITH.username)
        other = asyncio.create_task(caller.put(f"/v1/operators/{EDITH.username}", {}))
        await asyncio.sleep(0.2)  # found by name, and waiting for the row
    assert (await other).slug == "not-found"
