"""The gateway lets through the largest body that each route takes, large ones to few, and waits as they need."""

from __future__ import annotations

import importlib
import re

import pytest

from services import together
from services.portal import routes as portal
from services.portal.applications import Contract, Listed, Name
from services.portal.routing import Page
from shared.contracts.people import Language
from shared.web.routing import MEBIBYTE, Route
from tests.support.processes import ROOT

FURTHER = [
    Listed(slug=f"further-{contract}", contract=contract, name=Name(fr="Autre", en="Other"), url="http://other")
    for contract in Contract
]
PAGES = portal.pages(FURTHER)
GATEWAY = ROOT / "deploy/gateway/mandat"
LOCATION = re.compile(r"^location ~ (\S+) \{\n(.*?)^\}", re.MULTILINE | re.DOTALL)
LARGEST = re.compile(r"client_max_body_size (\d+)m;")


def largest(text: str) -> int | None:
    """Give the largest body that a part of the configuration names, in bytes."""
    found = LARGEST.search(text)
    return int(found[1]) * MEBIBYTE if found else None


USUAL = largest((GATEWAY / "http.conf").read_text()) or 0
PLACES = [
    (re.compile(pattern.replace("(?<", "(?P<")), largest(rules))
    for pattern, rules in LOCATION.findall((GATEWAY / "server.conf").read_text())
]


PAGES_TAKE = largest((GATEWAY / "server.conf").read_text().partition("location / {")[2].partition("}")[0]) or USUAL
WAITS = re.compile(r"proxy_read_timeout (\d+)s;")
WAITING = [
    (re.compile(pattern.replace("(?<", "(?P<")), WAITS.search(rules))
    for pattern, rules in LOCATION.findall((GATEWAY / "server.conf").read_text())
]
USUALLY = WAITS.search((GATEWAY / "http.conf").read_text())
ENOUGH = 120.0
"""Seconds until a download begins, however long it takes then."""


def waited(path: str) -> int:
    """Give the seconds that the gateway waits for the beginning of an answer."""
    found = next((seconds or USUALLY for pattern, seconds in WAITING if pattern.search(path)), USUALLY)
    assert found is not None
    return int(found[1])


def taken(path: str, otherwise: int = USUAL) -> int:
    """Give the largest body that the gateway lets through to a path: its first pattern that matches decides."""
    return next((size or USUAL for pattern, size in PLACES if pattern.search(path)), otherwise)


def routes() -> list[tuple[str, Route]]:
    """Give every route of every part that has a table of them, by its address at the gateway."""
    modules = [build.__module__.removesuffix(".app") for _, build in together.PARTS.values()]
    tables = {one.split(".")[1]: importlib.import_module(f"{one}.routes") for one in modules if "portal" not in one}
    return [
        (re.sub(r"{\w+}", "0192", f"/{name}{route.path}"), route)
        for name, table in tables.items()
        for route in table.ROUTES
        if route.method != "GET"
    ]


@pytest.mark.parametrize(("path", "route"), [pytest.param(*one, id=f"{one[1].method} {one[0]}") for one in routes()])
def test_body_that_a_route_takes_passes_the_gateway(path: str, route: Route) -> None:
    assert taken(path) >= route.limit


def test_uploads_are_among_the_routes_that_take_large_bodies() -> None:
    large = {path for path, route in routes() if route.limit > MEBIBYTE}
    assert {"/permits/v1/applications/0192/files", "/accounts/v1/imports/0192"} <= large


def test_large_bodies_pass_to_few_routes_alone() -> None:
    passing = {path for path, _ in routes() if taken(path) > MEBIBYTE}
    assert {path.split("/")[1] for path in passing} <= {"accounts", "audit", "permits"}
    assert len(passing) <= 3


@pytest.mark.parametrize("page", [page for page in PAGES if page.send is not None], ids=lambda page: page.name)
def test_form_that_a_page_takes_passes_the_gateway(page: Page) -> None:
    paths = [re.sub(r"\{[^}]*\}", "0192", path) for language in Language for path in page.paths(language)]
    assert min(taken(path, PAGES_TAKE) for path in paths) >= page.limit


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_page_that_takes_long_is_waited_for(page: Page) -> None:
    paths = [re.sub(r"\{[^}]*\}", "pdf", path) for language in Language for path in page.paths(language)]
    longest = min(page.seconds, ENOUGH) if page.limit < 32 * MEBIBYTE else page.seconds
    assert min(waited(path) for path in paths) >= longest


def test_download_that_waits_for_its_turn_is_waited_for() -> None:
    for path in ("/audit/v1/activities.pdf", "/audit/v1/exports/0192/file", "/audit/v1/verifications"):
        assert waited(path) >= ENOUGH
    assert waited("/audit/v1/activities") == 30
