"""Keys are replaced in steps, and between any two steps old and new replicas read each other's."""

from __future__ import annotations

import stat

import pytest

from services.operations import keys, secretfiles
from shared.contracts.secrets import PinSecret
from shared.crypto import sealing
from shared.crypto.keyring import KeyFileWrong, Keyring, Unreadable

STEPS = (keys.add, keys.use)


@pytest.mark.parametrize("name", keys.RINGS)
def test_replicas_of_neighbouring_steps_read_each_other(tmp_path, name) -> None:
    secretfiles.make(tmp_path)
    before = Keyring.load(tmp_path, name)
    for step in STEPS:
        step(tmp_path, name)
        after = Keyring.load(tmp_path, name)
        assert before.open(after.seal(b"x", "c"), "c") == after.open(before.seal(b"x", "c"), "c") == b"x"
        assert before.digest("x", "c") in after.digests("x", "c")
        before = after


@pytest.mark.parametrize("name", keys.RINGS)
def test_dropped_key_reads_nothing_any_more_and_the_used_one_does(tmp_path, name) -> None:
    secretfiles.make(tmp_path)
    old = Keyring.load(tmp_path, name).seal(b"x", "c")
    for step in (*STEPS, keys.drop):
        step(tmp_path, name)
    ring = Keyring.load(tmp_path, name)
    assert ring.open(ring.seal(b"x", "c"), "c") == b"x"
    with pytest.raises(Unreadable):
        ring.open(old, "c")


def test_letters_sealed_before_in_and_after_a_rotation_are_opened(tmp_path) -> None:
    secretfiles.make(tmp_path)
    letters = [sealing.Sealer.load(tmp_path).seal(PinSecret(pin="M5D-C58-TA2"))]
    for step in STEPS:
        opener = sealing.Opener.load(tmp_path)
        step(tmp_path, keys.MAIL)
        letters.append(sealing.Sealer.load(tmp_path).seal(PinSecret(pin="M5D-C58-TA2")))
        if step is keys.add:
            assert opener.open(letters[-1], PinSecret).pin == "M5D-C58-TA2"
    opener = sealing.Opener.load(tmp_path)
    assert {opener.open(letter, PinSecret).pin for letter in letters} == {"M5D-C58-TA2"}
    keys.drop(tmp_path, keys.MAIL)
    opener = sealing.Opener.load(tmp_path)
    assert opener.open(letters[-1], PinSecret).pin == "M5D-C58-TA2"
    with pytest.raises(Unreadable):
        opener.open(letters[0], PinSecret)


def test_changed_file_keeps_its_rights(tmp_path) -> None:
    secretfiles.make(tmp_path)
    keys.add(tmp_path, "pin")
    assert stat.S_IMODE((tmp_path / "pin.key").stat().st_mode) == 0o444
    assert not list(tmp_path.glob(".*"))


def test_unknown_key_and_broken_file_are_refused(tmp_path) -> None:
    with pytest.raises(ValueError, match="choose one of"):
        keys.add(tmp_path, "house")
    (tmp_path / "pin.key").write_text("nonsense\n")
    with pytest.raises(KeyFileWrong):
        keys.add(tmp_path, "pin")
    assert (tmp_path / "pin.key").read_text() == "nonsense\n"
