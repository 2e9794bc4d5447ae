"""Importing a roster over HTTP: good rows land, bad ones are named, and repeating it changes nothing (O3)."""

from __future__ import annotations

import asyncio
from urllib.parse import urlsplit

import pytest

from services.accounts.api import imports as api
from services.accounts.rules import pins as rules
from shared import ids
from shared.contracts.secrets import PinSecret
from tests.integration.accounts.conftest import CHANGED, CLAIRE, CSV, HEADER, IMPORTED, JEAN, roster
from tests.support import web
from tests.support.messaging import eventually


def counts(answer):
    return tuple(answer[name] for name in ("rows", "created", "changed", "unchanged", "bad"))


@pytest.mark.item("O3")
async def test_import_of_new_rows_makes_licences_that_nobody_holds_yet(world):
    answer = await world.load(JEAN, CLAIRE)
    assert ("done", (2, 2, 0, 0, 0), []) == (answer["state"], counts(answer), answer["faults"])
    licence = await world.licence("5003")
    names = {"matricule": "5003", "first_name": "Jean", "last_name": "Piette", "email": "jpiette@mandat.example.com"}
    rest = {"office": "Québec", "language": "fr", "status": "unclaimed", "holder": None}
    assert {"id": licence["id"]} | names | rest == licence


@pytest.mark.item("O3", "O8")
async def test_import_of_new_rows_says_each_with_a_pin_that_only_notifications_reads(world):
    await world.load(JEAN, CLAIRE)
    said = await world.said()
    assert [IMPORTED, IMPORTED] == [one.type for one in said]
    assert {"5003": "fr", "5001": "en"} == {one.data["matricule"]: one.data["language"] for one in said}
    pins = {world.opener.open(one.data["sealed"], PinSecret).pin for one in said}
    assert len(pins) == 2
    assert {1} == {one.sequence for one in said}
    assert all(one.actor.startswith("user:") for one in said)


@pytest.mark.item("O3")
async def test_import_of_the_same_file_again_changes_nothing_and_says_nothing(world):
    await world.load(JEAN, CLAIRE)
    before = await world.pool.fetch("select * from licence order by id")
    answer = await world.load(JEAN, CLAIRE)
    assert (2, 0, 0, 2, 0) == counts(answer)
    assert before == await world.pool.fetch("select * from licence order by id")
    assert len(await world.said()) == 2


async def test_import_of_a_corrected_row_changes_that_licence_alone_and_keeps_its_pin(world):
    await world.load(JEAN, CLAIRE)
    pin = await world.pin()
    answer = await world.load(JEAN.replace("Québec", "Gatineau"), CLAIRE)
    assert (2, 0, 1, 1, 0) == counts(answer)
    (event,) = await world.said(CHANGED)
    assert ("Gatineau", "unclaimed", 2) == (event.data["office"], event.data["status"], event.sequence)
    assert (await world.claim(await world.person(), pin)).status == 200


async def test_import_of_a_corrected_row_of_a_claimed_licence_keeps_its_holder(world):
    await world.load(JEAN)
    person = await world.person()
    await world.claim(person, await world.pin())
    await world.load(JEAN.replace("Québec", "Gatineau"))
    (event,) = await world.said(CHANGED)
    assert (str(person), "active", 3) == (event.data["holder"], event.data["status"], event.sequence)


async def test_import_leaves_licences_alone_that_the_file_does_not_name(world):
    await world.load(JEAN)
    await world.load(CLAIRE)
    assert (await world.licence("5003"))["status"] == "unclaimed"


async def test_import_names_every_bad_row_and_lands_the_good_ones(world):
    rows = [
        JEAN,
        "x12;Édith;Descartes;edescartes@mandat.example.com;Québec;fr",
        "5004;;Quiroule;pquiroule@mandat.example.com;Québec;fr",
        "5005;Alain;Proviste;pas une adresse;Québec;fr",
        CLAIRE,
        "5006;Trop;De;colonnes@mandat.example.com;Québec;fr;oui",
        JEAN.replace("Jean", "Jeanne"),
    ]
    answer = (await world.send(roster(*rows))).json
    assert ("done", (7, 2, 0, 0, 5)) == (answer["state"], counts(answer))
    assert [
        (3, "matricule", "matricule"), (4, "first_name", "missing"), (5, "email", "email"), (7, None, "columns"),
        (8, "matricule", "duplicate"),
    ] == [(fault["line"], fault["column"], fault["code"]) for fault in answer["faults"]]  # fmt: skip
    assert all(fault["reason_fr"] and fault["reason_en"] for fault in answer["faults"])
    assert (await world.licence("5003"))["first_name"] == "Jean"


