"""No password, token or secret is ever written down (goal S13): canaries are looked for everywhere."""

import json
import logging

import pytest
import structlog

from services.identity import schemas, store, workers
from services.identity.commands import sessions
from services.identity.store import SQL
from tests.integration.identity.conftest import OTHER, PASSPHRASE, Somebody, World

EDITH = Somebody()
WRONG = "canari-essai-perdu-93"


async def live(world: World) -> set[str]:
    """Go through every flow and give the secrets that were used."""
    used = {PASSPHRASE, OTHER, WRONG}
    await world.verified(EDITH)
    used.add(await world.token_of("user.registered.v1"))
    await world.try_sign_in(EDITH.username, WRONG)
    tokens = await world.signed_in(EDITH)
    refreshed = (await world.refresh(tokens["refresh_token"])).json
    caller = world.as_(refreshed)
    changed = (await caller.post("/v1/password", {"old_password": PASSPHRASE, "new_password": OTHER})).json
    for one in (tokens, refreshed, changed):
        used |= {one[name] for name in ("access_token", "refresh_token", "device_token") if one.get(name)}
    await world.anonymous.post("/v1/recoveries/password", {"login": EDITH.username})
    await world.work_off()
    reset = await world.token_of("reset.requested.v1")
    await world.anonymous.post("/v1/password-resets", {"token": reset, "new_password": PASSPHRASE})
    _, operator = await world.operator()
    application = (await operator.post("/v1/applications", {"client_id": "permits", "name": "Permis"})).json
    form = {"grant_type": "client_credentials", "client_id": "permits", "client_secret": application["client_secret"]}
    token = (await world.anonymous.form("/v1/token", form)).json["access_token"]
    await workers.tidy(world.deps)
    return used | {reset, application["client_secret"], token}


async def written(world: World) -> str:
    """Give every row of every table as text."""
    tables = await world.pool.fetch("select tablename from pg_tables where schemaname = 'public'")
    rows = [await world.pool.fetch(f'select t::text from "{table["tablename"]}" t') for table in tables]
    return "\n".join(row[0] for found in rows for row in found)


async def test_secrets_are_nowhere_in_the_database_nor_in_events(world):
    used = await live(world)
    text = await written(world)
    assert EDITH.email in text
    assert [secret for secret in used if secret in text or secret.encode().hex() in text] == []


async def test_secrets_are_in_no_log_line(world, caplog):
    with structlog.testing.capture_logs() as lines, caplog.at_level(logging.DEBUG):
        used = await live(world)
    text = json.dumps(lines, default=repr) + caplog.text
    assert "wrong password" in text
    assert [secret for secret in used if secret in text] == []


async def test_secrets_are_in_no_repr_of_what_commands_pass_around(world):
    await world.verified(EDITH)
    person = await store.find_person(world.pool, EDITH.username)
    begun = await sessions.sign_in(world.deps, EDITH.username, EDITH.password, None, "192.0.2.7")
    new = schemas.NewPerson(**EDITH.form())
    shown = repr(person) + repr(begun) + repr(new)
    held = (person.password_hash, begun.refresh_token, begun.device_token, EDITH.password)
    assert [secret for secret in held if secret in shown] == []


@pytest.mark.parametrize("name", SQL.names)
async def test_query_prepares_against_the_migrated_schema(world, name):
    async with world.pool.connection() as connection:
        assert await connection.prepare(SQL[name])
