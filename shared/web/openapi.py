"""The OpenAPI 3.1 document of a service, made of its table of routes."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from typing import Any

import orjson
from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from shared.contracts.permissions import Permission
from shared.contracts.problems import Problem, common
from shared.web import binding, problems
from shared.web.routing import Route

REFERENCE = "#/components/schemas/{model}"
PROBLEM = {
    "type": "object",
    "required": ["type", "title", "status", "detail", "slug"],
    "properties": {
        "type": {"type": "string", "format": "uri-reference"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "slug": {"type": "string"},
        "instance": {"type": "string"},
    },
}


def document(name: str, routes: Sequence[Route], version: str) -> bytes:
    """Describe a service as it is: paths, bodies, answers, problems by slug, and the permission of each route."""
    bindings = [(route, binding.bind(route)) for route in routes]
    references, schemas = _schemas(bindings)
    paths: dict[str, dict[str, Any]] = defaultdict(dict)
    for (route, bound), operation in zip(bindings, _operation_ids(routes), strict=True):
        described = {"operationId": operation, **_operation(route, bound, references)}
        paths[f"/{name}{route.path}"][route.method.lower()] = described
    return orjson.dumps(
        {
            "openapi": "3.1.0",
            "info": {"title": f"Mandat {name}", "version": version},
            "paths": paths,
            "components": {
                "schemas": schemas | {"Problem": PROBLEM},
                "securitySchemes": {"bearer": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}},
            },
        }
    )


def _operation_ids(routes: Sequence[Route]) -> list[str]:
    """Name each operation after its function; where two have one name, after their modules too."""
    times = Counter(route.endpoint.__name__ for route in routes)
    modules = [route.endpoint.__module__.rpartition(".")[2] for route in routes]
    return [
        route.endpoint.__name__ if times[route.endpoint.__name__] == 1 else f"{module}_{route.endpoint.__name__}"
        for route, module in zip(routes, modules, strict=True)
    ]


def _schemas(bindings: list[tuple[Route, binding.Binding]]) -> tuple[dict[Any, Any], dict[str, Any]]:
    wanted: list[Any] = []
    for _, bound in bindings:
        wanted += [(model, "validation") for model in (bound.body, bound.query) if model]
        wanted += [(bound.gives, "serialization")] if _is_model(bound.gives) else []
    references, definitions = models_json_schema(wanted, ref_template=REFERENCE)
    return references, definitions.get("$defs", {})


def _is_model(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, BaseModel)


def _operation(route: Route, bound: binding.Binding, references: dict[Any, Any]) -> dict[str, Any]:
    operation: dict[str, Any] = {
        "summary": route.summary,
        "x-permission": route.permission.value,
        "parameters": _parameters(route, bound),
        "responses": _responses(route, bound, references),
        "security": [{}] if route.permission.scope == "anyone" else [{"bearer": []}],
    }
    if bound.body:
        media = binding.FORM if route.form else binding.JSON
        schema = references[(bound.body, "validation")]
        operation["requestBody"] = {"required": True, "content": {media: {"schema": schema}}}
    elif route.stream:
        operation["requestBody"] = {"required": True, "content": _raw(route.takes)}
    return operation


def _raw(media_types: Sequence[str]) -> dict[str, Any]:
    return {media: {"schema": {"type": "string"}} for media in media_types}


def _parameters(route: Route, bound: binding.Binding) -> list[dict[str, Any]]:
    found = [
        {"name": name, "in": "path", "required": True, "schema": bound.path[name].json_schema()}
        for name in re.findall(r"{(\w+)}", route.path)
    ]
    if bound.query:
        schema = bound.query.model_json_schema()
        definitions = schema.get("$defs", {})
        found += [
            {
                "name": name,
                "in": "query",
                "required": name in schema.get("required", ()),
                "schema": _inline(part, definitions),
            }
            for name, part in schema["properties"].items()
        ]
    if route.in_transaction and not route.stream:
        key = {"type": "string", "minLength": 1, "maxLength": 200, "pattern": "^[ -~]+$"}
        found.append({"name": "Idempotency-Key", "in": "header", "required": False, "schema": key})
    return found


def _inline(part: Any, definitions: dict[str, Any]) -> Any:
    """Put definitions where they are referred to: a parameter's schema stands alone."""
    if isinstance(part, list):
        return [_inline(one, definitions) for one in part]
    if not isinstance(part, dict):
        return part
    if "$ref" in part:
        return _inline(definitions[part["$ref"].rsplit("/", 1)[1]], definitions)
    return {name: _inline(value, definitions) for name, value in part.items()}


def _responses(route: Route, bound: binding.Binding, references: dict[Any, Any]) -> dict[str, Any]:
    status = 204 if bound.gives in (None, type(None)) and route.status == 200 else route.status
    good: dict[str, Any] = {"description": "Done."}
    if _is_model(bound.gives):
        good["content"] = {binding.JSON: {"schema": references[(bound.gives, "serialization")]}}
    elif route.gives:
        good["content"] = _raw(route.gives)
    by_status: dict[int, set[str]] = defaultdict(set)
    for problem in (*route.problems, *_usual(route, bound)):
        by_status[problem.status].add(problem.slug)
    refused = {str(code): _refusal(sorted(slugs)) for code, slugs in sorted(by_status.items())}
    return {str(status): good} | refused


def _usual(route: Route, bound: binding.Binding) -> list[type[Problem]]:
    usual: list[type[Problem]] = [
        common.ValidationFailed,
        common.TemporarilyUnavailable,
        common.TooManyRequests,
        common.SignInRequired,
    ]
    if route.permission.scope != Permission.ANYONE_IDENTITY_USE.scope:
        usual += [common.NotPermitted, common.InPersonOnly]
    if route.permission.scope != Permission.ANYONE_IDENTITY_USE.scope or route.method != "GET":
        usual.append(common.LookReadOnly)
    if bound.body or route.stream:
        usual += [common.UnsupportedMediaType, common.BodyTooLarge]
    if bound.path:
        usual.append(common.NotFound)
    if route.in_transaction:
        usual.append(common.KeyReused)
    return usual


def _refusal(slugs: list[str]) -> dict[str, Any]:
    schema = {"allOf": [{"$ref": REFERENCE.format(model="Problem")}, {"properties": {"slug": {"enum": slugs}}}]}
    return {"description": ", ".join(slugs), "content": {problems.CONTENT_TYPE: {"schema": schema}}}
