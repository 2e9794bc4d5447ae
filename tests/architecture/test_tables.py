"""The tables agree with each other: routes, permissions, problems, e-mails, named queries."""

from __future__ import annotations

import importlib
import re
from collections.abc import Awaitable, Callable
from importlib import resources

import asyncpg
import pytest

from services.notifications import emails
from shared import substrate
from shared.contracts.permissions import Permission
from shared.contracts.problems import PROBLEMS
from shared.crypto import signing
from shared.db import queries
from shared.db.migrate import Area

PARTS = {
    "accounts": "services.accounts",
    "audit": "services.audit",
    "cadastre": "examples.cadastre",
    "delegation": "services.delegation",
    "identity": "services.identity",
    "notifications": "services.notifications",
    "permits": "examples.permits",
}
TEMPLATE = re.compile(r"\{[a-z]+\}")
"""What a store completes from a closed table; the store's own tests ask each."""
ASKING = {**PARTS, "portal": "services.portal"}
"""Whoever has named queries; the portal has pages instead of routes."""


def routes(name: str):
    return importlib.import_module(f"{PARTS[name]}.routes").ROUTES


def test_each_permission_guards_a_route() -> None:
    guarded = {route.permission for name in PARTS for route in routes(name)}
    assert set(Permission) - guarded == set()


@pytest.mark.parametrize("name", PARTS)
def test_each_route_has_a_summary_and_names_known_problems(name: str) -> None:
    for route in routes(name):
        assert route.summary, route.path
        assert {problem.slug for problem in route.problems} <= set(PROBLEMS)


@pytest.mark.parametrize("name", PARTS)
def test_no_two_routes_are_the_same(name: str) -> None:
    seen = [(route.method, route.path) for route in routes(name)]
    assert len(seen) == len(set(seen))


def test_each_problem_says_what_to_do_in_both_languages() -> None:
    for problem in PROBLEMS.values():
        texts = (problem.title.fr, problem.title.en, problem.detail.fr, problem.detail.en)
        assert all(texts), problem.slug
        assert problem.__doc__, problem.slug
        assert 400 <= problem.status < 600


def test_each_email_has_its_templates_and_no_template_is_an_orphan() -> None:
    folder = resources.files("services.notifications") / "templates"
    found = {entry.name for entry in folder.iterdir() if entry.is_dir()}
    assert set(emails.TEMPLATES) == found
    for name in found:
        assert {"fr.txt", "en.txt"} == {entry.name for entry in (folder / name).iterdir()}


@pytest.mark.parametrize("name", ASKING)
async def test_each_named_query_prepares_against_the_migrated_schema(
    name: str, database: Callable[..., Awaitable[str]]
) -> None:
    areas = [*substrate.AREAS, Area(name, resources.files(ASKING[name]) / "sql/migrations"), signing.AREA]
    connection = await asyncpg.connect(await database(*areas))
    try:
        for file in sorted((resources.files(ASKING[name]) / "sql").glob("*.sql")):
            for query, sql in queries.load(ASKING[name], f"sql/{file.name}").items():
                if not TEMPLATE.search(sql):
                    await prepare(connection, f"{name}: {file.name}: {query}", sql)
    finally:
        await connection.close()


async def prepare(connection: asyncpg.Connection, name: str, sql: str) -> None:
    try:
        await connection.prepare(sql)
    except asyncpg.PostgresError as error:
        raise AssertionError(f"{name}: {error}") from error


async def test_query_that_does_not_fit_the_schema_is_caught(database: Callable[..., Awaitable[str]]) -> None:
    connection = await asyncpg.connect(await database(*substrate.AREAS))
    try:
        with pytest.raises(asyncpg.PostgresError):
            await connection.prepare("select colour from outbox")
    finally:
        await connection.close()


PERMITS = Area("permits", resources.files("examples.permits") / "sql/migrations")
SHARED = {
    "shared.messaging": (),
    "shared.web": (),
    "examples.connected": (PERMITS,),
    "examples.permits.provider": (PERMITS,),
}
"""Queries beside those of the parts, and the areas whose tables they use."""


@pytest.mark.parametrize("package", SHARED)
async def test_each_query_beside_the_parts_prepares(package: str, database: Callable[..., Awaitable[str]]) -> None:
    connection = await asyncpg.connect(await database(*substrate.AREAS, *SHARED[package]))
    try:
        for query in queries.load(package):
            await connection.prepare(queries.load(package)[query])
    finally:
        await connection.close()
