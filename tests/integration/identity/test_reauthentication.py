"""The proof that the password was typed again: one purpose, one session, five minutes; checked by its signature."""

import pytest

from shared.contracts.problems import common
from shared.contracts.proofs import LIFETIME, Purpose
from shared.crypto import verify
from shared.web import auth, proofs
from tests.integration.identity.conftest import OTHER, PASSPHRASE, Somebody

EDITH = Somebody()
BODY = {"password": PASSPHRASE, "purpose": "bank-details"}


async def proved(world, tokens):
    reply = await world.as_(tokens).post("/v1/reauthentications", BODY)
    assert (reply.status, reply.json["expires_in"]) == (201, LIFETIME)
    return reply.json["token"]


async def principal(world, tokens) -> auth.Principal:
    return auth.principal_of(await world.claims(tokens))


async def test_proof_holds_for_its_person_session_and_purpose(world):
    await world.verified(EDITH)
    here = await world.signed_in(EDITH)
    token = await proved(world, here)
    found = await proofs.check(world.infra.tokens, await principal(world, here), token, Purpose.BANK_DETAILS)
    claims = await world.infra.tokens.verify(token, verify.PROOF)
    assert (str(found.id), claims["exp"] - claims["iat"]) == (claims["jti"], LIFETIME)


async def test_proof_holds_in_no_other_session_and_for_no_other_person(world):
    await world.verified(EDITH)
    alain = await world.verified()
    here, elsewhere, other = [await world.signed_in(one) for one in (EDITH, EDITH, alain)]
    token = await proved(world, here)
    for tokens in (elsewhere, other):
        with pytest.raises(common.ReauthenticationRequired):
            await proofs.check(world.infra.tokens, await principal(world, tokens), token, Purpose.BANK_DETAILS)


async def test_proof_signs_nobody_in_and_an_access_token_proves_nothing(world):
    await world.verified(EDITH)
    here = await world.signed_in(EDITH)
    token = await proved(world, here)
    assert 401 == (await world.as_({"access_token": token}).get("/v1/me")).status
    with pytest.raises(common.ReauthenticationRequired):
        await proofs.check(world.infra.tokens, await principal(world, here), here["access_token"], Purpose.BANK_DETAILS)


@pytest.mark.parametrize("change", [{"purpose": "everything"}, {"sid": "x"}, {"exp": 2_000_000_000}, {"jti": "x"}])
async def test_proof_that_says_something_else_is_refused(world, change):
    await world.verified(EDITH)
    here = await world.signed_in(EDITH)
    claims = await world.infra.tokens.verify(await proved(world, here), verify.PROOF)
    forged = await world.deps.signing.sign(claims | change, typ=verify.PROOF)
    with pytest.raises(common.ReauthenticationRequired):
        await proofs.check(world.infra.tokens, await principal(world, here), forged, Purpose.BANK_DETAILS)


async def test_proof_needs_the_password_and_guessing_is_slowed(world):
    await world.verified(EDITH)
    here = await world.signed_in(EDITH)
    slugs = [(await world.as_(here).post("/v1/reauthentications", BODY | {"password": OTHER})).slug for _ in range(12)]
    assert ("wrong-password", "too-many-requests") == (slugs[0], slugs[-1])


async def test_proof_is_given_to_a_living_session_only(world):
    await world.verified(EDITH)
    here = await world.signed_in(EDITH)
    await world.as_(here).delete("/v1/sessions/current")
    assert 401 == (await world.as_(here).post("/v1/reauthentications", BODY)).status
