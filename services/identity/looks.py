"""Looks over HTTP: an operator sees what a person sees, and can change nothing."""

from __future__ import annotations

from uuid import UUID

from services.identity import callers, schemas, store_looks, store_sessions, tokens
from services.identity.commands import looks
from services.identity.deps import Deps
from shared.contracts.audiences import MANDAT
from shared.contracts.problems import common
from shared.contracts.problems import identity as problems
from shared.web import routing

NO_STORE = {"Cache-Control": "no-store"}

Call = routing.Call[Deps]


async def begin(call: Call, body: schemas.NewLook) -> schemas.LookBegun:
    """Begin to look at a person’s screens, with a reason that he is shown in his activities."""
    operator = await callers.operator(call.deps.pool, call.principal)
    session = callers.session_of(call.principal)
    begun = await looks.begin(call.deps, operator, session, body, call.client_address)
    return schemas.LookBegun(id=begun.id, ends_at=begun.ends_at, person=schemas.Me.of(begun.person))


async def give_token(call: Call, look_id: UUID, query: schemas.LookAudience) -> routing.Answer:
    """Give a token that reads what the person’s screens read, for seconds, while the look runs."""
    operator = await callers.operator(call.deps.pool, call.principal)
    found = await store_looks.find_look(call.deps.pool, look_id, callers.session_of(call.principal))
    if found is None:
        raise common.NotFound
    if query.audience and not await store_sessions.has_application(call.deps.pool, query.audience):
        raise problems.InvalidTarget
    token, seconds = await tokens.for_look(call.deps, operator, look_id, *found, query.audience or MANDAT)
    return routing.Answer(schemas.BearerToken(access_token=token, expires_in=seconds), NO_STORE)


async def end(call: Call, look_id: UUID) -> None:
    """End a look."""
    await callers.operator(call.connection, call.principal)
    await looks.end(call.connection, look_id, callers.session_of(call.principal))
