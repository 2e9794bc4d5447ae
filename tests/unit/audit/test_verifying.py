"""The command line that verifies knows the register by the name that it has."""

from __future__ import annotations

from pathlib import Path

import pytest

from services import verifying
from services.audit.seal import keys

NAME = "example.com/other"


@pytest.fixture(autouse=True)
def named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Have a register of another name than the usual one."""
    monkeypatch.setenv("MANDAT_SECRETS", str(tmp_path))
    monkeypatch.setenv("MANDAT_REGISTER_NAME", NAME)
    keys.ensure(tmp_path)


def test_keys_that_are_trusted_are_those_of_the_register_of_this_name(tmp_path: Path) -> None:
    here = [signer.verifier for signer in keys.load(tmp_path, NAME)]
    assert here == verifying._trusted(())
    assert here == verifying.Sources(secrets=tmp_path).trusted()


def test_key_that_is_to_be_published_bears_the_name_of_the_register(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    verifying.rotate_key()
    assert keys.load(tmp_path, NAME)[0].verifier.text in capsys.readouterr().out
