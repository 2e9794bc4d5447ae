"""PINs: what they look like, how forgivingly they are read, and under which keys they lie."""

from __future__ import annotations

import re
import secrets
from base64 import urlsafe_b64encode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.accounts import pins
from services.accounts.rules import pins as rules
from shared.contracts.secrets import PinSecret
from shared.crypto import sealing
from shared.crypto.keyring import Keyring

PIN = "M5DC58TA2"


def ring(*keys: bytes) -> Keyring:
    return Keyring(list(keys))


@pytest.mark.item("O8")
def test_make_pin_gives_three_groups_of_three_signs():
    assert all(re.fullmatch(r"[2-9A-HJKMNP-Z]{3}(-[2-9A-HJKMNP-Z]{3}){2}", rules.make_pin()) for _ in range(500))


@pytest.mark.item("O8")
def test_signs_are_31_without_those_people_mistake_for_each_other():
    assert len(set(rules.SIGNS)) == 31
    assert set(rules.SIGNS).isdisjoint("0O1IL")


def test_make_pin_uses_every_sign_at_every_place():
    made = [rules.make_pin().replace("-", "") for _ in range(2000)]
    assert all({pin[place] for pin in made} == set(rules.SIGNS) for place in range(9))


@pytest.mark.parametrize(
    "typed",
    [
        "M5D-C58-TA2",
        "m5d-c58-ta2",
        "M5DC58TA2",
        " m5d c58 ta2 ",
        "M5D – C58 — TA2",
        "M5D‑C58‑TA2",
        "M5D−C58−TA2",
        "M5D\u00a0C58\u202fTA2",
        "M5D\u00ad-C58\u200b-TA2\ufeff",
        "M5D\tC58\r\nTA2",
        "M-5-D-C-5-8-T-A-2",
        "\uff2d\uff15\uff24\uff0d\uff23\uff15\uff18\uff0d\uff34\uff21\uff12",
    ],
)
@pytest.mark.item("O17")
def test_normalise_pin_forgives_case_spaces_and_dashes_of_any_kind(typed):
    assert PIN == rules.normalise_pin(typed)


@pytest.mark.parametrize(
    "typed",
    ["", "   ", "---", "M5D-C58-TA", "M5D-C58-TA22", "M5D-C58-TA0", "M5D-C58-TAO", "M5D-C58-TA1", "M5D-C58-TAI",
     "M5D-C58-TAL", "M5D-C58-TÀ2", "M5D.C58.TA2", "M5D-C58-TA²\x00", "ΜΕD-C58-TA2"],
)  # fmt: skip
def test_normalise_pin_of_what_cannot_be_one_gives_nothing(typed):
    assert rules.normalise_pin(typed) is None


@given(st.text(max_size=60))
def test_normalise_pin_of_any_text_gives_nine_known_signs_or_nothing(typed):
    found = rules.normalise_pin(typed)
    assert found is None or (len(found) == 9 and set(found) <= set(rules.SIGNS))


@given(st.data())
def test_normalise_pin_of_a_made_pin_however_decorated_gives_its_signs(data):
    pin = rules.make_pin()
    between = st.text(st.sampled_from(" -–—‑−\t\u00a0\u202f"), max_size=3)
    typed = "".join(data.draw(between) + data.draw(st.sampled_from([sign, sign.lower()])) for sign in pin)
    assert pin.replace("-", "") == rules.normalise_pin(typed)


@pytest.fixture
def seals(tmp_path):
    folder = tmp_path / "secrets"
    folder.mkdir(mode=0o700)
    sealing.ensure(folder)
    return sealing.Sealer.load(folder), sealing.Opener.load(folder)


def test_new_pin_is_found_by_its_digest_shown_from_its_ciphertext_and_read_by_notifications(seals):
    sealer, opener = seals
    keys = ring(secrets.token_bytes(32))
    made = pins.Secrets(pins=keys, sealer=sealer)
    digest, shown, sealed = made.new_pin()
    pin = opener.open(sealed, PinSecret).pin
    assert pin == keys.open(shown, "pin").decode()
    assert [digest] == made.digests(pin) == made.digests(pin.lower().replace("-", " "))


def test_digests_find_a_pin_made_before_the_keys_were_rotated(seals):
    sealer, opener = seals
    old, new = secrets.token_bytes(32), secrets.token_bytes(32)
    digest, _, sealed = pins.Secrets(pins=ring(old), sealer=sealer).new_pin()
    pin = opener.open(sealed, PinSecret).pin
    rotated = pins.Secrets(pins=ring(new, old), sealer=sealer)
    assert digest in rotated.digests(pin)
    assert digest not in pins.Secrets(pins=ring(new), sealer=sealer).digests(pin)


def test_new_pin_after_the_rotation_lies_under_the_new_key(seals):
    sealer, opener = seals
    old, new = secrets.token_bytes(32), secrets.token_bytes(32)
    digest, _, sealed = pins.Secrets(pins=ring(new, old), sealer=sealer).new_pin()
    pin = opener.open(sealed, PinSecret).pin
    assert [digest] == pins.Secrets(pins=ring(new), sealer=sealer).digests(pin)


def test_secrets_say_nothing_of_their_keys(seals):
    sealer, _ = seals
    key = secrets.token_bytes(32)
    said = repr(pins.Secrets(pins=ring(key), sealer=sealer))
    assert key.hex() not in said
    assert urlsafe_b64encode(key).decode().rstrip("=") not in said
