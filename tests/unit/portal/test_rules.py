"""Return paths, where forms come from, and their tokens."""

from __future__ import annotations

import pytest

from services.portal import rules, secrecy

US = "https://mandat.example.com"
BROWSER = secrecy.new()


@pytest.mark.parametrize(
    "path", ["/fr", "/fr/pour/5003/cadastre", "/en/for/5003/delegation/delegates?page=2&sort=-date", "/fr/a?b=%C3%A9"]
)
def test_return_path_of_ours_is_taken(path: str) -> None:
    assert rules.return_path(path) == path


@pytest.mark.parametrize(
    "path",
    [
        None,
        "",
        "https://evil.example",
        "//evil.example",
        "/\\evil.example",
        "/fr//evil.example",
        "/fr/..//evil.example",
        "/fr/%2e%2e/x",
        "/fr/%5cevil",
        "/fr/%2F%2Fevil.example",
        "/de/x",
        "/frevil",
        "javascript:alert(1)",
        "/fr\r\nSet-Cookie: a=b",
        "/fr/\u2028",
        "/fr?" + "a" * 1000,
        "/fr@evil.example",
        " /fr",
    ],
)
def test_return_path_that_leads_elsewhere_is_none(path: str | None) -> None:
    assert rules.return_path(path) is None


@pytest.mark.parametrize(
    ("headers", "ours"),
    [
        ({"Sec-Fetch-Site": "same-origin", "Origin": US}, True),
        ({"Origin": US}, True),
        ({"Sec-Fetch-Site": "none"}, True),
        ({}, False),
        ({"Sec-Fetch-Site": "cross-site", "Origin": "https://evil.example"}, False),
        ({"Sec-Fetch-Site": "cross-site", "Origin": US}, False),
        ({"Sec-Fetch-Site": "same-site", "Origin": "https://other.example.com"}, False),
        ({"Sec-Fetch-Site": "same-origin", "Origin": "null"}, False),
        ({"Origin": "null"}, False),
        ({"Origin": "http://mandat.example.com"}, False),
        ({"Origin": US + ".evil.example"}, False),
    ],
)
def test_form_comes_from_us_only_by_its_headers(headers, ours) -> None:
    assert rules.comes_from_us(headers, US, "mandat.example.com") is ours


def test_local_trial_at_another_name_takes_its_own_forms() -> None:
    assert rules.comes_from_us({"Origin": "http://localhost:8080"}, "http://127.0.0.1:8080", "localhost:8080")
    assert not rules.comes_from_us({"Origin": "http://evil:8080"}, "http://127.0.0.1:8080", "localhost:8080")


def test_form_token_holds_in_one_browser_session_and_context() -> None:
    token = rules.form_token(BROWSER, b"session", "5003")
    assert rules.is_form_token(token, BROWSER, b"session", "5003")
    for other in (
        (secrecy.new(), b"session", "5003"),
        (BROWSER, b"another", "5003"),
        (BROWSER, None, "5003"),
        (BROWSER, b"session", "5001"),
        (BROWSER, b"session", None),
    ):
        assert not rules.is_form_token(token, *other)
    assert not rules.is_form_token("", BROWSER, b"session", "5003")
    assert not rules.is_form_token("é", BROWSER, b"session", "5003")


def test_what_is_kept_of_a_form_holds_no_secret() -> None:
    sent = {"username": "jean", "password": "p", "old_password": "o", "confirm": "c", "pin": "M5D", "jeton": "t"}
    assert rules.kept(sent) == {"username": "jean"}


def test_sealed_content_opens_with_its_secret_alone() -> None:
    secret = secrecy.new()
    sealed = secrecy.seal(secret, {"access": "canary"})
    assert b"canary" not in sealed
    assert secrecy.unseal(secret, sealed) == {"access": "canary"}
    assert secrecy.unseal(secrecy.new(), sealed) is None
