"""The service describes itself as it is, and every named query fits the migrated schema."""

from __future__ import annotations

import openapi_spec_validator
import pytest

from services.accounts import app, routes, store
from shared import substrate
from shared.db.connections import connect
from tests.support import web


@pytest.fixture
async def document(world):
    return (await web.Api(world.base).get("/openapi.json")).json


async def test_document_is_valid_openapi(document):
    openapi_spec_validator.validate(document)


async def test_document_names_every_route_with_its_permission(document):
    named = {
        (method.upper(), path, operation["x-permission"])
        for path, operations in document["paths"].items()
        for method, operation in operations.items()
    }
    assert named == {(one.method, f"/accounts{one.path}", one.permission.value) for one in routes.ROUTES}


async def test_document_says_that_a_roster_is_csv(document):
    body = document["paths"]["/accounts/v1/imports/{import_id}"]["put"]["requestBody"]
    assert ["text/csv"] == list(body["content"])


@pytest.mark.parametrize("name", sorted(store.SQL))
async def test_query_prepares_against_the_migrated_schema(database, name):
    connection = await connect(await database(*substrate.AREAS, app.AREA), name="test")
    try:
        assert await connection.prepare(store.SQL[name])
    finally:
        await connection.close()
