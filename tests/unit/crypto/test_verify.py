"""The corpus of forged and broken tokens (threat T11, goal S12): none is accepted."""

import aiohttp
import pytest

from shared.contracts.problems import common
from shared.crypto import verify
from tests.unit.crypto import issuer
from tests.unit.crypto.issuer import NOW, Published, Time, claims, coded, key, sign, sign_symmetric, unsigned, verifier

KEY = key()
HEADER = {"alg": "Ed25519", "typ": "at+jwt", "kid": "one"}


async def accepted(token: str) -> bool:
    try:
        await verifier(Published(KEY)).verify(token)
    except verify.InvalidToken:
        return False
    return True


async def test_verify_a_good_token_gives_its_claims():
    assert await verifier(Published(KEY)).verify(sign(KEY)) == claims()


async def test_verify_gives_claims_that_the_caller_may_change():
    one = verifier(Published(KEY))
    token = sign(KEY)
    (await one.verify(token))["sub"] = "somebody else"
    assert (await one.verify(token))["sub"] == "8f"


def of_another_payload() -> str:
    header, _, signature = sign(KEY).split(".")
    return f"{header}.{coded(claims(sub='somebody else'))}.{signature}"


def with_a_key_of_its_own() -> str:
    stranger = key()
    return sign(stranger, jwk=stranger.as_dict(private=False))


CORPUS = {
    "empty": "",
    "words": "not a token",
    "two parts": "a.b",
    "four parts": sign(KEY) + ".x",
    "blanks": sign(KEY) + " ",
    "not ascii": sign(KEY) + "é",
    "no signature": sign(KEY).rpartition(".")[0] + ".",
    "alg none": unsigned(HEADER | {"alg": "none"}, claims()) + ".",
    "alg none in capitals": unsigned(HEADER | {"alg": "NONE"}, claims()) + ".",
    "HS256 with the public key": sign_symmetric(KEY),
    "alg EdDSA": sign(KEY, alg="EdDSA"),
    "another payload": of_another_payload(),
    "another key": sign(key()),
    "a key of its own in the header": with_a_key_of_its_own(),
    "jku": sign(KEY, jku="https://evil.example.com/jwks"),
    "crit": sign(KEY, crit=["x"]),
    "b64 false": sign(KEY, b64=False),
    "typ JWT": sign(KEY, typ="JWT"),
    "typ missing": sign(KEY, typ=...),
    "kid missing": sign(KEY, kid=...),
    "kid unknown": sign(key("unknown")),
    "kid a path": sign(KEY, kid="../../../../dev/null"),
    "kid SQL": sign(KEY, kid="' or 1=1 --"),
    "kid no text": sign(KEY, kid=["one"]),
    "iss unknown": sign(KEY, claims(iss="https://evil.example.com/identity")),
    "iss missing": sign(KEY, claims(iss=...)),
    "iss a list": sign(KEY, claims(iss=[issuer.ISSUER])),
    "iss with slash": sign(KEY, claims(iss=issuer.ISSUER + "/")),
    "aud unknown": sign(KEY, claims(aud="other")),
    "aud missing": sign(KEY, claims(aud=...)),
    "aud a list": sign(KEY, claims(aud=["mandat", "other"])),
    "expired": sign(KEY, claims(exp=NOW - 1)),
    "exp missing": sign(KEY, claims(exp=...)),
    "exp text": sign(KEY, claims(exp=str(NOW + 300))),
    "exp true": sign(KEY, claims(exp=True)),
    "exp not a number": sign(KEY, claims(exp=float("nan"))),
    "exp infinite": sign(KEY, claims(exp=float("inf"))),
    "iat in the future": sign(KEY, claims(iat=NOW + 60)),
    "iat missing": sign(KEY, claims(iat=...)),
    "nbf in the future": sign(KEY, claims(nbf=NOW + 60)),
    "sub missing": sign(KEY, claims(sub=...)),
    "sub empty": sign(KEY, claims(sub="")),
    "sub a number": sign(KEY, claims(sub=5)),
    "act in act": sign(KEY, claims(act={"sub": "a", "act": {"sub": "b"}})),
    "act no object": sign(KEY, claims(act="a")),
    "claims a list": sign(KEY, [1]),
    "claims no JSON": sign(KEY, b"{"),
    "claims deep": sign(KEY, b"[" * 3000),
    "huge": sign(KEY, claims(name="x" * 9000)),
    "huge number": sign(KEY, b'{"exp":' + b"9" * 5000 + b"}"),
}


@pytest.mark.parametrize("token", CORPUS.values(), ids=CORPUS.keys())
async def test_verify_a_forged_or_broken_token_refuses_it(token):
    assert await accepted(token) is False


@pytest.mark.parametrize("changes", [{"iat": NOW + 3}, {"nbf": NOW + 3}, {"act": {"sub": "a"}}, {"nbf": NOW}])
async def test_verify_within_the_leeway_accepts(changes):
    assert await accepted(sign(KEY, claims(**changes))) is True


