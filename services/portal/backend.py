"""The services as the portal sees them: HTTP with the visitor's token, and problems as values."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import aiohttp
import structlog
from aiohttp import web
from pydantic import ConfigDict, Field

from services.portal import answers
from services.portal.answers import Answer, Unreachable
from shared import requests
from shared.web import clients

if TYPE_CHECKING:
    from services.portal.settings import Settings

log = structlog.get_logger()

TIMEOUT = aiohttp.ClientTimeout(total=10, connect=2)
RETRY_SECONDS = 5
PLAIN = re.compile(r"(?:/(?!\.{1,2}(?:/|$))[\w.~@:+-]+)+/?", re.ASCII)
"""A path without anything that a client or a server would read as more than names."""
SECONDS = re.compile(r"[0-9]{1,6}")
BESIDE = frozenset({"type", "status", "instance"})
"""Members of a problem that say nothing more (RFC 9457)."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One field that a service found wrong: its name, the innermost of its pointer, the kind of fault, its words."""

    field: str
    code: str
    detail: str


@dataclass(slots=True)
class Refused(Exception):
    """A problem that a service answered (RFC 9457), in the visitor's language."""

    status: int
    slug: str
    title: str
    detail: str
    faults: tuple[Fault, ...] = ()
    retry_after: int | None = None
    values: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """On whose behalf a call is made; `address` as `X-Forwarded-For` names it."""

    language: str
    address: str
    token: str | None = None


class Backend:
    """Calls the services and the connected applications; `path` begins with `/<service>/` or `/<slug>/`.

    A path that would leave the place it begins with is one that nobody answers, whatever a form put into it.
    The connections are those of `http`; cookies are nobody's: what is set for one visitor is not sent for another.
    """

    def __init__(self, settings: Settings, http: aiohttp.ClientSession) -> None:
        self._settings = settings
        self._http = aiohttp.ClientSession(
            connector=http.connector, connector_owner=False, cookie_jar=aiohttp.DummyCookieJar()
        )

    async def call(
        self, caller: Caller, method: str, path: str, *, headers: Mapping[str, str] | None = None, **body: Any
    ) -> Any:
        """Give the JSON of the answer, None when it is empty.

        `Refused` for a problem, `Unreachable` for silence, `OffContract` for what is no JSON.
        """
        async with self.open(caller, method, path, headers=headers, **body) as answer:
            return await _read(answer, name_of(path))

    async def health(self, caller: Caller, service: str) -> dict[str, Any]:
        """Give what a service knows of itself: its database, what waits to be sent, its workers; `Unreachable`."""
        url = self._settings.url_of(f"/{service}/").removesuffix(f"/{service}/") + "/healthz"
        async with _Opening(self._http.get(url, headers=_headers(caller), timeout=TIMEOUT), service) as answer:
            return dict(await _read(answer, service))

    async def answers(self, caller: Caller, slug: str) -> bool:
        """Tell whether a connected application answers at all; nothing of anybody is sent there."""
        try:
            async with self.open(replace(caller, token=None), "GET", f"/{slug}/openapi.json"):
                return True
        except Refused as refusal:
            return refusal.status < 500
        except Unreachable:
            return False

    def open(
        self, caller: Caller, method: str, path: str, *, headers: Mapping[str, str] | None = None, **body: Any
    ) -> _Opening:
        """Call and give the answer itself, to be streamed; the same errors."""
        if not PLAIN.fullmatch(path):
            raise web.HTTPNotFound
        head = _headers(caller) | dict(headers or {})
        url = self._settings.url_of(path)
        more = {"timeout": TIMEOUT} | body
        return _Opening(self._http.request(method, url, headers=head, allow_redirects=False, **more), name_of(path))


def name_of(path: str) -> str:
    """Name the service or the application whose path it is."""
    return path[1:].partition("/")[0]


class _Opening:
    """An answer on its way: problems are raised when it begins."""

    def __init__(self, request: Any, name: str) -> None:
        self._request, self._name = request, name

    async def __aenter__(self) -> aiohttp.ClientResponse:
        try:
            answer: aiohttp.ClientResponse = await self._request.__aenter__()
            await _ensure_taken(answer, self._name)
        except (aiohttp.ClientError, TimeoutError) as error:
            log.warning("service unreachable", reason=type(error).__name__)
            raise Unreachable from error
        return answer

    async def __aexit__(self, *error: object) -> None:
        await self._request.__aexit__(*error)


def _headers(caller: Caller) -> dict[str, str]:
    headers = {"Accept-Language": caller.language, clients.HEADER: caller.address}
    if caller.token:
        headers["Authorization"] = f"Bearer {caller.token}"
    if correlation := requests.current().correlation_id:
        headers["X-Correlation-Id"] = correlation
    return headers


async def _ensure_taken(answer: aiohttp.ClientResponse, name: str) -> None:
    """Raise what is no success; its connection is free again, whatever of it was not read."""
    if answer.status < 300:
        return
    try:
        raise await _problem(answer, name) if answer.status >= 400 else Unreachable
    finally:
        answer.release()


async def _read(answer: aiohttp.ClientResponse, name: str) -> Any:
    try:
        body = await answer.read()
    except (aiohttp.ClientError, TimeoutError) as error:
        raise Unreachable from error
    return answers.parsed(body, name)


class Pointed(Answer):
    """One fault of a problem, and the field that it points to."""

    pointer: str
    code: str = ""
    detail: str = ""


class Problem(Answer):
    """A problem (RFC 9457); its further members are the values of its words."""

    model_config = ConfigDict(extra="allow")

    slug: str
    title: str
    detail: str
    errors: tuple[Pointed, ...] = Field(default=(), strict=False)


async def _problem(answer: aiohttp.ClientResponse, name: str) -> Refused | Unreachable:
    """Give the problem of an answer; from what fails, or stands before it, may come what is no JSON."""
    if answer.status >= 500 and "json" not in answer.content_type:
        return Unreachable()
    body = answers.checked(Problem, await _read(answer, name), name)
    return Refused(
        status=answer.status,
        slug=body.slug,
        title=body.title,
        detail=body.detail,
        faults=tuple(map(_fault, body.errors)),
        retry_after=_seconds(answer.headers.get("Retry-After")),
        values={key: value for key, value in (body.model_extra or {}).items() if key not in BESIDE},
    )


def _fault(one: Pointed) -> Fault:
    named = [part for part in one.pointer.lstrip("?/").split("/") if not part.isdecimal()]
    return Fault(named[-1] if named else "", one.code, one.detail)


def _seconds(text: str | None) -> int | None:
    return int(text) if text is not None and SECONDS.fullmatch(text) else None
