"""The copy of identity's people: the newest state wins, whatever the order in which events come."""

from __future__ import annotations

from services.accounts import subscribers
from shared import ids
from shared.contracts.events import identity
from shared.contracts.registry import EVENTS

COLUMNS = "username, first_name, last_name, email, verified, version"


async def kept(world, person):
    row = await world.pool.fetchrow(f"select {COLUMNS} from person where id = $1", person)
    return tuple(row) if row else None


async def test_user_events_keep_the_person_as_he_is(world):
    person = ids.uuid7()
    await world.says_identity(person, sequence=1, username="jpiette")
    await world.says_identity(person, identity.UserChanged, 2, username="jpiette", last_name="Piette-Roy")
    assert ("jpiette", "Jean", "Piette-Roy", "jpiette@mandat.example.com", True, 2) == await kept(world, person)


async def test_user_event_that_comes_late_changes_nothing(world):
    person = ids.uuid7()
    await world.says_identity(person, identity.UserChanged, 3, username="nouveau")
    await world.says_identity(person, sequence=2, username="ancien")
    assert (await kept(world, person))[0] == "nouveau"


async def test_user_removed_leaves_the_version_alone_and_nothing_older_brings_him_back(world):
    person = ids.uuid7()
    await world.says_identity(person, identity.UserRemoved, 2, verified=False)
    await world.says_identity(person, sequence=1)
    assert ("", "", "", "", False, 2) == await kept(world, person)


def test_subscriptions_hear_every_event_about_a_user():
    about_users = {event for event in EVENTS.values() if issubclass(event, identity.User)}
    assert about_users == {one.event for one in subscribers.SUBSCRIPTIONS}
