"""Imports of business accounts: by the same road as licences (O3)."""

from __future__ import annotations

import asyncio

import psutil
import pytest

from services.accounts import imports
from shared import ids
from shared.contracts.secrets import PinSecret
from tests.chaos import scorecard
from tests.integration.accounts import firms
from tests.integration.accounts.firms import LMS_CORP, roster
from tests.integration.accounts.test_joining import imported_pin

IMPORTED, CHANGED = "accounts.account.imported.v1", "accounts.account.changed.v1"
OTHER = (
    LMS_CORP.replace("E-1001", "E-1002").replace("LMS Corp.", "Béton Gatineau").replace("entrepreneur", "professional")
)


async def listed(world, **query):
    return (await world.as_operator().get("/v1/directory", params=query)).json["accounts"]


@pytest.mark.item("O3")
async def test_import_makes_accounts_each_with_a_pin_and_says_so(world):
    reply = await world.send(roster(LMS_CORP, OTHER))
    assert (200, 2, 0) == (reply.status, reply.json["created"], reply.json["bad"])
    said = await world.said(IMPORTED)
    assert [("E-1001", "contractor", False, []), ("E-1002", "professional", False, [])] == [
        (one.data["number"], one.data["kind"], one.data["claimed"], one.data["managers"]) for one in said
    ]
    assert ["A23-000123", "A24-000456"] == said[0].data["references"]
    assert ["Béton Gatineau", "LMS Corp."] == [one["legal_name"] for one in await listed(world, state="unclaimed")]


@pytest.mark.item("O3")
async def test_import_again_changes_nothing_and_gives_no_other_pin(world):
    await world.send(roster(LMS_CORP))
    pin = await imported_pin(world)
    again = await world.send(roster(LMS_CORP))
    assert (0, 0, 1) == tuple(again.json[one] for one in ("created", "changed", "unchanged"))
    assert pin == await imported_pin(world)


@pytest.mark.item("O3")
async def test_import_of_one_id_twice_is_one_import(world):
    import_id = ids.uuid7()
    first = await world.send(roster(LMS_CORP), import_id)
    assert first.json == (await world.send(roster(LMS_CORP, OTHER), import_id)).json


@pytest.mark.item("O3")
async def test_import_corrects_what_nobody_has_claimed_and_links_more_applications(world):
    await world.send(roster(LMS_CORP))
    reply = await world.send(roster(LMS_CORP.replace("0177", "0199").replace("A23-000123", "A25-1|A23-000123")))
    assert reply.json["changed"] == 1
    (event,) = await world.said(CHANGED)
    assert (["phone", "references"], ["A25-1"], 2) == (event.data["changed"], event.data["references"], event.sequence)
    assert "+16135550199" == event.data["phone"]


@pytest.mark.item("O3", "O7")
async def test_import_leaves_what_managers_say_and_still_links_applications(world):
    await world.send(roster(LMS_CORP))
    madiee = await world.person()
    account = (await firms.join(world, madiee, await imported_pin(world))).json["account"]["id"]
    assert (await world.send(roster(LMS_CORP.replace("0177", "0199") + "|A26-9"))).json["changed"] == 1
    seen = (await world.as_(madiee).get(f"/v1/accounts/{account}")).json
    assert ("+16135550177", ["A23-000123", "A24-000456", "A26-9"]) == (seen["phone"], seen["references"])
    (event,) = await world.said(CHANGED)
    assert (["references"], [str(madiee)]) == (event.data["changed"], event.data["managers"])


@pytest.mark.item("O3")
async def test_every_bad_row_is_reported_with_line_column_and_reason_and_the_good_ones_land(world):
    rows = [
        LMS_CORP.replace("entrepreneur", "plombier"),
        OTHER,
        OTHER.replace("K1N5Y6", "90210").replace("E-1002", "E-3"),
        OTHER,
        LMS_CORP.replace("613-555-0177", "").replace("E-1001", "E-4"),
    ]
    reply = await world.send(roster(*rows))
    assert (1, 4) == (reply.json["created"], reply.json["bad"])
    assert [
        (2, "kind", "kind"),
        (4, "postal_code", "postal_code"),
        (5, "number", "duplicate"),
        (6, "phone", "missing"),
    ] == [(one["line"], one["column"], one["code"]) for one in reply.json["faults"]]
    assert all(one["reason_fr"] and one["reason_en"] for one in reply.json["faults"])


async def many(rows: int):
    """Give a file of many business accounts as it comes over the wire."""
    yield f"{firms.COLUMNS}\r\n".encode()
    for number in range(rows):
        yield LMS_CORP.replace("E-1001", f"E-{number}").encode() + b"\r\n"


@pytest.mark.item("O3")
async def test_import_of_many_tells_how_far_it_is_and_holds_no_more_than_a_batch(world):
    rows, said, peaks, process = scorecard.count(4_000, 100_000), [], [], psutil.Process()

    def report(done: int, landed: int) -> None:
        said.append(landed)
        peaks.append(process.memory_info().rss)

    given = {"import_id": ids.uuid7(), "started_by": "system", "report": report}
    await imports.import_roster(world.pool, world.secrets, many(rows), **given)
    assert said == sorted(said)
    assert said[-1] == rows
    assert len(said) >= rows // imports.BATCH
    assert await world.pool.fetchval("select count(*) from account") == rows
    assert (max(peaks) - peaks[0]) / 2**20 < 24


@pytest.mark.item("O3", "O7")
async def test_claims_during_an_import_that_corrects_the_same_accounts_all_hold(world):
    rows = [LMS_CORP.replace("E-1001", f"E-{number}") for number in range(30)]
    await world.send(roster(*rows))
    said = (await world.said(IMPORTED))[:10]
    pins = [world.opener.open(one.data["sealed"], PinSecret).pin for one in said]
    people = [await world.person() for _ in pins]
    imported, *joined = await asyncio.gather(
        world.send(roster(*(row.replace("0177", "0199") for row in reversed(rows)))),
        *(firms.join(world, person, pin) for person, pin in zip(people, pins, strict=True)),
    )
    assert (200, {"manager"}) == (imported.status, {one.json["role"] for one in joined})
    for row in await world.pool.fetch("select id, version from account"):
        events = [one.sequence for one in await world.said() if one.subject == f"account/{row['id']}"]
        assert list(range(1, row["version"] + 1)) == sorted(events)


@pytest.mark.parametrize("header", ["numero;genre;telephone", "number;kind;legal_name;phone;phone"])
async def test_header_without_its_columns_names_those_to_be_checked(world, header):
    reply = await world.send((header + "\r\nx;y;z\r\n").encode())
    assert (422, "roster-columns-wrong") == (reply.status, reply.slug)
    assert "postal_code" in reply.json["columns"]
    assert "matricule" not in reply.json["detail"]
