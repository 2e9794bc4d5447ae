import asyncio
from datetime import timedelta

import pytest
from joserfc import jwk, jws, jwt

from shared.crypto import keyring, signing
from shared.crypto.keyring import Unreadable
from shared.db.pool import Pool
from tests.unit.crypto.issuer import Published, Time, claims, verifier

RING = keyring.Keyring([b"1" * 32])


@pytest.fixture
async def pool(database):
    opened = await Pool.open(await database(signing.AREA), name="crypto", size=10)
    yield opened
    await opened.close()


@pytest.fixture
async def keys(pool):
    made = signing.SigningKeys(pool, RING)
    await made.ensure()
    return made


class Follows(Published):
    """Publishes what the signing keys say now."""

    def __init__(self, keys: signing.SigningKeys) -> None:
        super().__init__()
        self._signing = keys

    async def json(self, **_more):
        return await self._signing.jwks()


async def kids(keys) -> list[str]:
    return [key["kid"] for key in (await keys.jwks())["keys"]]


def kid_of(token: str) -> str:
    return jws.extract_compact(token.encode()).protected["kid"]


async def later(pool, minutes: int) -> None:
    """Let time pass for the keys."""
    sql = """update signing_key set created_at = created_at - $1::interval, signs_from = signs_from - $1::interval,
             ends_at = ends_at - $1::interval"""
    await pool.execute(sql, timedelta(minutes=minutes))


async def test_sign_gives_a_token_that_the_published_keys_verify(keys):
    assert await verifier(Follows(keys)).verify(await keys.sign(claims())) == claims()


async def test_ensure_by_many_at_once_makes_one_key(pool):
    many = [signing.SigningKeys(pool, RING) for _ in range(10)]
    await asyncio.gather(*(one.ensure() for one in many))
    assert len(await kids(many[0])) == 1


async def test_jwks_shows_no_private_half(keys):
    assert [sorted(key) for key in (await keys.jwks())["keys"]] == [["alg", "crv", "kid", "kty", "use", "x"]]


async def test_private_half_at_rest_is_sealed(pool, keys):
    stored = await pool.fetchval("select private_key from signing_key")
    assert b'"d"' in RING.open(stored, f"signing-key:{(await kids(keys))[0]}")
    assert b'"d"' not in stored


async def test_sign_with_another_keyring_is_unreadable(pool, keys):
    stranger = signing.SigningKeys(pool, keyring.Keyring([b"2" * 32]))
    with pytest.raises(Unreadable):
        await stranger.sign(claims())


async def test_sign_without_a_key_says_what_is_missing(pool):
    with pytest.raises(RuntimeError, match="ensure"):
        await signing.SigningKeys(pool, RING).sign(claims())


async def test_rotate_publishes_the_new_key_before_it_signs(pool, keys):
    [old] = await kids(keys)
    await keys.rotate()
    fresh = signing.SigningKeys(pool, RING)
    assert [len(await kids(keys)), kid_of(await fresh.sign(claims()))] == [2, old]


async def test_rotate_lets_the_new_key_sign_after_the_delay(pool, keys):
    [old] = await kids(keys)
    await keys.rotate()
    await later(pool, 11)
    fresh = signing.SigningKeys(pool, RING)
    assert kid_of(await fresh.sign(claims())) != old


async def test_rotate_keeps_the_old_key_published_until_its_tokens_expired(pool, keys):
    [old] = await kids(keys)
    await keys.rotate()
    await later(pool, 19)
    assert old in await kids(keys)
    await later(pool, 2)
    assert old not in await kids(keys)


async def test_rotation_without_a_stop_every_token_is_accepted_at_every_moment(pool, keys):
    """Replicas sign, verifiers remember key sets for five minutes, time passes: nobody is ever refused (S12)."""
    ticks, signing_ticks = Time(), Time()
    replicas = [signing.SigningKeys(pool, RING, ticks=signing_ticks) for _ in range(2)]
    verifiers = [verifier(Follows(keys), ticks) for _ in range(2)]
    tokens: list[str] = []
    for minute in range(40):
        if minute == 5:
            await keys.rotate()
        tokens = [*tokens[-8:], *[await replica.sign(claims()) for replica in replicas]]
        for one in verifiers:
            for token in tokens:
                assert await one.verify(token) == claims()
        await later(pool, 1)
        ticks.seconds += 60
        signing_ticks.seconds += 60
    assert len({kid_of(token) for token in tokens}) == 1
    assert len(await kids(keys)) == 1


async def test_rotate_when_due_by_many_at_once_makes_one_new_key(pool, keys):
    await later(pool, 60)
    many = [signing.SigningKeys(pool, RING) for _ in range(8)]
    done = await asyncio.gather(*(one.rotate_when_due(timedelta(minutes=30)) for one in many))
    assert (sorted(done), len(await kids(keys))) == ([False] * 7 + [True], 2)


async def test_rotate_when_not_due_changes_nothing(keys):
    before = await kids(keys)
    assert await keys.rotate_when_due(timedelta(days=30)) is False
    assert await kids(keys) == before


async def test_rotate_when_due_deletes_keys_that_ended(pool, keys):
    await keys.rotate(delay=timedelta())
    await later(pool, 30)
    await keys.rotate_when_due(timedelta(days=30))
    assert await pool.fetchval("select count(*) from signing_key") == 1


async def test_rotate_at_once_after_a_leak_signs_with_the_new_key_within_half_a_minute(pool):
    ticks = Time()
    keys = signing.SigningKeys(pool, RING, ticks=ticks)
    await keys.ensure()
    before = kid_of(await keys.sign(claims()))
    await keys.rotate(delay=timedelta())
    ticks.seconds += 30
    assert kid_of(await keys.sign(claims())) != before


async def test_sign_makes_the_documented_header(keys):
    token = await keys.sign(claims())
    key = jwk.KeySet.import_key_set(await keys.jwks())
    header = jwt.decode(token, key, algorithms=["Ed25519"]).header
    assert header == {"alg": "Ed25519", "typ": "at+jwt", "kid": (await kids(keys))[0]}
