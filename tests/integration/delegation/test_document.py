"""The service describes itself as it is."""

from __future__ import annotations

import openapi_spec_validator
import pytest

from services.delegation import routes


@pytest.fixture
async def document(world):
    return (await world.anonymous().get("/openapi.json")).json


async def test_document_is_valid_openapi(document):
    openapi_spec_validator.validate(document)
    assert document["openapi"].startswith("3.1")


async def test_document_names_every_route_with_its_permission(document):
    named = {
        (method.upper(), path, operation["x-permission"])
        for path, operations in document["paths"].items()
        for method, operation in operations.items()
    }
    assert named == {(one.method, f"/delegation{one.path}", one.permission.value) for one in routes.ROUTES}


async def test_document_shows_what_each_route_gives(document):
    answers = {
        path: operation["responses"]["200"]["content"]["application/json"]["schema"]
        for path, operations in document["paths"].items()
        for operation in operations.values()
        if "200" in operation["responses"] and not path.endswith("/pdf")
    }
    assert {path for path, schema in answers.items() if "$ref" not in schema and "anyOf" not in schema} == set()
    assert len(answers) == len({one.path for one in routes.ROUTES if one.status == 200 and not one.gives})
