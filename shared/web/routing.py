"""The table of routes: what an endpoint is, and what it is called with."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from pydantic import BaseModel, ConfigDict

from shared.contracts.people import Language
from shared.contracts.permissions import Permission
from shared.contracts.problems.base import Problem
from shared.web import languages

if TYPE_CHECKING:
    from aiohttp import web

    from shared.db.pool import Connection
    from shared.web.auth import Principal
    from shared.web.clients import Proxies

D = TypeVar("D")
M = TypeVar("M", bound=BaseModel)
Endpoint = Callable[..., Awaitable[Any]]
WRITES = frozenset({"POST", "PUT", "PATCH", "DELETE"})
MEBIBYTE = 1 << 20


BIGGEST = (1 << 63) - 1
"""The largest number that the database takes (bigint)."""


class Input(BaseModel):
    """Base of what callers send: a field that is not documented is refused."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=False, defer_build=True)


class Output(BaseModel):
    """Base of what we answer; like an input, built when it is needed first: not all are while a service starts."""

    model_config = ConfigDict(frozen=True, defer_build=True)


@dataclass(frozen=True, slots=True)
class Route:
    """One line of a URL table; `path` is relative to `/<service>`.

    `transaction`: the endpoint runs in `call.connection`'s transaction, with its answer kept for the
    Idempotency-Key; by default for every method that writes. `form`: the body is a form (OAuth);
    `stream`: the endpoint reads the body itself, of the media types `takes`. `gives`: the media types of
    an answer that is not JSON. `limit` is the largest body in bytes. `shortcut`: what is tried before the
    endpoint of a write: it does all of it in one statement, answer and key included, or nothing at all and
    gives None (ADR 0012).
    """

    method: str
    path: str
    endpoint: Endpoint
    permission: Permission
    status: int = 200
    problems: tuple[type[Problem], ...] = ()
    transaction: bool | None = None
    form: bool = False
    stream: bool = False
    takes: tuple[str, ...] = ("text/csv",)
    gives: tuple[str, ...] = ()
    limit: int = MEBIBYTE
    unbounded: bool = False
    """Whether it may take longer than other requests: a download does, as long as somebody takes it."""
    shortcut: Endpoint | None = None
    refused: Endpoint | None = None
    """What is done, with the problem and the path, when a write was refused and so nothing of it is left."""

    @property
    def in_transaction(self) -> bool:
        """Tell whether the web layer opens the transaction."""
        return self.method in WRITES if self.transaction is None else self.transaction

    @property
    def summary(self) -> str:
        """The first line of the endpoint's docstring."""
        return (self.endpoint.__doc__ or "").strip().split("\n")[0]


@dataclass(slots=True)
class Call(Generic[D]):
    """One request as an endpoint sees it."""

    request: web.Request
    deps: D
    principal: Principal
    _proxies: Proxies
    _connection: Connection | None = None

    @property
    def language(self) -> Language:
        """The language to answer in."""
        return languages.of(self.request, self.principal.claims.get("lang"))

    @property
    def client_address(self) -> str:
        """Where the call comes from, as trusted proxies say where there are some (`shared/web/clients.py`)."""
        return self._proxies.client_of(self.request)

    @property
    def connection(self) -> Connection:
        """The connection of the request's transaction."""
        if self._connection is None:
            raise RuntimeError("this route has no transaction")
        return self._connection


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer with headers, or with another status than the route's."""

    body: BaseModel | None
    headers: Mapping[str, str] = field(default_factory=dict)
    status: int | None = None


@dataclass(frozen=True, slots=True)
class Written(Generic[M]):
    """An answer that is JSON already: of the model that the annotation names, which tests have to show."""

    json: bytes
