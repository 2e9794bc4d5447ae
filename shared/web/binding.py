"""Binds an endpoint to its parameters once, at start: body, query, and what stands in the path."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, get_args, get_origin, get_type_hints

from aiohttp import web
from aiohttp.http_exceptions import PayloadEncodingError
from multidict import MultiDictProxy
from pydantic import BaseModel, TypeAdapter, ValidationError

from shared.contracts.problems import common
from shared.web import problems
from shared.web.routing import Answer, Route, Written

DEEPEST = 32
JSON = "application/json"
JSON_TEXT = "application/json; charset=utf-8"
FORM = "application/x-www-form-urlencoded"
SQUARE = bytes.maketrans(b"{}", b"[]")
NO_BRACKETS = bytes(set(range(256)) - set(b"[]{}"))


@dataclass(frozen=True, slots=True)
class Binding:
    """What an endpoint takes and gives."""

    body: type[BaseModel] | None
    query: type[BaseModel] | None
    path: Mapping[str, TypeAdapter[Any]]
    lists: frozenset[str]
    gives: Any

    @property
    def media_type(self) -> str:
        """The media type of the body, for a JSON body."""
        return JSON


def bind(route: Route) -> Binding:
    """Read an endpoint's annotations."""
    hints = _hints(route)
    names = [name for name in inspect.signature(route.endpoint).parameters if name != "call"]
    query = hints.get("query")
    return Binding(
        body=hints.get("body"),
        query=query,
        path={name: TypeAdapter(hints[name]) for name in names if name not in ("body", "query")},
        lists=frozenset(_list_fields(query)),
        gives=_model(hints.get("return")),
    )


def _model(gives: Any) -> Any:
    return get_args(gives)[0] if get_origin(gives) is Written else gives


def _hints(route: Route) -> dict[str, Any]:
    """Evaluate annotations; `Call[Deps]` is for type checkers only and need not be importable."""
    endpoint = route.endpoint
    annotations = {name: value for name, value in endpoint.__annotations__.items() if name != "call"}
    shell = type("Shell", (), {"__annotations__": annotations})
    return get_type_hints(shell, globalns=endpoint.__globals__, include_extras=True)


def _list_fields(query: type[BaseModel] | None) -> list[str]:
    fields = query.model_fields if query else {}
    return [
        field.alias or name for name, field in fields.items() if str(field.annotation).startswith(("list", "tuple"))
    ]


async def arguments(binding: Binding, route: Route, request: web.Request) -> dict[str, Any]:
    """Read and validate what the request carries; `not-found` for a malformed path, `validation-failed` otherwise."""
    found: dict[str, Any] = {}
    for name, adapter in binding.path.items():
        try:
            found[name] = adapter.validate_strings(request.match_info[name])
        except ValidationError as error:
            raise common.NotFound from error
    if binding.query or request.query_string:
        query = _query(binding, request)
        if binding.query:
            found["query"] = query
    if binding.body:
        found["body"] = await _body(binding.body, route, request)
    elif route.stream:
        _ensure_within(route.limit, request.content_length or 0)
    elif request.can_read_body and (await _read(route, request)).strip() not in (b"", b"{}"):
        raise common.ValidationFailed(errors=[])
    return found


def _query(binding: Binding, request: web.Request) -> Any:
    query = request.query
    values: dict[str, Any] = {name: query.getall(name) if name in binding.lists else query[name] for name in query}
    repeated = [name for name in values if name not in binding.lists and len(query.getall(name)) > 1]
    if (binding.query is None and values) or repeated:
        names = repeated or list(values)
        faults = [{"pointer": f"?{name[:50]}", "code": "extra_forbidden"} for name in names[:20]]
        raise common.ValidationFailed(errors=faults)
    assert binding.query is not None
    try:
        return binding.query.model_validate(values)
    except ValidationError as error:
        raise problems.from_validation(error, "?") from error


async def _body(model: type[BaseModel], route: Route, request: web.Request) -> Any:
    expected = FORM if route.form else JSON
    if request.headers.get("Content-Type") != expected and request.content_type != expected:
        raise common.UnsupportedMediaType(expected=expected)
    body = await _read(route, request)
    try:
        if route.form:
            return model.model_validate(_fields(await request.post()))
        return model.model_validate_json(_shallow(body))
    except ValidationError as error:
        raise problems.from_validation(error) from error
    except (ValueError, UnicodeError, LookupError) as error:
        raise common.ValidationFailed(errors=[]) from error


async def _read(route: Route, request: web.Request) -> bytes:
    content = request.content
    try:
        if content.is_eof():  # as a rule, a body comes together with its head: then there is nothing to wait for
            request._read_bytes = content.read_nowait()  # noqa: SLF001 - what `request.read()` keeps and gives
        else:
            _ensure_within(route.limit, request.content_length or 0)
        body = await request.read()
    except (PayloadEncodingError, web.RequestPayloadError) as error:
        raise common.ValidationFailed(errors=[]) from error
    _ensure_within(route.limit, len(body))
    return body


def _ensure_within(limit: int, size: int) -> None:
    if size > limit:
        raise common.BodyTooLarge


def _fields(form: MultiDictProxy[Any]) -> dict[str, Any]:
    """Take each field of a form once (RFC 6749 §3.2)."""
    fields = dict(form)
    if len(fields) < len(form):
        raise ValueError("repeated field")
    return fields


def _shallow(body: bytes) -> bytes:
    """Refuse JSON nested deeper than any of ours, before it costs anything."""
    if body.count(b"[") + body.count(b"{") > DEEPEST and not _is_shallow(body):
        raise ValueError("too deep")
    return body


def _is_shallow(body: bytes) -> bool:
    """Take the innermost brackets away, level by level; what is left is too deep, or not closed."""
    unescaped = body.replace(rb"\\", b"").replace(rb"\"", b"")
    brackets = b"".join(unescaped.split(b'"')[::2]).translate(SQUARE, NO_BRACKETS)
    for _ in range(DEEPEST):
        brackets = brackets.replace(b"[]", b"")
    return not brackets


def response(route: Route, result: Any) -> web.StreamResponse:
    """Make the answer of what an endpoint gave."""
    if isinstance(result, Written):
        return json_response(result.json, route.status, {})
    if isinstance(result, web.StreamResponse):
        return result
    body, headers, status = (
        (result.body, result.headers, result.status) if isinstance(result, Answer) else (result, {}, None)
    )
    if body is None:
        return json_response(b"", 204 if status in (None, 200) else status, headers)
    return json_response(body.model_dump_json(by_alias=True).encode(), status or route.status, headers)


def json_response(body: bytes, status: int, headers: Mapping[str, str]) -> web.Response:
    """Make an answer of JSON; without any it has no content type."""
    if not body:
        return web.Response(status=status, headers=headers)
    return web.Response(body=body, status=status, headers={"Content-Type": JSON_TEXT, **headers})
