import pytest
from pydantic import ValidationError

from shared import settings


class Own(settings.ServiceSettings):
    hash_threads: int = 1


NEEDED = {
    "public_url": "https://mandat.example.com/",
    "secrets": "/run/secrets",
    "database_url": "postgresql://u:canary@h/d",
}


def test_settings_from_the_environment_are_read(monkeypatch):
    for name, value in NEEDED.items():
        monkeypatch.setenv(f"MANDAT_{name.upper()}", value)
    monkeypatch.setenv("MANDAT_HASH_THREADS", "3")
    assert Own().hash_threads == 3


def test_settings_without_internal_addresses_use_the_public_one():
    made = Own(**NEEDED)
    assert (made.public_url, made.identity_url) == ("https://mandat.example.com", "https://mandat.example.com")


def test_settings_cannot_be_changed():
    with pytest.raises(ValidationError):
        Own(**NEEDED).port = 1


def test_settings_unknown_are_refused():
    with pytest.raises(ValidationError):
        Own(**NEEDED, colour="blue")


def test_settings_shown_hide_the_database_password():
    assert "canary" not in repr(Own(**NEEDED))


def test_settings_refused_do_not_repeat_what_was_given():
    with pytest.raises(ValidationError) as raised:
        Own(**(NEEDED | {"public_url": "canary"}))
    assert "canary" not in str(raised.value)


def test_check_environment_with_a_misspelt_name_says_which_was_meant():
    with pytest.raises(settings.UnknownSettings, match=r"MANDAT_HASH_TREADS.*MANDAT_HASH_THREADS"):
        settings.check_environment(settings.variables(Own), {"MANDAT_HASH_TREADS": "2"})


def test_check_environment_with_known_foreign_and_test_names_is_silent():
    given = {"MANDAT_PORT": "1", "PATH": "/bin", "MANDAT_TEST_AMQP_URL": "amqp://"}
    assert settings.check_environment(settings.variables(Own), given) is None
