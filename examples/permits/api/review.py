"""What the city's reviewers do, over HTTP."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from examples.permits import queries, schemas
from examples.permits.api import caller
from examples.permits.commands import review
from shared.web.routing import Call

if TYPE_CHECKING:
    from examples.permits.app import Deps


async def list_applications(call: Call[Deps], query: schemas.ReviewListing) -> schemas.Applications:
    """List all applications, newest first."""
    return await queries.list_for_review(call.deps.pool, query)


async def show(call: Call[Deps], application_id: UUID) -> schemas.Whole:
    """Show an application with all that happened on it."""
    return await queries.whole(call.deps.pool, application_id)


async def open_imported(call: Call[Deps], body: schemas.ImportedApplication) -> schemas.Whole:
    """Open an application of before, linked to a company’s account (O3)."""
    made = await review.open_imported(call.connection, call.deps.mandat, caller(call), body)
    return await queries.whole(call.connection, made["id"])


async def write(call: Call[Deps], application_id: UUID, body: schemas.NewMessage) -> schemas.Message:
    """Write to those who follow an application; they are alerted."""
    made = await review.write(call.connection, caller(call), application_id, body.body)
    call.deps.wake.call()
    return schemas.Message(**dict(made))


async def ask(call: Call[Deps], application_id: UUID, body: schemas.NewAction) -> schemas.Action:
    """Ask for something [Actions requises]; it goes out as a message too."""
    made = await review.ask(call.connection, caller(call), application_id, body)
    call.deps.wake.call()
    return schemas.Action(**dict(made), fee=None)


async def post_fee(call: Call[Deps], application_id: UUID, body: schemas.NewFee) -> schemas.Fee:
    """Post a fee to the contact company’s account."""
    made = await review.post_fee(call.connection, application_id, body)
    call.deps.wake.call()
    return schemas.Fee(**dict(made))


async def decide(call: Call[Deps], application_id: UUID, body: schemas.NewState) -> schemas.Whole:
    """Set the state of an application and tell it."""
    await review.decide(call.connection, caller(call), application_id, body)
    call.deps.wake.call()
    return await queries.whole(call.connection, application_id)


async def conclude(call: Call[Deps], inspection_id: UUID, body: schemas.NewResult) -> schemas.Inspection:
    """Give an inspection its result."""
    return schemas.Inspection(**dict(await review.conclude(call.connection, inspection_id, body)))
