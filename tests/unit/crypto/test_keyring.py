import base64
import stat
from concurrent.futures import ThreadPoolExecutor

import pytest

from shared.crypto import keyring


def line(key: bytes) -> str:
    return base64.urlsafe_b64encode(key).decode() + "\n"


ONE, TWO = b"1" * 32, b"2" * 32


def test_seal_opened_in_the_same_context_gives_the_text_back():
    ring = keyring.Keyring([ONE])
    assert ring.open(ring.seal(b"M5D-C58-TA2", "pin"), "pin") == b"M5D-C58-TA2"


def test_seal_of_the_same_text_twice_differs():
    ring = keyring.Keyring([ONE])
    assert ring.seal(b"M5D-C58-TA2", "pin") != ring.seal(b"M5D-C58-TA2", "pin")


def test_seal_opened_in_another_context_is_unreadable():
    ring = keyring.Keyring([ONE])
    with pytest.raises(keyring.Unreadable):
        ring.open(ring.seal(b"secret", "pin:1"), "pin:2")


@pytest.mark.parametrize("place", [0, 1, 5, 17, -1])
def test_seal_changed_in_one_byte_is_unreadable(place):
    ring = keyring.Keyring([ONE])
    sealed = bytearray(ring.seal(b"secret", "pin"))
    sealed[place] ^= 1
    with pytest.raises(keyring.Unreadable):
        ring.open(bytes(sealed), "pin")


@pytest.mark.parametrize("length", [0, 1, 5, 10, 20])
def test_seal_cut_short_is_unreadable(length):
    ring = keyring.Keyring([ONE])
    with pytest.raises(keyring.Unreadable):
        ring.open(ring.seal(b"secret", "pin")[:length], "pin")


def test_seal_of_a_former_key_is_opened_after_the_key_was_replaced():
    sealed = keyring.Keyring([ONE]).seal(b"secret", "pin")
    assert keyring.Keyring([TWO, ONE]).open(sealed, "pin") == b"secret"


def test_seal_after_the_key_was_replaced_is_unreadable_without_the_new_key():
    sealed = keyring.Keyring([TWO, ONE]).seal(b"secret", "pin")
    with pytest.raises(keyring.Unreadable):
        keyring.Keyring([ONE]).open(sealed, "pin")


def test_digest_of_equal_texts_is_equal():
    assert keyring.Keyring([ONE]).digest("M5D", "pin") == keyring.Keyring([ONE]).digest("M5D", "pin")


def test_digest_depends_on_key_context_and_text():
    ring = keyring.Keyring([ONE])
    digests = {
        ring.digest("a", "b"),
        ring.digest("b", "a"),
        ring.digest("a", "c"),
        keyring.Keyring([TWO]).digest("a", "b"),
    }
    assert len(digests) == 4


def test_digests_after_the_key_was_replaced_hold_the_former_one():
    former = keyring.Keyring([ONE]).digest("M5D", "pin")
    ring = keyring.Keyring([TWO, ONE])
    assert ring.digests("M5D", "pin") == [ring.digest("M5D", "pin"), former]


def test_load_takes_the_first_line_as_current_key(tmp_path):
    (tmp_path / "pin.key").write_text(line(TWO) + line(ONE))
    assert keyring.Keyring.load(tmp_path, "pin").digest("x", "c") == keyring.Keyring([TWO]).digest("x", "c")


@pytest.mark.parametrize("content", ["", "not base64!\n", line(b"short"), line(b"3" * 33)])
def test_load_of_a_malformed_file_is_refused(tmp_path, content):
    (tmp_path / "pin.key").write_text(content)
    with pytest.raises(keyring.KeyFileWrong):
        keyring.Keyring.load(tmp_path, "pin")


def test_load_of_a_missing_file_names_it(tmp_path):
    with pytest.raises(keyring.KeyFileWrong, match=r"pin\.key"):
        keyring.Keyring.load(tmp_path, "pin")


def test_load_of_a_malformed_file_does_not_repeat_its_content(tmp_path):
    (tmp_path / "pin.key").write_text("canary-of-a-key!\n")
    with pytest.raises(keyring.KeyFileWrong) as raised:
        keyring.Keyring.load(tmp_path, "pin")
    assert "canary" not in str(raised.value)


def test_ensure_makes_a_file_that_its_owner_alone_may_read(tmp_path):
    keyring.ensure(tmp_path / "secrets", "pin")
    assert stat.S_IMODE((tmp_path / "secrets/pin.key").stat().st_mode) == 0o400


def test_ensure_by_many_at_once_makes_one_key(tmp_path):
    with ThreadPoolExecutor(8) as threads:
        rings = list(threads.map(lambda _: keyring.ensure(tmp_path, "pin"), range(8)))
    assert len({ring.digest("x", "c") for ring in rings}) == 1
    assert [path.name for path in tmp_path.iterdir()] == ["pin.key"]


def test_repr_shows_no_key():
    assert ONE.decode() not in repr(keyring.Keyring([ONE])) + repr(vars(keyring.Keyring([ONE])))
