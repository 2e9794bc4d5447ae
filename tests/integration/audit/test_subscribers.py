"""What audit makes of events, on a real database."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime
from importlib import resources
from typing import Any
from uuid import UUID

import pytest

from services.audit import store, subscribers
from shared import ids, substrate
from shared.contracts.activities import ACTIVITIES
from shared.contracts.envelope import Envelope, Event
from shared.contracts.events import EVENTS, delegation, identity
from shared.contracts.people import Language, Person
from shared.db.migrate import Area
from shared.db.pool import Pool
from shared.messaging import consumer
from shared.messaging.bus import Delivery

AREA = Area("audit", resources.files("services.audit") / "sql/migrations")
JEAN = Person(
    id=UUID(int=1), username="jpiette", first_name="Jean", last_name="Piette", email="j@x.ca", language=Language.FR
)
EDITH = Person(
    id=UUID(int=2),
    username="edescartes",
    first_name="Édith",
    last_name="Descartes",
    email="e@x.ca",
    language=Language.FR,
)
NOON = datetime(2026, 11, 24, 17, 0, tzinfo=UTC)


@pytest.fixture
async def pool(database: Callable[..., Awaitable[str]]) -> AsyncIterator[Pool]:
    one = await Pool.open(await database(*substrate.AREAS, AREA), name="audit", size=4)
    yield one
    await one.close()


def delivery(event: Event, *, actor: str = "system", sequence: int = 1) -> Delivery:
    envelope = Envelope(
        id=ids.uuid7(),
        source="/" + event.type.split(".")[0],
        type=event.type,
        subject=event.subject(),
        time=NOON,
        data=event.model_dump(mode="json"),
        actor=actor,
        sequence=sequence,
        correlationid="c-1",
    )
    return Delivery(envelope.to_json(), str(envelope.id))


def user(person: Person, kind: type[identity.User] = identity.UserVerified, **more: Any) -> identity.User:
    data = person.model_dump() | {"verified": True, "operator": False} | more
    return kind(**data)


def added(kind: type[delegation.Delegation] = delegation.DelegateAdded) -> delegation.Delegation:
    return kind(id=UUID(int=9), delegator=JEAN, matricule="5003", delegate=EDITH, added_at=NOON)


async def hear(pool: Pool, *deliveries: Delivery) -> None:
    await consumer.Consumer("audit", pool, subscribers.SUBSCRIPTIONS).receive(list(deliveries))


async def rows(pool: Pool, kind: str) -> list[tuple[str | None, str | None]]:
    found = await pool.fetch("select * from activity where kind = $1 order by id", kind)
    return [(row["performed_by_name"], row["performed_for_name"]) for row in found]


def test_recorded_every_event_has_its_kind_and_every_kind_its_sentence() -> None:
    heard = {event for event, *_ in subscribers.RECORDED} | {EVENTS["applications.activity.reported.v1"]}
    unheard = set(EVENTS.values()) - heard
    # What is sealed is the register itself: recording that would be sealed again, for ever.
    assert {EVENTS["applications.alert.raised.v1"], EVENTS["audit.register.sealed.v1"]} == unheard
    assert {tag for _, tag, *_ in subscribers.RECORDED} <= set(ACTIVITIES)
    assert set(ACTIVITIES) == {tag for _, tag, *_ in subscribers.RECORDED} | {
        tag for tag, activity in ACTIVITIES.items() if activity.reported
    }


@pytest.mark.item("Q36")
async def test_delegate_added_is_recorded_by_and_for_the_delegator(pool: Pool) -> None:
    await hear(pool, delivery(user(JEAN)), delivery(user(EDITH)), delivery(added(), actor=f"user:{JEAN.id}"))
    assert [("Jean Piette", "Jean Piette")] == await rows(pool, "delegate.added")


async def test_acting_started_is_recorded_by_the_delegate_for_the_delegator(pool: Pool) -> None:
    await hear(pool, delivery(user(JEAN)), delivery(user(EDITH)), delivery(added(delegation.ActingStarted)))
    assert [("Édith Descartes", "Jean Piette")] == await rows(pool, "acting.started")


async def test_event_delivered_three_times_is_one_activity(pool: Pool) -> None:
    once = delivery(user(JEAN))
    await hear(pool, once, once)
    await hear(pool, once)
    assert [("Jean Piette", "Jean Piette")] == await rows(pool, "user.verified")


async def test_event_about_a_person_not_heard_of_waits_and_is_not_lost(pool: Pool) -> None:
    await hear(pool, delivery(added()))
    assert [] == await rows(pool, "delegate.added")
    assert 1 == await pool.fetchval("select count(*) from retry")


async def test_name_of_a_recorded_activity_stays_as_it_was(pool: Pool) -> None:
    """Decision 4: what was done stays as it was when the person takes another name."""
    await hear(pool, delivery(user(JEAN)))
    renamed = JEAN.model_copy(update={"last_name": "Piette-Lavoie"})
    await hear(pool, delivery(user(renamed, identity.UserChanged), actor=f"user:{JEAN.id}", sequence=2))
    assert [("Jean Piette", "Jean Piette")] == await rows(pool, "user.verified")
    assert [("Jean Piette-Lavoie", "Jean Piette-Lavoie")] == await rows(pool, "user.changed")


async def test_older_news_of_a_person_does_not_bring_the_old_name_back(pool: Pool) -> None:
    renamed = JEAN.model_copy(update={"last_name": "Piette-Lavoie"})
    await hear(pool, delivery(user(renamed, identity.UserChanged), sequence=7), delivery(user(JEAN), sequence=6))
    assert {JEAN.id: "Jean Piette-Lavoie"} == await names(pool)


async def names(pool: Pool) -> dict[UUID, str]:
    async with pool.connection() as connection:
        return await store.find_names(connection, [JEAN.id])
