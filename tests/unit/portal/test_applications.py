"""Further connected applications: how an operator lists them, what is refused, and which pages each gets."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from services.portal import app, navigation, routes
from services.portal.applications import CADASTRE, EXAMPLES, TAKEN, Application, Contract, Service
from services.portal.backend import PLAIN
from services.portal.pages import requests
from services.portal.routing import Addresses
from services.portal.settings import Settings
from shared import runtime
from shared.contracts.people import Language

MINES = {
    "slug": "mines",
    "contract": "delegation",
    "name": {"fr": "Registre minier", "en": "Mining registry"},
    "url": "https://mines.example.org/cadastre/",
}
ROADS = {
    "slug": "voirie",
    "contract": "accounts",
    "name": {"fr": "Voirie", "en": "Roads"},
    "url": "http://voirie:8080/permits",
}


def listed(*applications: dict[str, Any]) -> Settings:
    """Read settings as the environment gives them."""
    return Settings(
        public_url="https://mandat.example.com",
        secrets=Path("/nowhere"),
        database_url="",
        applications=json.dumps(applications),
    )


def test_applications_listed_in_the_environment_are_read(monkeypatch: pytest.MonkeyPatch) -> None:
    given = {"PUBLIC_URL": "https://a.example", "SECRETS": "/nowhere", "DATABASE_URL": ""}
    for name, value in (given | {"APPLICATIONS": json.dumps([MINES, ROADS])}).items():
        monkeypatch.setenv(f"MANDAT_{name}", value)
    mines, roads = Settings.read().applications
    assert (mines.slug, mines.contract, mines.name["en"]) == ("mines", Contract.DELEGATION, "Mining registry")
    assert (mines.services, roads.services) == (frozenset(Service), frozenset())
    monkeypatch.setenv("MANDAT_APPLICATIONS", "")
    assert Settings.read().applications == ()


def test_address_of_a_further_application_is_below_its_own() -> None:
    settings = listed(MINES, ROADS)
    assert settings.url_of("/mines/v1/files") == "https://mines.example.org/cadastre/v1/files"
    assert settings.url_of("/voirie/v1/actions") == "http://voirie:8080/permits/v1/actions"
    assert settings.url_of("/cadastre/v1/files") == "https://mandat.example.com/cadastre/v1/files"


@pytest.mark.parametrize(
    ("change", "place", "said"),
    [
        ({"slug": "cadastre"}, "applications.0.slug", "cadastre is the name of a service of Mandat"),
        ({"slug": "Mines et cie"}, "applications.0.slug", "should match pattern"),
        ({"slug": "mines-"}, "applications.0.slug", "should match pattern"),
        ({"slug": "mandat"}, "applications.0.slug", "mandat is the name of a service of Mandat"),
        ({"contract": "oauth"}, "applications.0.contract", "'delegation' or 'accounts'"),
        ({"name": {"fr": "Registre minier"}}, "applications.0.name.en", "Field required"),
        ({"name": {"fr": " ", "en": "Mines"}}, "applications.0.name.fr", "at least 1 character"),
        ({"url": "mines.example.org"}, "applications.0.url", "should match pattern"),
        ({"services": ["lot-theft"]}, "applications.0.services.0", "'lot-reservation'"),
        ({"contract": "accounts", "services": ["product-order"]}, "applications.0.services", "only an application of"),
        ({"colour": "red"}, "applications.0.colour", "not permitted"),
    ],
    ids=lambda one: next(iter(one)) if isinstance(one, dict) else "",
)
def test_setting_that_is_wrong_is_refused_with_its_place_and_reason(
    change: dict[str, Any], place: str, said: str
) -> None:
    with pytest.raises(ValidationError) as refusal:
        listed(MINES | change)
    assert f"\n{place}\n" in str(refusal.value)
    assert said in str(refusal.value)


def test_setting_that_is_no_json_or_names_one_slug_twice_is_refused() -> None:
    with pytest.raises(ValidationError, match="the slug mines stands 2 times"):
        listed(MINES, ROADS, MINES)
    with pytest.raises(ValidationError, match=r"applications\n.*this is no JSON: .*line 1 column 3"):
        Settings(public_url="https://a.example", secrets=Path("/"), database_url="", applications="[{]")


def test_portal_with_a_wrong_list_says_so_at_the_start_and_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    given = {"PUBLIC_URL": "https://a.example", "SECRETS": "/nowhere", "DATABASE_URL": ""}
    for name, value in (given | {"APPLICATIONS": json.dumps([MINES | {"slug": "audit"}])}).items():
        monkeypatch.setenv(f"MANDAT_{name}", value)
    with pytest.raises(SystemExit, match=r"^mandat: 1 validation error.*\napplications\.0\.slug\n.*audit is the name"):
        runtime.main("portal", Settings, app.build)


def test_pages_of_further_applications_have_addresses_of_their_own_and_no_two_share_one() -> None:
    pages = routes.pages(listed(MINES, ROADS, MINES | {"slug": "forets"}).applications)
    made = Addresses(pages)
    assert made.url("file@mines", Language.FR, "5003", number="7") == "/fr/pour/5003/services/mines/dossiers/7"
    assert made.url("survey-files@mines", Language.EN, "5003") == "/en/for/5003/services/mines/survey"
    assert made.url("actions@voirie", Language.EN) == "/en/services/voirie/actions"
    assert made.url("file", Language.FR, "5003", number="7") == "/fr/pour/5003/cadastre/dossiers/7"
    for language in Language:
        paths = [path for page in pages for path in page.paths(language)]
        assert len(paths) == len(set(paths))


def test_each_page_of_a_contract_stands_for_each_application_that_follows_it() -> None:
    settings = listed(MINES, ROADS)
    for example, further in zip(EXAMPLES, settings.applications, strict=True):
        at_the_top, own = routes.of(example), routes.of(further)
        assert [(one.show, one.send, one.who, one.limit, one.seconds) for one in at_the_top] == [
            (one.show, one.send, one.who, one.limit, one.seconds) for one in own
        ]
        assert {one.application for one in own} == {further}


def test_examples_and_services_of_the_catalogue_are_all_known() -> None:
    assert {one.slug for one in EXAMPLES} <= TAKEN
    assert set(Service) == set(requests.FORMS) | set(requests.LISTS)


def test_application_that_offers_nothing_beyond_its_files_has_no_services() -> None:
    (mines,) = listed(MINES | {"services": []}).applications
    assert mines.services == frozenset()
    place = navigation.Place(there="5003", own=None, known=True, operator=False)
    (tab,) = [tab for tab in navigation.of(place, [mines]) if tab.name]
    assert [below.page for below in tab.tabs] == ["files@mines", "requests@mines"]


def tabs(further: tuple[Application, ...], *, there: str | None) -> list[str]:
    """Give the tabs of a surveyor or of somebody who is none, by the page each leads to."""
    place = navigation.Place(there=there, own=None, known=True, operator=False)
    return [tab.page for tab in navigation.of(place, further)]


def test_tab_of_an_application_stands_where_its_contract_says() -> None:
    further = listed(MINES, ROADS).applications
    assert tabs(further, there="5003") == [
        *("files", "survey-files", "files@mines", "choose", "actions", "actions@voirie"),
    ]
    assert tabs(further, there=None) == ["choose", "actions", "actions@voirie"]
    assert tabs((), there="5003") == ["files", "survey-files", "choose", "actions"]


def test_application_without_survey_files_has_no_tab_of_them() -> None:
    without, with_them = MINES | {"services": ["product-order"]}, MINES | {"slug": "forets"}
    place = navigation.Place(there="5003", own=None, known=True, operator=False)
    found = navigation.of(place, listed(without, with_them).applications)
    below = {tab.name.fr + tab.page: [one.page for one in tab.tabs] for tab in found if tab.name}
    assert "survey-files@mines" not in below["Registre minierfiles@mines"]
    assert "survey-files@forets" in below["Registre minierfiles@forets"]
    assert CADASTRE.offers("product-order")


@pytest.mark.parametrize("path", ["/mines/v1/files/1096429", "/delegation/.well-known/jwks.json"])
def test_path_of_names_stays_where_it_begins(path: str) -> None:
    assert PLAIN.fullmatch(path)


@pytest.mark.parametrize(
    "rest", ["files/../../../admin", "..", "a%2f..", "files?x=1", "/v1", "files#x", "a\nb", "./files", "a\\b"]
)
def test_path_that_would_leave_its_application_is_none(rest: str) -> None:
    assert not PLAIN.fullmatch(f"/mines/v1/{rest}")
