"""Who was removed is no longer named by what was sent or could not be taken in (A4)."""

from __future__ import annotations

import json
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared import substrate
from shared.contracts.events import delegation, identity
from shared.contracts.people import Language, Person
from shared.db.pool import Pool
from shared.messaging import forgetting, outbox

PERSON = {"username": "edescartes", "first_name": "Édith", "last_name": "Descartes", "email": "edith@x.ca"}
EDITH = Person(id=UUID(int=2), language=Language.FR, **PERSON)
JEAN = Person(
    id=UUID(int=1), username="jp", first_name="Jean", last_name="Piette", email="j@x.ca", language=Language.FR
)
ADDED = delegation.DelegateAdded(
    id=UUID(int=9), delegator=JEAN, matricule="5003", delegate=EDITH, added_at="2026-11-26T09:00:00Z"
)
VERIFIED = identity.UserVerified(id=EDITH.id, language=Language.FR, verified=True, operator=False, **PERSON)


@pytest.fixture
async def pool(database):
    one = await Pool.open(await database(*substrate.AREAS), name="test", size=2)
    yield one
    await one.close()


async def said(pool: Pool) -> list[str]:
    return [row["e"] for row in await pool.fetch("select envelope::text as e from outbox order by id")]


async def say(pool: Pool, *, sent: bool) -> None:
    async with pool.transaction() as connection:
        await outbox.emit(connection, ADDED, sequence=1)
        await outbox.emit(connection, VERIFIED, sequence=2)
    if sent:
        await pool.execute("update outbox set sent_at = clock_timestamp()")


async def forget(pool: Pool) -> None:
    async with pool.transaction() as connection:
        await forgetting.forget(connection, EDITH.id)


def names(text: str) -> list[str]:
    return [word for word in PERSON.values() if word in text]


async def test_sent_events_no_longer_name_who_was_forgotten_but_the_others(pool: Pool) -> None:
    await say(pool, sent=True)
    assert 4 == len(names((await said(pool))[0])), "negative control: it was there"
    await forget(pool)
    added, verified = await said(pool)
    assert ([], [], True) == (names(added), names(verified), "Piette" in added)


async def test_unsent_events_keep_what_they_have_to_say_until_they_are_sent(pool: Pool) -> None:
    await say(pool, sent=False)
    await forget(pool)
    assert 4 == len(names((await said(pool))[0]))
    await forgetting.clean(pool)
    assert 4 == len(names((await said(pool))[0]))
    await pool.execute("update outbox set sent_at = clock_timestamp()")
    await forgetting.clean(pool)
    assert [[], []] == [names(text) for text in await said(pool)]


KEEP = """
insert into retry (consumer, event_id, body, state, next_at, error, fingerprint)
values ('test', gen_random_uuid(), $1, $2, now(), 'edith@x.ca', 'x')
"""


@pytest.mark.parametrize("state", ["waiting", "parked"])
async def test_events_that_failed_no_longer_name_who_was_forgotten(pool: Pool, state: str) -> None:
    body = json.dumps({"data": {"delegate": {"id": str(EDITH.id), **PERSON}}, "id": "e1"}, ensure_ascii=False)
    await pool.execute(KEEP, body.encode(), state)
    await pool.execute(KEEP, b"\xff not json " + str(EDITH.id).encode() + "Édith".encode(), state)
    await forget(pool)
    rows = await pool.fetch("select body, error from retry order by id")
    assert ([], "") == (names(rows[0]["body"].decode()), rows[0]["error"])
    assert ("e1", b"") == (json.loads(rows[0]["body"])["id"], rows[1]["body"])


async def test_kept_answers_that_name_who_was_forgotten_are_gone(pool: Pool) -> None:
    for answer in (json.dumps({"delegate": str(EDITH.id), **PERSON}).encode(), b'{"other": 1}'):
        await pool.execute("insert into idempotency values ('c', 'r', $1, '', 200, $2)", answer.decode()[:20], answer)
    await forget(pool)
    assert [b'{"other": 1}'] == [row["answer"] for row in await pool.fetch("select answer from idempotency")]


@given(st.recursive(st.text() | st.integers(), lambda one: st.lists(one) | st.dictionaries(st.text(), one)))
def test_what_does_not_name_the_person_stays_as_it_is(value) -> None:
    assert value == forgetting.redacted(value, str(EDITH.id))