async def test_import_never_repeats_what_a_bad_row_says(world):
    reply = await world.send(roster("5005;Alain;Proviste;tres-secret;Québec;fr"))
    assert "tres-secret" not in reply.text


async def test_import_finds_doubles_far_apart_and_within_one_batch(world):
    rows = [f"{number};A;B;a{number}@mandat.example.com;Q;fr" for number in range(1, 1201)]
    answer = (await world.send(roster(*rows, rows[0], rows[1199], rows[1199]))).json
    assert (1203, 1200, 0, 0, 3) == counts(answer)
    assert [1202, 1203, 1204] == [fault["line"] for fault in answer["faults"]]


async def test_import_of_the_same_rows_in_two_files_finds_no_doubles(world):
    await world.load(JEAN)
    assert (1, 0, 0, 1, 0) == counts(await world.load(JEAN))


async def test_import_under_a_finished_id_answers_as_before_whatever_is_sent(world):
    import_id = ids.uuid7()
    first = await world.send(roster(JEAN), import_id)
    again = await world.send(roster(JEAN, CLAIRE), import_id)
    assert (200, first.json) == (again.status, again.json)
    assert len(await world.said()) == 1


async def test_import_shows_more_than_a_thousand_faults_in_pages(world):
    import_id = ids.uuid7()
    first = (await world.send(roster(*["x;;;;;"] * 1500), import_id)).json
    assert (1000, 1001) == (len(first["faults"]), first["next"])
    rest = (await world.as_operator().get(f"/v1/imports/{import_id}?after_line=1001")).json
    assert (500, 1002, None) == (len(rest["faults"]), rest["faults"][0]["line"], rest["next"])


@pytest.mark.parametrize(
    ("content", "slug"),
    [
        (b"", "roster-unreadable"),
        (roster(JEAN).decode().encode("utf-16"), "roster-unreadable"),
        (b"matricule;nom\r\n", "roster-columns-wrong"),
    ],
)
async def test_import_with_a_wrong_beginning_is_refused_and_failed(world, content, slug):
    import_id = ids.uuid7()
    reply = await world.send(content, import_id)
    assert (422, slug) == (reply.status, reply.slug)
    assert (await world.as_operator().get(f"/v1/imports/{import_id}")).json["state"] == "failed"


async def test_import_under_a_failed_id_begins_anew(world):
    import_id = ids.uuid7()
    await world.send(b"matricule;nom\r\n", import_id)
    reply = await world.send(roster(JEAN), import_id)
    assert ("done", (1, 1, 0, 0, 0)) == (reply.json["state"], counts(reply.json))


async def test_import_of_another_content_type_is_refused(world):
    reply = await world.as_operator().put(
        f"/v1/imports/{ids.uuid7()}", data=roster(JEAN), headers={"Content-Type": "application/json"}
    )
    assert (415, "unsupported-media-type") == (reply.status, reply.slug)
    assert (await world.as_operator().get("/v1/imports")).json == {"imports": []}


async def test_import_beyond_the_limit_is_refused(world, monkeypatch):
    monkeypatch.setattr(api, "LARGEST", 100_000)
    import_id = ids.uuid7()

    async def pieces():
        for _ in range(100):
            yield roster(*[JEAN] * 50)

    reply = await world.as_operator().put(f"/v1/imports/{import_id}", data=pieces(), headers=CSV)
    assert (413, "body-too-large") == (reply.status, reply.slug)
    assert (await world.as_operator().get(f"/v1/imports/{import_id}")).json["state"] == "failed"


async def test_import_announced_as_beyond_the_limit_is_refused_before_it_is_sent(world):
    reader, writer = await begin_sending(world, ids.uuid7(), api.LARGEST + 1)
    assert b" 413 " in await asyncio.wait_for(reader.readline(), 5)
    writer.close()
    assert (await world.as_operator().get("/v1/imports")).json == {"imports": []}


