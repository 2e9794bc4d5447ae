"""Signed messages: only this body, this secret and this moment pass."""

import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared import clock
from shared.crypto import keyring, signatures

KEY, OTHER = os.urandom(32), os.urandom(32)
NOW = 1_790_000_000.0
BODY = b'{"amount": 12500}'


def signer(*keys: bytes, now: float = NOW) -> signatures.Signer:
    return signatures.Signer(list(keys) or [KEY], now=lambda: now)


def passes(one: signatures.Signer, header: str | None, body: bytes = BODY) -> bool:
    try:
        one.check(header, body)
    except signatures.NotSigned:
        return False
    return True


def test_check_takes_what_was_signed_just_now():
    assert passes(signer(), signer().sign(BODY))


@given(body=st.binary(), other=st.binary())
def test_check_takes_the_signed_body_and_no_other(body: bytes, other: bytes):
    header = signer().sign(body)
    assert (passes(signer(), header, body), passes(signer(), header, other)) == (True, other == body)


def test_signer_lives_in_the_time_of_the_database_whatever_the_machine_believes(monkeypatch: pytest.MonkeyPatch):
    now = clock.now()
    monkeypatch.setattr(clock, "_ahead", clock._ahead + 3600)
    one = signatures.Signer([KEY])
    assert (True, False) == tuple(passes(one, signer(now=signed).sign(BODY)) for signed in (now + 3600, now))
    assert passes(signer(now=now + 3600), one.sign(BODY))


@pytest.mark.parametrize("age", [-301, 301, 86_400])
def test_check_refuses_what_was_signed_at_another_time(age: int):
    assert not passes(signer(now=NOW + age), signer().sign(BODY))


def test_check_refuses_a_moment_put_over_another_signature():
    old = signer(now=NOW - 3600).sign(BODY)
    assert not passes(signer(), f"t={int(NOW)},{old.partition(',')[2]}")


@pytest.mark.parametrize("header", [None, "", "v1=00", f"t=1,v1={'0' * 63}", f"t=-5,v1={'0' * 64}", f"t={NOW},v1=é"])
def test_check_refuses_what_is_no_signature(header: str | None):
    assert not passes(signer(), header)


def test_check_takes_both_secrets_while_one_replaces_the_other():
    turned = signer(OTHER, KEY)
    assert (passes(turned, signer(KEY).sign(BODY)), passes(turned, signer(OTHER).sign(BODY))) == (True, True)
    assert not passes(signer(OTHER), signer(KEY).sign(BODY))


def test_load_reads_the_file_of_the_keyring(tmp_path):
    keyring.ensure(tmp_path, "payment")
    one, other = (signatures.Signer.load(tmp_path, "payment") for _ in range(2))
    other.check(one.sign(BODY), BODY)
    with pytest.raises(keyring.KeyFileWrong):
        signatures.Signer.load(tmp_path, "missing")
