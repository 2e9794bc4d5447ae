"""What audit makes of events, on a real database."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime
from importlib import resources
from typing import Any
from uuid import UUID

import pytest

from services.audit import commands, queries, schemas, store, subscribers
from shared import ids, substrate
from shared.contracts.activities import ACTIVITIES
from shared.contracts.envelope import Envelope, Event
from shared.contracts.events import applications, companies, delegation, identity
from shared.contracts.people import Language, Person
from shared.contracts.registry import EVENTS
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
        return {one.id: one.name for one in (await store.find_names(connection, [JEAN.id])).values()}


async def test_name_is_that_of_its_event_also_when_all_came_together(pool: Pool) -> None:
    renamed = JEAN.model_copy(update={"last_name": "Piette-Lavoie"})
    await hear(
        pool,
        delivery(user(JEAN)),
        delivery(user(JEAN, identity.UserRegistered, sealed="x")),
        delivery(user(renamed, identity.UserChanged), actor=f"user:{JEAN.id}", sequence=2),
        delivery(user(JEAN, identity.UserChanged), actor=f"user:{JEAN.id}", sequence=1),
    )
    assert [("Jean Piette", "Jean Piette")] == await rows(pool, "user.verified")
    assert [("Jean Piette-Lavoie", "Jean Piette-Lavoie")] * 2 == await rows(pool, "user.changed")
    assert {JEAN.id: "Jean Piette-Lavoie"} == await names(pool)


async def test_events_that_come_together_are_recorded_in_one_statement_and_in_their_order(
    pool: Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls = []
    insert = store.insert_activities

    async def noting(connection: Any, given: Any) -> set[UUID]:
        calls.append(len(list(given)))
        return await insert(connection, given)

    monkeypatch.setattr(store, "insert_activities", noting)
    people = [JEAN.model_copy(update={"id": UUID(int=number)}) for number in range(100, 150)]
    await hear(pool, *(delivery(user(person)) for person in people))
    assert [50] == calls
    recorded = await pool.fetch("select performed_by from entry order by seq")
    assert [person.id for person in people] == [row["performed_by"] for row in recorded]


async def test_event_that_fails_among_others_waits_alone(pool: Pool) -> None:
    began = added(delegation.ActingStarted)
    await hear(pool, delivery(user(JEAN)), delivery(began), delivery(user(JEAN, identity.UserChanged), sequence=2))
    kinds = [row["kind"] for row in await pool.fetch("select kind from entry order by seq")]
    assert ["user.verified", "user.changed"] == kinds
    assert ["delegation.acting.started.v1"] == [row["type"] for row in await pool.fetch("select type from retry")]


def reported(**more: Any) -> applications.ActivityReported:
    facts = {"key": "k-1", "kind": "lot.reserved", "performed_by": EDITH.id, "performed_for": JEAN.id}
    return applications.ActivityReported.model_validate(facts | {"occurred_at": NOON} | more)


async def test_report_on_the_bus_of_a_person_not_heard_of_waits_and_of_a_kind_not_its_own_is_kept(pool: Pool) -> None:
    await hear(pool, delivery(user(EDITH)), delivery(reported(), actor="application:cadastre"))
    await hear(pool, delivery(reported(key="k-2", kind="pin.issued"), actor="application:cadastre"))
    assert 1 == await pool.fetchval("select count(*) from entry")
    assert 2 == await pool.fetchval("select count(*) from retry")


async def test_report_on_the_bus_and_over_http_with_the_same_key_is_one_activity(pool: Pool) -> None:
    await hear(pool, delivery(user(EDITH)), delivery(user(JEAN)), delivery(reported(), actor="application:cadastre"))
    report = schemas.Report.model_validate(reported().model_dump(exclude={"type"}))
    async with pool.transaction() as connection:
        outcome = await commands.record_reports(connection, "cadastre", [report])
    assert [schemas.Outcome.DUPLICATE] == outcome


LMS = UUID(int=77)


def account(kind: type[companies.Account], *managers: Person, **more: Any) -> companies.Account:
    address = {"street": "1 rue Elgin", "city": "Ottawa", "province": "ON", "postal_code": "K1P 1J1"}
    facts = {"id": LMS, "kind": "professional", "legal_name": "LMS Architects", "operating_name": "", "language": "fr"}
    contact = {"tarion_number": None, "phone": "+16135550123", "email": "lms@mandat.example.com", "address": address}
    return kind.model_validate(facts | contact | {"claimed": True, "managers": [one.id for one in managers]} | more)


async def seen(pool: Pool, person: Person) -> list[str]:
    page = await queries.list_activities(pool, person.id, schemas.Listing(sort="date"), Language.FR)
    return [item.kind for item in page.items]


@pytest.mark.item("O13")
async def test_manager_sees_what_concerns_the_account_while_he_manages_it(pool: Pool) -> None:
    await hear(pool, delivery(user(JEAN)), delivery(user(EDITH)))
    await hear(pool, delivery(account(companies.AccountChanged, JEAN, changed=["phone"]), sequence=2))
    assert ["user.verified", "account.changed"] == await seen(pool, JEAN)
    assert ["user.verified"] == await seen(pool, EDITH)
    await hear(pool, delivery(account(companies.AccountChanged, EDITH, changed=["phone"]), sequence=4))
    # Older news of who manages it changes nothing.
    await hear(pool, delivery(account(companies.AccountChanged, JEAN, changed=["phone"]), sequence=3))
    assert ["user.verified"] == await seen(pool, JEAN)
    assert ["user.verified", *["account.changed"] * 3] == await seen(pool, EDITH)
    assert [(None, "LMS Architects")] * 3 == await rows(pool, "account.changed")


@pytest.mark.item("O2")
async def test_report_for_an_account_is_seen_by_who_did_it_and_by_its_managers(pool: Pool) -> None:
    await hear(pool, delivery(user(JEAN)), delivery(user(EDITH)))
    await hear(pool, delivery(account(companies.AccountChanged, JEAN, changed=["phone"])))
    await hear(pool, delivery(reported(performed_for=LMS), actor="application:permits"))
    assert "lot.reserved" in await seen(pool, JEAN)
    assert "lot.reserved" in await seen(pool, EDITH)
    assert [("Édith Descartes", "LMS Architects")] == await rows(pool, "lot.reserved")
