"""The client's address is the connection's, or what trusted proxies say, read from the right."""

from __future__ import annotations

import ipaddress

import pytest
from aiohttp.test_utils import make_mocked_request
from multidict import CIMultiDict

from shared.settings import ServiceSettings
from shared.web import clients

OURS = tuple(ipaddress.ip_network(net) for net in ("10.0.0.0/8", "fd00::/8"))
MANDATORY = {"public_url": "https://mandat.example.com", "secrets": "/run/secrets", "database_url": "postgresql://db/x"}


def client_of(remote: str, *forwarded: str, networks=OURS) -> str:
    headers = CIMultiDict([("X-Forwarded-For", value) for value in forwarded])
    request = make_mocked_request("GET", "/", headers=headers).clone(remote=remote)
    return clients.Proxies(networks).client_of(request)


@pytest.mark.parametrize(
    ("remote", "forwarded", "expected"),
    [
        ("203.0.113.9", (), "203.0.113.9"),
        ("203.0.113.9", ("198.51.100.1",), "203.0.113.9"),  # not one of our proxies: it may say what it likes
        ("10.0.0.2", (), "10.0.0.2"),
        ("10.0.0.2", ("198.51.100.1",), "198.51.100.1"),
        ("10.0.0.2", ("1.2.3.4, 198.51.100.1",), "198.51.100.1"),  # the caller invented 1.2.3.4
        ("10.0.0.2", ("1.2.3.4, 198.51.100.1, 10.0.0.7",), "198.51.100.1"),
        ("10.0.0.2", ("1.2.3.4", "198.51.100.1"), "198.51.100.1"),  # two header lines are one list
        ("10.0.0.2", ("10.9.9.9",), "10.9.9.9"),  # somebody inside
        ("10.0.0.2", ("198.51.100.1, nonsense",), "10.0.0.2"),
        ("10.0.0.2", ("nonsense, 198.51.100.1",), "198.51.100.1"),
        ("10.0.0.2", ("",), "10.0.0.2"),
        ("10.0.0.2", ("2001:db8::5",), "2001:db8::5"),
        ("fd00::2", ("198.51.100.1",), "198.51.100.1"),
        ("::ffff:10.0.0.2", ("198.51.100.1",), "198.51.100.1"),  # a proxy seen by a socket for both families
    ],
)
def test_client_behind_proxies_is_the_first_from_the_right_that_is_not_ours(remote, forwarded, expected) -> None:
    assert client_of(remote, *forwarded) == expected


def test_header_is_not_believed_when_no_proxy_is_trusted() -> None:
    assert client_of("10.0.0.2", "198.51.100.1", networks=()) == "10.0.0.2"


def test_header_of_a_thousand_hops_is_read_at_its_end_only() -> None:
    assert client_of("10.0.0.2", ", ".join(["10.0.0.3"] * 1000 + ["198.51.100.1"])) == "198.51.100.1"


def test_trusted_proxies_are_read_from_a_list_with_commas(monkeypatch) -> None:
    monkeypatch.setenv("MANDAT_TRUSTED_PROXIES", "10.0.0.0/8, fd00::/8")
    assert OURS == ServiceSettings(**MANDATORY).trusted_proxies


def test_trusted_proxies_that_are_no_networks_are_refused(monkeypatch) -> None:
    monkeypatch.setenv("MANDAT_TRUSTED_PROXIES", "10.0.0.1/8")
    with pytest.raises(ValueError, match="trusted_proxies"):
        ServiceSettings(**MANDATORY)
