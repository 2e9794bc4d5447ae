"""The secret files of an installation."""

from __future__ import annotations

import stat
from urllib.parse import urlsplit

import pytest

from services import together
from services.operations import secretfiles
from shared.crypto import keyring, sealing


def test_secrets_of_an_installation_are_all_made_and_can_be_read(tmp_path) -> None:
    made = secretfiles.make(tmp_path / "secrets")
    folder = tmp_path / "secrets"
    assert made == sorted(path.name for path in folder.iterdir())
    for name in together.KEYS:
        keyring.Keyring.load(folder, name)
    sealing.Opener.load(folder)
    for name in together.PARTS:
        own = urlsplit(secretfiles.address(folder, name, secretfiles.DATABASE))
        assert (own.username, own.hostname, own.path) == (name, "postgres", f"/{name}")
    for name in secretfiles.SPEAKING:
        assert urlsplit(secretfiles.address(folder, name, secretfiles.BROKER)).username == name


def test_secrets_lie_in_a_folder_that_its_owner_alone_enters(tmp_path) -> None:
    secretfiles.make(tmp_path / "secrets")
    folder = tmp_path / "secrets"
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert {stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()} == {0o444}


def test_secrets_made_again_stay_and_what_is_missing_comes(tmp_path) -> None:
    secretfiles.make(tmp_path)
    before = {path.name: path.read_text() for path in tmp_path.iterdir()}
    (tmp_path / "audit.broker").unlink()
    assert secretfiles.make(tmp_path) == ["audit.broker"]
    after = {path.name: path.read_text() for path in tmp_path.iterdir()}
    assert {name for name in before if before[name] != after[name]} == {"audit.broker"}


def test_passwords_are_all_different_and_the_servers_are_told_the_administrators(tmp_path) -> None:
    secretfiles.make(tmp_path)
    addresses = [path.read_text() for path in tmp_path.iterdir() if path.suffix in (".database", ".broker")]
    passwords = [urlsplit(text.strip()).password or "" for text in addresses]
    assert len(set(passwords)) == len(passwords)
    assert min(map(len, passwords)) >= 32
    admin = urlsplit(secretfiles.address(tmp_path, "admin", secretfiles.DATABASE))
    assert (tmp_path / "postgres.password").read_text() == admin.password
    broker = urlsplit(secretfiles.address(tmp_path, "admin", secretfiles.BROKER))
    assert f"default_pass = {broker.password}" in (tmp_path / "rabbitmq.conf").read_text()


def test_password_of_the_mail_server_is_the_operators_to_write_and_stays(tmp_path) -> None:
    secretfiles.make(tmp_path)
    file = tmp_path / secretfiles.MAIL_PASSWORD
    assert file.read_text() == ""
    file.chmod(0o600)
    file.write_text("from the provider")
    secretfiles.make(tmp_path)
    assert file.read_text() == "from the provider"


def test_address_that_is_missing_says_what_makes_it(tmp_path) -> None:
    with pytest.raises(ValueError, match="make secrets"):
        secretfiles.address(tmp_path, "audit", secretfiles.BROKER)
