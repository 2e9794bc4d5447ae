"""No PIN stands anywhere in the clear: not in events, logs, answers, nor in any table (S13)."""

from __future__ import annotations

import logging

import pytest
from structlog.testing import capture_logs

from tests.integration.accounts import firms
from tests.integration.accounts.conftest import CLAIRE, JEAN, roster
from tests.integration.accounts.test_disputes import anonymous, links
from tests.integration.accounts.test_joining import imported_pin

TABLES = "select table_name from information_schema.tables where table_schema = 'public' and table_type = 'BASE TABLE'"


def forms(pin: str) -> list[str]:
    """Give what to look for: as read, as normalised, and both in small letters and in hexadecimal."""
    texts = [pin, pin.replace("-", "")]
    return [*texts, *(text.lower() for text in texts), *(text.encode().hex() for text in texts)]


async def everything(pool) -> str:
    """Give the whole database as text."""
    tables = [row["table_name"] for row in await pool.fetch(TABLES)]
    assert {"licence", "outbox", "idempotency", "throttle"} <= set(tables)
    rows = [row for table in tables for row in await pool.fetch(f"select t::text as row from {table} t")]
    return "\n".join(row["row"] for row in rows)


async def go_through_everything(world) -> tuple[list[str], list[str]]:
    """Import, mistype, send another PIN, claim, try again; give the PINs and all answers."""
    answers = [await world.send(roster(JEAN, CLAIRE)), await world.send(roster(JEAN, JEAN))]
    pins = [await world.pin("5003"), await world.pin("5001")]
    person, key = await world.person(), {"Idempotency-Key": "k"}
    operator, licence = world.as_operator(), (await world.licence("5001"))["id"]
    answers.append(await operator.post(f"/v1/licences/{licence}/pin", headers=key))
    pins.append(await world.pin("5001"))
    typed = (pins[1], pins[1].lower(), pins[0][:-1], pins[0] + "2", pins[0], pins[2])
    answers += [await world.as_(person).post("/v1/licences/claim", {"pin": pin}, headers=key) for pin in typed]
    answers.append(await world.as_(person).post("/v1/licences/claim", {"pin": pins[2], "nip": pins[2]}))
    answers.append(await world.as_(person).post("/v1/licences/claim", {"pin": [pins[2]]}))
    answers.append(await world.as_(person).get(f"/v1/licences/mine?pin={pins[2]}"))
    answers += [
        await operator.get("/v1/licences"),
        await world.change("suspend", licence),
        await operator.get("/v1/imports"),
    ]
    return pins, [answer.text + str(answer.headers) for answer in answers]


@pytest.mark.item("decision 9")
async def test_pin_stands_nowhere_in_the_clear(world, caplog, capsys):
    caplog.set_level(logging.DEBUG)
    with capture_logs() as logs:
        pins, answers = await go_through_everything(world)
    places = {
        "answers": "\n".join(answers),
        "events": "\n".join(one.to_json().decode() for one in await world.said()),
        "logs": str(logs) + caplog.text + capsys.readouterr().out,
        "tables": await everything(world.pool),
    }
    assert len(set(pins)) == 3
    assert all(len(text) > 500 for text in places.values())
    found = [(where, form) for where, text in places.items() for pin in pins for form in forms(pin) if form in text]
    assert found == []


async def test_looking_for_a_pin_finds_one_that_is_planted(world):
    """The test above would see it."""
    await world.load(JEAN)
    pin = await world.pin()
    await world.pool.execute("update licence set office = $1", f"NIP {pin}")
    text = await everything(world.pool)
    assert any(form in text for form in forms(pin))


async def test_answers_to_operators_hold_neither_digest_nor_ciphertext(world):
    await world.load(JEAN)
    licence = await world.licence()
    assert not any("pin" in name or "digest" in name for name in licence)


@pytest.mark.item("O15", "decision 9")
async def test_pins_and_links_of_accounts_stand_nowhere_in_the_clear(world, caplog, capsys):
    """What the managers see in their own answers aside: not in events, logs, tables, nor in others' answers."""
    caplog.set_level(logging.DEBUG)
    key = {"Idempotency-Key": "k"}
    with capture_logs() as logs:
        account, vivian, (jannee,) = await firms.staffed(world)
        path = f"/v1/accounts/{account['id']}"
        pins = [await firms.pin_of(world, vivian, account["id"])]
        pins.append((await world.as_(vivian).post(f"{path}/pin", headers=key)).json["pin"])
        await world.send(firms.roster(firms.LMS_CORP))
        pins.append(await imported_pin(world))
        answers = [await firms.join(world, await world.person(), pin) for pin in (*pins, pins[1][:-1], pins[2].lower())]
        body = {"pin": pins[1], "reason": "Essai"}
        answers.append(await world.as_(await world.person()).post("/v1/takeovers", body, headers=key))
        answers.append(await world.as_(jannee).post("/v1/accounts/join", {"pin": pins[1], "nip": pins[1]}))
        tokens = await links(world, "claim")
        answers.append(await anonymous(world).post("/v1/contests", {"token": tokens[0]}, headers=key))
        answers.append(await anonymous(world).post("/v1/contests", {"token": tokens[0], "x": tokens[1]}))
        answers += [await world.as_(vivian).get(path), await firms.rights(world, vivian, account["id"], jannee)]
    places = {
        "answers": "\n".join(answer.text + str(answer.headers) for answer in answers),
        "events": "\n".join(one.to_json().decode() for one in await world.said()),
        "logs": str(logs) + caplog.text + capsys.readouterr().out,
        "tables": await everything(world.pool),
    }
    secrets = [form for pin in pins for form in forms(pin)] + tokens
    assert [] == [(place, one) for place, text in places.items() for one in secrets if one in text]
