"""docker-compose.yml keeps its promises: every part with its secrets alone, scaled, limited; no passwords."""

from __future__ import annotations

import re

import pytest
import yaml

from services import together
from services.operations import secretfiles
from tests.support.processes import ROOT

TEXT = (ROOT / "docker-compose.yml").read_text()
FILE = yaml.safe_load(TEXT)
SERVICES = FILE["services"]
WITH_PORTS = {"gateway", "mailpit", "prometheus", "grafana"}


def secrets_of(service: str) -> dict[str, str]:
    """Give the secret files of a service, each with the name that it has inside."""
    listed = SERVICES[service].get("secrets", [])
    return {one: one for one in listed if isinstance(one, str)} | {
        one["source"]: one["target"] for one in listed if isinstance(one, dict)
    }


@pytest.mark.parametrize("name", together.PARTS)
def test_every_part_is_a_service_with_its_own_database(name) -> None:
    secrets = secrets_of(name)
    assert secrets[f"{name}.database"] == "mandat_database_url"
    assert [one for one in secrets if one.endswith(secretfiles.DATABASE)] == [f"{name}.database"]
    brokers = [one for one in secrets if one.endswith(secretfiles.BROKER)]
    assert brokers == ([f"{name}.broker"] if name in secretfiles.SPEAKING else [])
    assert SERVICES[name]["command"] in (f"services.{name}", f"examples.{name}")
    assert f"{name}.database" in secrets_of("setup")


@pytest.mark.parametrize("name", SERVICES)
def test_secret_is_given_once(name) -> None:
    listed = [one if isinstance(one, str) else one["source"] for one in SERVICES[name].get("secrets", [])]
    assert sorted(set(listed)) == sorted(listed)


def test_every_setting_of_the_mail_server_and_the_address_for_help_can_be_given() -> None:
    mail, portal = SERVICES["notifications"]["environment"], SERVICES["portal"]["environment"]
    named = {"SMTP_HOST", "SMTP_PORT", "SMTP_SECURITY", "SMTP_USERNAME", "MAIL_FROM", "MAIL_NAME", "MAIL_SUPPORT"}
    assert {f"MANDAT_{one}" for one in named} <= set(mail)
    assert secrets_of("notifications")["smtp.password"] == "mandat_smtp_password"
    assert mail["MANDAT_MAIL_SUPPORT"] == portal["MANDAT_SUPPORT"] == "${MANDAT_SUPPORT:-soutien@mandat.example.com}"
    said = (ROOT / "deploy/example.env").read_text()
    assert all(one in said for one in ("MANDAT_SMTP_USERNAME", "smtp.password", "MANDAT_SUPPORT", "MANDAT_MAIL_NAME"))


def test_secret_files_are_those_that_are_made(tmp_path) -> None:
    assert set(FILE["secrets"]) <= set(secretfiles.make(tmp_path))
    used = {one for name in SERVICES for one in secrets_of(name)}
    assert used == set(FILE["secrets"])


@pytest.mark.parametrize("name", SERVICES)
def test_service_can_be_scaled_is_limited_and_ends_well(name) -> None:
    service = SERVICES[name]
    assert "container_name" not in service
    assert ("ports" in service) == (name in WITH_PORTS)
    assert service["stop_grace_period"] in ("30s", "60s")
    assert "no-new-privileges:true" in service["security_opt"]
    if name != "setup":
        assert service["deploy"]["resources"]["limits"].keys() == {"cpus", "memory"}


def test_only_the_gateway_is_reached_from_other_machines() -> None:
    for name in WITH_PORTS - {"gateway"}:
        assert all(port.startswith("127.0.0.1:") for port in SERVICES[name]["ports"])


def test_no_password_stands_in_the_file() -> None:
    assert not re.search(r"(?i)pass(word)?\s*[:=]\s*[^/\s{]", TEXT.replace("POSTGRES_PASSWORD_FILE", ""))
    assert not re.search(r"://[^\s/@]+:[^\s/@]+@", TEXT)


def test_gateway_routes_to_every_part() -> None:
    routes = (ROOT / "deploy/gateway/mandat/server.conf").read_text()
    for name in together.PARTS:
        assert re.search(rf"\b{name}\b", routes), name
