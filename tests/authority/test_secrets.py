"""S13: secrets that went through every flow, the failing ones too, stand nowhere in the clear."""

from __future__ import annotations

import json
import re
from typing import Any

import asyncpg
import pytest

from services import client
from shared import ids
from tests.authority.cast import Cast
from tests.chaos import scorecard
from tests.journeys.world import World

SERVICES = ("identity", "accounts", "delegation", "notifications", "audit", "cadastre", "permits", "portal")
COLUMNS = """
select table_name, column_name from information_schema.columns
where table_schema = 'public' and data_type in ('text', 'jsonb', 'bytea', 'character varying', 'ARRAY')
"""


def canary(word: str) -> str:
    """Make a secret that nothing else can be mistaken for."""
    return f"kanari-{word}-{ids.uuid7().hex}-phrase"


async def leave_canaries(world: World) -> dict[str, str]:
    """Send secrets through sign-up, sign-in, recovery, refresh, claims and their failures; give them by name."""
    person = world.stranger("Zoé", "Kanari")
    person.passphrase = canary("password")
    await world.register(person)
    await world.sign_in(person)
    left = {"password": person.passphrase, "access token": str(person.caller.token), "refresh": person.refresh_token}
    left |= await _mailed(world, person)
    left |= await _wrong(world, person)
    left["new password"] = canary("new")
    change = {"old_password": person.passphrase, "new_password": left["new password"]}
    await person.caller.post("/identity/v1/password", change)
    person.passphrase = left["new password"]
    await world.sign_in(person)
    tokens = await world.anonymous.post("/identity/v1/sessions/refresh", {"refresh_token": person.refresh_token})
    return left | {f"refreshed {name}": tokens[name] for name in ("access_token", "refresh_token")}


async def _mailed(world: World, person: Any) -> dict[str, str]:
    verification = client.token_in((await world.mails(person))[-1]["text"])
    await world.anonymous.post("/identity/v1/recoveries/password", {"login": person.username}, expect=202)
    reset = client.token_in((await world.mail(person, "mot de passe"))["text"])
    await world.import_licence(person)

    async def pin() -> str | None:
        texts = [mail["text"] for mail in await world.mails(person)]
        return next((found.group() for text in texts if (found := client.PIN.search(text))), None)

    found = await client.until(pin, "the PIN")
    await client.until(lambda: person.caller.post("/accounts/v1/licences/claim", {"pin": found}), "the licence")
    assert verification
    assert reset
    assert found
    return {"verification token": verification, "reset token": reset, "PIN": found, "bare PIN": found.replace("-", "")}


async def _wrong(world: World, person: Any) -> dict[str, str]:
    """Send secrets where they are refused: wrong ones, in wrong fields, too long, in queries and headers."""
    left = {name: canary(name) for name in ("guess", "field", "query", "header", "form", "path", "body")}
    call = world.anonymous.call
    for _ in range(2):
        await call("POST", "/identity/v1/sessions", json={"username": person.username, "password": left["guess"]})
    await call("POST", "/identity/v1/sessions", json={"username": person.username, "passwort": left["field"]})
    await call("POST", "/identity/v1/sessions", json={"username": left["field"], "password": left["field"]})
    await call("GET", "/identity/v1/me", params={"token": left["query"]})
    await call("GET", "/identity/v1/me", headers={"Authorization": f"Bearer {left['header']}"})
    form = {"grant_type": "client_credentials", "client_id": "cadastre", "client_secret": left["form"]}
    await call("POST", "/identity/v1/token", data=form)
    await call("GET", f"/identity/v1/{left['path']}")
    await call("POST", "/identity/v1/sessions", data=f'{{"password": "{left["body"]}"'.encode())
    return left


async def clear_text(world: World, secrets: dict[str, str]) -> list[str]:
    """Search every log and every column of every database; name what holds which secret."""
    logs = world.logs()
    found = [f"log: {name}" for name, secret in secrets.items() if secret in logs]
    for service in SERVICES:
        connection = await asyncpg.connect(world.dsn(service), timeout=10)
        try:
            found += [f"{service}.{place}" for place in await _columns(connection, secrets)]
        finally:
            await connection.close()
    return found


async def _columns(connection: asyncpg.Connection, secrets: dict[str, str]) -> list[str]:
    found = []
    for table, column in await connection.fetch(COLUMNS):
        texts = await connection.fetch(f'select "{column}"::text from "{table}"')
        text = "\n".join(row[0] or "" for row in texts)
        raw = bytes.fromhex("".join(re.findall(r"\\x((?:[0-9a-f]{2})+)", text))).decode("utf-8", "replace")
        found += [f"{table}.{column}: {name}" for name, one in secrets.items() if one in text or one in raw]
    return found


async def test_secrets_of_every_flow_stand_in_no_log_and_no_table(cast: Cast):
    secrets = await leave_canaries(cast.world)
    assert await clear_text(cast.world, secrets) == []
    scorecard.note("S13", "secrets through all flows", len(secrets), found=0)


async def test_search_for_secrets_finds_one_that_was_left_lying(cast: Cast):
    secret = {"planted": canary("planted")}
    connection = await asyncpg.connect(cast.world.dsn("audit"), timeout=10)
    try:
        await connection.execute("create table careless (note jsonb, raw bytea)")
        await connection.execute(
            "insert into careless values ($1, $2)", json.dumps({"a": secret["planted"]}), secret["planted"].encode()
        )
        found = await clear_text(cast.world, secret)
    finally:
        await connection.execute("drop table careless")
        await connection.close()
    assert sorted(found) == ["audit.careless.note: planted", "audit.careless.raw: planted"]


@pytest.mark.parametrize("line", ["password", "token"])
async def test_search_of_logs_finds_a_line_that_holds_a_secret(cast: Cast, monkeypatch, line: str):
    secret = canary(line)
    logs = cast.world.logs
    monkeypatch.setattr(cast.world, "logs", lambda: f"{logs()}\n{secret}\n")
    assert await clear_text(cast.world, {line: secret}) == [f"log: {line}"]