async def test_verify_a_remembered_token_refuses_it_once_expired():
    now = [float(NOW)]
    one = verify.TokenVerifier(Published(KEY), {issuer.ISSUER: ""}, now=lambda: now[0])
    token = sign(KEY)
    await one.verify(token)
    now[0] += 301
    with pytest.raises(verify.InvalidToken, match="exp"):
        await one.verify(token)


async def test_verify_a_remembered_token_refuses_it_once_its_key_is_withdrawn():
    ticks, published = Time(), Published(KEY)
    one = verifier(published, ticks)
    token = sign(KEY)
    await one.verify(token)
    published.keys = [key("two").as_dict(private=False)]
    ticks.seconds += 301
    with pytest.raises(verify.InvalidToken, match="kid"):
        await one.verify(token)


async def test_verify_a_remembered_token_refuses_it_once_another_key_has_its_id():
    ticks, published = Time(), Published(KEY)
    one = verifier(published, ticks)
    token = sign(KEY)
    await one.verify(token)
    published.keys = [key("one").as_dict(private=False)]
    ticks.seconds += 301
    with pytest.raises(verify.InvalidToken, match="signature"):
        await one.verify(token)


async def test_recall_gives_the_same_claims_as_long_as_clock_and_key_allow_and_none_else():
    now, ticks, published = [float(NOW)], Time(), Published(KEY)
    one = verify.TokenVerifier(published, {issuer.ISSUER: ""}, now=lambda: now[0])
    one._sources[issuer.ISSUER]._ticks = ticks
    token = sign(KEY)
    assert one.recall(token) is None
    await one.verify(token)
    assert one.recall(token) is one.recall(token) == claims()
    assert one.recall(token, verify.PROOF) is None
    for moment, holds in ((NOW + 299, True), (NOW + 300, False), (NOW - 5, True), (NOW - 6, False)):
        now[0] = moment
        assert (one.recall(token) is not None) is holds
    now[0] = NOW
    ticks.seconds += 301
    assert one.recall(token) is None
    published.keys = [key("one").as_dict(private=False)]
    with pytest.raises(verify.InvalidToken, match="signature"):
        await one.verify(token)
    assert one.recall(token) is None


async def test_recalled_claims_cannot_be_changed():
    one, token = verifier(Published(KEY)), sign(KEY)
    await one.verify(token)
    with pytest.raises(TypeError):
        one.recall(token)["sub"] = "somebody else"


async def test_verify_many_tokens_remembers_a_bounded_number(monkeypatch):
    monkeypatch.setattr(verify, "REMEMBERED", 5)
    one = verifier(Published(KEY))
    for number in range(20):
        await one.verify(sign(KEY, claims(jti=str(number))))
    assert len(one._verified) == 5


async def test_verify_a_new_key_fetches_it_at_once():
    ticks, published = Time(), Published(KEY)
    one = verifier(published, ticks)
    await one.verify(sign(KEY))
    new = key("two")
    published.keys.append(new.as_dict(private=False))
    ticks.seconds += 5
    assert await one.verify(sign(new)) == claims()


async def test_verify_unknown_keys_asks_the_issuer_at_most_every_five_seconds():
    ticks, published = Time(), Published(KEY)
    one = verifier(published, ticks)
    for number in range(20):
        with pytest.raises(verify.InvalidToken):
            await one.verify(sign(key(f"unknown {number}")))
    assert published.asked == 1


@pytest.mark.parametrize("error", [aiohttp.ClientError(), TimeoutError(), ValueError()])
async def test_verify_while_the_issuer_is_away_keeps_the_known_keys(error):
    ticks, published = Time(), Published(KEY)
    one = verifier(published, ticks)
    await one.verify(sign(KEY))
    published.broken = error
    ticks.seconds += 1000
    assert await one.verify(sign(KEY)) == claims()


async def test_verify_when_the_keys_cannot_be_had_is_unavailable_and_not_invalid():
    published = Published(KEY)
    published.broken = aiohttp.ClientError()
    with pytest.raises(common.TemporarilyUnavailable):
        await verifier(published).verify(sign(KEY))


@pytest.mark.parametrize(
    "document",
    [{"kty": "RSA", "kid": "one"}, KEY.as_dict(private=True), {"kty": "OKP", "crv": "X25519", "kid": "one", "x": "AA"}],
    ids=["RSA", "private", "X25519"],
)
async def test_verify_with_a_published_key_of_another_kind_refuses(document):
    published = Published()
    published.keys = [document]
    with pytest.raises(verify.InvalidToken):
        await verifier(published).verify(sign(KEY))


@pytest.mark.parametrize(("typ", "asked"), [("reauth+jwt", "at+jwt"), ("at+jwt", "reauth+jwt")])
async def test_verify_takes_no_type_of_token_for_the_other_even_when_it_is_known(typ: str, asked: str):
    one, token = verifier(Published(KEY)), sign(KEY, typ=typ)
    assert await one.verify(token, typ) == claims()
    with pytest.raises(verify.InvalidToken):
        await one.verify(token, asked)
