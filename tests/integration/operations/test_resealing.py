"""What older keys sealed is sealed again with the one in use, while everything goes on; and events are said again."""

from __future__ import annotations

from uuid import UUID

import pytest

from services.accounts import app as accounts
from services.accounts import pins
from services.operations import keys, resealing, secretfiles, store
from shared import substrate
from shared.contracts.events import delegation
from shared.crypto import signing
from shared.crypto.keyring import Keyring
from shared.db.pool import Pool
from shared.messaging import outbox

LICENCE = """
insert into licence (id, matricule, first_name, last_name, email, office, language, pin_digest, pin_sealed)
values ($1, $2, 'Jean', 'Piette', 'jean@mandat.example.com', 'Québec', 'fr', $3, $4)
"""


@pytest.fixture
async def pool(database):
    made = await Pool.open(await database(*substrate.AREAS, accounts.AREA, signing.AREA), name="reseal", size=2)
    yield made
    await made.close()


async def test_pins_sealed_by_an_older_key_are_sealed_and_digested_by_the_one_in_use(pool, tmp_path) -> None:
    secretfiles.make(tmp_path)
    old = Keyring.load(tmp_path, "pin")
    for number in range(1, 1203):
        digest = old.digest(f"{number}", pins.PURPOSE)
        await pool.execute(
            LICENCE, UUID(int=number), str(number), digest, old.seal(f"M5D-C5{number}".encode(), pins.PURPOSE)
        )
    keys.add(tmp_path, "pin")
    keys.use(tmp_path, "pin")
    assert await resealing.licence_pins(pool, tmp_path) == 1202
    assert await resealing.licence_pins(pool, tmp_path) == 0
    keys.drop(tmp_path, "pin")
    ring = Keyring.load(tmp_path, "pin")
    row = await pool.fetchrow("select pin_digest, pin_sealed from licence where id = $1", UUID(int=1202))
    assert ring.open(row["pin_sealed"], pins.PURPOSE) == b"M5D-C51202"
    assert row["pin_digest"] == ring.digest("M5DC51202", pins.PURPOSE)


async def test_signing_keys_survive_a_change_of_the_key_that_seals_them(pool, tmp_path) -> None:
    secretfiles.make(tmp_path)
    await signing.SigningKeys(pool, Keyring.load(tmp_path, "identity")).ensure()
    keys.add(tmp_path, "identity")
    keys.use(tmp_path, "identity")
    assert await resealing.signing_keys(pool, tmp_path, "identity") == 1
    keys.drop(tmp_path, "identity")
    after = signing.SigningKeys(pool, Keyring.load(tmp_path, "identity"))
    assert await after.sign({"sub": "x"})
    assert await resealing.signing_keys(pool, tmp_path, "identity") == 0


async def test_events_of_the_last_hours_are_said_again(pool) -> None:
    async with pool.transaction() as connection:
        for number in (1, 2):
            event = delegation.DelegateSearched(delegator_id=UUID(int=number), by="email", found=False)
            await outbox.emit(connection, event, sequence=1)
    await pool.execute("update outbox set sent_at = now() - id * interval '10 hours'")
    assert await store.say_again(pool, 15) == 1
    assert await store.say_again(pool, 48) == 1
