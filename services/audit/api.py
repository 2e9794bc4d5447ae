"""Audit over HTTP."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from services.audit import commands, queries, rules, schemas
from shared.web.routing import Call

if TYPE_CHECKING:
    from services.audit.app import Deps


async def list_mine(call: Call[Deps], query: schemas.Listing) -> schemas.Page:
    """List the activities the caller may see: by him, or for him (Q31, Q32, decision 4)."""
    return await queries.list_activities(call.deps.pool, call.principal.user_id, query, call.language)


async def list_register(call: Call[Deps], query: schemas.Listing) -> schemas.Page:
    """List the whole register, for operators."""
    return await queries.list_activities(call.deps.pool, None, query, call.language)


async def draw_histogram(call: Call[Deps], query: schemas.Filters) -> schemas.Histogram:
    """Count the caller’s activities by day, week or month, whichever gives a picture."""
    today = rules.day_of(datetime.now(UTC))
    return await queries.draw_histogram(call.deps.pool, call.principal.user_id, query, today)


async def list_filters(call: Call[Deps]) -> schemas.Choices:
    """Give the values by which the caller’s list can be filtered (Q33)."""
    return await queries.list_filters(call.deps.pool, call.principal.user_id, call.language)


async def list_kinds(call: Call[Deps]) -> schemas.Kinds:
    """List the kinds of activity with their sentences (Q36)."""
    del call
    return queries.list_kinds()


async def report(call: Call[Deps], body: schemas.Reports) -> schemas.Results:
    """Record what was done in a connected application; safe to send again."""
    outcomes = await commands.record_reports(call.connection, call.principal.subject, body.activities)
    pairs = zip(body.activities, outcomes, strict=True)
    return schemas.Results(results=[schemas.Result(key=item.key, outcome=outcome) for item, outcome in pairs])