async def test_import_is_for_operators_alone(world):
    path = f"/v1/imports/{ids.uuid7()}"
    person = await world.as_(await world.person()).put(path, data=roster(JEAN), headers=CSV)
    nobody = await web.Api(world.base).put(path, data=roster(JEAN), headers=CSV)
    application = await web.Api(world.base, world.issuer.application()).put(path, data=roster(JEAN), headers=CSV)
    assert [403, 401, 403] == [person.status, nobody.status, application.status]


async def test_import_that_is_not_known_is_not_found(world):
    assert (await world.as_operator().get(f"/v1/imports/{ids.uuid7()}")).slug == "not-found"


async def test_list_imports_gives_the_newest_first(world):
    first, second = ids.uuid7(), ids.uuid7()
    await world.send(roster(JEAN), first)
    await world.send(roster(CLAIRE), second)
    listed = (await world.as_operator().get("/v1/imports")).json["imports"]
    assert [str(second), str(first)] == [one["id"] for one in listed]


async def test_import_that_is_cut_off_fails_keeps_what_landed_and_completes_when_sent_again(world):
    """The connection breaks in the middle of a row: that row must not land, and 500 before it do."""
    import_id = ids.uuid7()
    rows = [f"{number};A;B;a{number}@mandat.example.com;Q;fr" for number in range(1, 801)]
    content = roster(*rows)
    await send_half(world, import_id, content, len(roster(*rows[:600])) - 10)

    async def state():
        return (await world.as_operator().get(f"/v1/imports/{import_id}")).json["state"]

    await eventually(state, "failed")
    landed = await world.pool.fetchval("select count(*) from licence")
    assert landed == 500
    answer = (await world.send(content, import_id)).json
    assert ("done", (800, 300, 0, 500, 0)) == (answer["state"], counts(answer))
    assert len(await world.said(IMPORTED)) == 800


async def send_half(world, import_id, content, length):
    _, writer = await begin_sending(world, import_id, len(content))
    writer.write(content[:length])
    await writer.drain()
    await asyncio.sleep(0.5)
    writer.close()
    await writer.wait_closed()


async def begin_sending(world, import_id, length):
    address = urlsplit(world.base)
    reader, writer = await asyncio.open_connection(address.hostname, address.port)
    head = (
        f"PUT /accounts/v1/imports/{import_id} HTTP/1.1\r\nHost: x\r\nContent-Type: text/csv\r\n"
        f"Authorization: Bearer {world.issuer.operator(ids.uuid7())}\r\nContent-Length: {length}\r\n\r\n"
    )
    writer.write(head.encode())
    await writer.drain()
    return reader, writer


async def test_import_whose_sender_falls_silent_gives_way_to_others(world, monkeypatch):
    monkeypatch.setattr(api, "PATIENCE", 0.3)

    async def stuck():
        yield f"{HEADER}\r\n".encode()
        await asyncio.sleep(2)
        yield f"{JEAN}\r\n".encode()

    silent = asyncio.create_task(world.as_operator().put(f"/v1/imports/{ids.uuid7()}", data=stuck(), headers=CSV))
    await asyncio.sleep(0.1)
    assert (await world.send(roster(CLAIRE))).slug == "import-running"

    async def another():
        return (await world.send(roster(CLAIRE))).status

    await eventually(another, 200, seconds=5)
    assert (await silent).status == 503


async def test_import_whose_pin_exists_already_makes_another(world, monkeypatch):
    """Once in thousands of rosters; the batch goes again, and nothing is said twice."""
    await world.load(JEAN)
    repeated = await world.pin()
    made = iter([repeated, "222-222-222"])
    real = rules.make_pin
    monkeypatch.setattr(rules, "make_pin", lambda: next(made, None) or real())
    answer = (await world.send(roster(JEAN, CLAIRE), ids.uuid7())).json
    assert (2, 1, 1, 0) == (answer["rows"], answer["created"], answer["unchanged"], answer["bad"])
    assert await world.pin("5001") == "222-222-222"
    assert len(await world.said()) == 2
