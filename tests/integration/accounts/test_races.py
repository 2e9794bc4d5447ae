"""What must hold when everything happens at once (reliability §C6, I3)."""

from __future__ import annotations

import asyncio
from collections import Counter

import pytest

from shared import ids
from tests.integration.accounts.conftest import GRANTED, IMPORTED, JEAN, SUSPENDED, roster


def outcome(reply):
    return reply.status if reply.status == 200 else reply.slug


@pytest.mark.item("O7")
async def test_claim_by_twenty_persons_at_once_has_one_winner(world):
    await world.load(JEAN)
    pin = await world.pin()
    people = [await world.person() for _ in range(20)]
    found = await asyncio.gather(*(world.claim(person, pin) for person in people))
    assert Counter({200: 1, "pin-not-accepted": 19}) == Counter(map(outcome, found))
    (event,) = await world.said(GRANTED)
    winner = people[[outcome(reply) for reply in found].index(200)]
    assert str(winner) == event.data["holder"] == (await world.licence())["holder"]


async def test_claim_sent_five_times_at_once_is_answered_as_done_each_time(world):
    await world.load(JEAN)
    pin, person = await world.pin(), await world.person()
    found = await asyncio.gather(*(world.claim(person, pin) for _ in range(5)))
    assert ({200}, 1) == ({outcome(reply) for reply in found}, len(await world.said(GRANTED)))


async def test_claim_of_several_licences_by_one_person_at_once_gives_him_one(world):
    await world.load(*(f"{number};A;B;a@mandat.example.com;Q;fr" for number in range(1, 6)))
    pins, person = [await world.pin(str(number)) for number in range(1, 6)], await world.person()
    found = await asyncio.gather(*(world.claim(person, pin) for pin in pins))
    assert Counter({200: 1, "already-a-surveyor": 4}) == Counter(map(outcome, found))
    assert len(await world.said(GRANTED)) == 1


async def test_claim_and_suspension_at_once_end_suspended_whoever_came_first(world):
    """Suspended first: nobody holds it. Claimed first: its holder is suspended."""
    for number in range(1, 21):
        await world.load(f"{number};A;B;a@mandat.example.com;Q;fr")
        licence, pin = await world.licence(str(number)), await world.pin(str(number))
        person = await world.person()
        claimed, suspended = await asyncio.gather(world.claim(person, pin), world.change("suspend", licence["id"]))
        assert suspended.status == 200
        after = await world.licence(str(number))
        assert ("suspended", str(person) if claimed.status == 200 else None) == (after["status"], after["holder"])
        assert outcome(claimed) in (200, "pin-not-accepted")
    await in_step(world)


@pytest.mark.item("O15")
async def test_claim_with_the_former_pin_never_succeeds_after_another_was_issued(world):
    for number in range(1, 11):
        await world.load(f"{number};A;B;a@mandat.example.com;Q;fr")
        licence, former = (await world.licence(str(number)))["id"], await world.pin(str(number))
        people = [await world.person() for _ in range(5)]
        issue = world.as_operator().post(f"/v1/licences/{licence}/pin")
        issued, *claims = await asyncio.gather(issue, *(world.claim(person, former) for person in people))
        won = [outcome(reply) for reply in claims].count(200)
        assert (won, outcome(issued)) in ((1, "licence-already-claimed"), (0, 200))
        assert outcome(await world.claim(await world.person(), former)) == "pin-not-accepted"
    await in_step(world)


async def test_suspension_by_ten_operators_at_once_is_one(world):
    await world.load(JEAN)
    licence = (await world.licence())["id"]
    found = await asyncio.gather(*(world.change("suspend", licence) for _ in range(10)))
    assert Counter({200: 1, "licence-already-suspended": 9}) == Counter(map(outcome, found))
    assert len(await world.said(SUSPENDED)) == 1


async def test_import_while_another_runs_is_refused(world):
    rows = [f"{number};A;B;a{number}@mandat.example.com;Q;fr" for number in range(1, 1501)]
    found = await asyncio.gather(*(world.send(roster(*rows)) for _ in range(2)))
    assert Counter({200: 1, "import-running": 1}) == Counter(map(outcome, found))
    assert len(await world.said(IMPORTED)) == 1500
    assert (await world.send(roster(*rows))).json["unchanged"] == 1500


async def test_import_under_one_id_twice_at_once_runs_once(world):
    rows = [f"{number};A;B;a{number}@mandat.example.com;Q;fr" for number in range(1, 1501)]
    import_id = ids.uuid7()
    found = await asyncio.gather(*(world.send(roster(*rows), import_id) for _ in range(3)))
    assert set(map(outcome, found)) <= {200, "import-running"}
    assert len(await world.said(IMPORTED)) == 1500
    assert (await world.send(roster(*rows), import_id)).json["created"] == 1500


async def test_claims_and_suspensions_during_an_import_that_corrects_the_same_licences_all_hold(world):
    rows = [f"{number};A;B;a{number}@mandat.example.com;Q;fr" for number in range(1, 61)]
    await world.load(*rows)
    pins = [await world.pin(str(number)) for number in range(1, 21)]
    people = [await world.person() for _ in pins]
    licences = [(await world.licence(str(number)))["id"] for number in range(41, 61)]
    corrected = [row.replace(";Q;", ";Gatineau;") for row in rows]
    imported, *others = await asyncio.gather(
        world.send(roster(*reversed(corrected))),
        *(world.claim(person, pin) for person, pin in zip(people, pins, strict=True)),
        *(world.change("suspend", licence) for licence in licences),
    )
    assert (200, 60) == (imported.status, imported.json["changed"])
    assert {200} == {reply.status for reply in others}
    after = (await world.as_operator().get("/v1/licences?size=200")).json["licences"]
    assert {"Gatineau"} == {one["office"] for one in after}
    assert Counter({"active": 20, "unclaimed": 20, "suspended": 20}) == Counter(one["status"] for one in after)
    await in_step(world)


async def in_step(world):
    """Each licence's events are its versions one by one, and the last one shows it as it is."""
    for row in await world.pool.fetch("select id, version, office, holder, suspended from licence"):
        said = [one for one in await world.said() if one.subject == f"licence/{row['id']}"]
        assert list(range(1, row["version"] + 1)) == sorted(one.sequence for one in said)
        last = max(said, key=lambda one: one.sequence).data
        assert (row["office"], row["suspended"]) == (last["office"], last["status"] == "suspended")
        assert (str(row["holder"]) if row["holder"] else None) == last["holder"]
