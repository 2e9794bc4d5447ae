import json

import pytest

from shared.contracts import secrets
from shared.crypto import sealing
from shared.crypto.keyring import KeyFileWrong, Unreadable


@pytest.fixture
def folder(tmp_path):
    sealing.ensure(tmp_path)
    return tmp_path


def test_seal_opened_by_notifications_gives_the_secret(folder):
    secret = secrets.PinSecret(pin="M5D-C58-TA2")
    assert sealing.Opener.load(folder).open(sealing.Sealer.load(folder).seal(secret), secrets.PinSecret) == secret


def test_seal_does_not_show_the_secret(folder):
    assert "M5D" not in sealing.Sealer.load(folder).seal(secrets.PinSecret(pin="M5D-C58-TA2"))


def test_open_as_another_secret_is_refused(folder):
    sealed = sealing.Sealer.load(folder).seal(secrets.ResetSecret(token="abc"))
    with pytest.raises(Unreadable):
        sealing.Opener.load(folder).open(sealed, secrets.VerificationSecret)


def test_open_with_another_key_is_refused(folder, tmp_path_factory):
    other = tmp_path_factory.mktemp("other")
    sealing.ensure(other)
    sealed = sealing.Sealer.load(other).seal(secrets.ResetSecret(token="abc"))
    with pytest.raises(Unreadable):
        sealing.Opener.load(folder).open(sealed, secrets.ResetSecret)


@pytest.mark.parametrize("text", ["", "a.b.c.d.e", "é", "." * 4, "eyJhbGciOiJkaXIifQ....", "x" * 10_000])
def test_open_of_garbage_is_refused(folder, text):
    with pytest.raises(Unreadable):
        sealing.Opener.load(folder).open(text, secrets.ResetSecret)


def test_open_after_the_key_was_replaced_still_reads_letters_under_way(folder, tmp_path_factory):
    sealed = sealing.Sealer.load(folder).seal(secrets.ResetSecret(token="abc"))
    other = tmp_path_factory.mktemp("other")
    sealing.ensure(other)
    keys = [json.loads((place / sealing.PRIVATE).read_text()) for place in (other, folder)]
    (folder / sealing.PRIVATE).unlink()
    (folder / sealing.PRIVATE).write_text(json.dumps({"keys": keys}))
    assert sealing.Opener.load(folder).open(sealed, secrets.ResetSecret).token == "abc"


def test_sealer_has_no_private_key(folder):
    assert "d" not in json.loads((folder / sealing.PUBLIC).read_text())


def test_ensure_twice_keeps_the_key(folder):
    before = (folder / sealing.PRIVATE).read_text()
    sealing.ensure(folder)
    assert (folder / sealing.PRIVATE).read_text() == before


def test_load_without_files_is_refused(tmp_path):
    with pytest.raises(KeyFileWrong, match="notifications"):
        sealing.Sealer.load(tmp_path)
