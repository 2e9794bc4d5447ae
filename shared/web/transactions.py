"""A write: the endpoint in one transaction, with its answer kept for the Idempotency-Key."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import asyncpg
from aiohttp import web

from shared import failpoints
from shared.contracts.problems.base import Problem
from shared.db.pool import Unavailable, is_transient
from shared.web import binding, idempotency

if TYPE_CHECKING:
    from shared.db.pool import Pool
    from shared.web.routing import Call, Endpoint, Route, Written

TRIES = 3


async def run(pool: Pool, name: str, route: Route, call: Call[Any], arguments: dict[str, Any]) -> web.StreamResponse:
    """Run the endpoint in one transaction with its kept answer; conflicts between transactions run it again."""
    key = await _key(name, route, call)
    if route.shortcut and (written := await _by_shortcut(route.shortcut, call, key, arguments)):
        return binding.response(route, written)
    for tried in range(1, TRIES + 1):
        committing = False
        try:
            async with pool.transaction() as connection:
                call._connection = connection  # noqa: SLF001 - the web layer gives a call its connection
                response = await _once(route, call, arguments, key)
                failpoints.reach("write.uncommitted")
                committing = True
            failpoints.reach("write.committed")
        except Exception as error:
            # Lost while committing, it may have happened: only a key tells, and a second time must not.
            doubtful = committing and key is None and isinstance(error, Unavailable)
            if tried == TRIES or doubtful or not is_transient(error):
                if route.refused and isinstance(error, Problem):
                    await route.refused(call, error, **{name: arguments[name] for name in call.request.match_info})
                raise
        else:
            return response
    raise AssertionError("unreachable")


async def _by_shortcut(
    shortcut: Endpoint, call: Call[Any], key: idempotency.Key | None, arguments: dict[str, Any]
) -> Written[Any] | None:
    """Try the one statement; whatever is in its way, the ordinary way decides."""
    failpoints.reach("write.uncommitted")
    try:
        written: Written[Any] | None = await shortcut(call, key, **arguments)
    except asyncpg.PostgresError:
        return None  # the server has refused the statement, and so has done nothing of it
    except Unavailable:
        if key is None:
            raise  # it may have happened
        return None
    if written:
        failpoints.reach("write.committed")
    return written


async def _once(
    route: Route, call: Call[Any], arguments: dict[str, Any], key: idempotency.Key | None
) -> web.StreamResponse:
    if key and (kept := await idempotency.begin(call.connection, key)):
        return binding.json_response(kept.body, kept.status, {"Idempotency-Replayed": "true"})
    response = binding.response(route, await route.endpoint(call, **arguments))
    if key and isinstance(response, web.Response):
        body = response.body if isinstance(response.body, bytes) else b""
        await idempotency.keep(call.connection, key, response.status, body)
    return response


async def _key(name: str, route: Route, call: Call[Any]) -> idempotency.Key | None:
    header = call.request.headers.get("Idempotency-Key")
    if header is None:
        return None
    body = b"" if route.stream else await call.request.read()
    caller = "|".join(filter(None, call.principal.written)) or "anonymous"
    return idempotency.key_of(caller, name, header, call.request.path_qs, body)
