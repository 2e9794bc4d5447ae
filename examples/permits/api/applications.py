"""Applications over HTTP, for their clients and for whoever acts for their contact company."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from examples.permits import access, queries, schemas
from examples.permits.api import caller
from examples.permits.commands import applications
from shared import clock
from shared.web.routing import Call

if TYPE_CHECKING:
    from examples.permits.app import Deps


async def list_applications(call: Call[Deps], query: schemas.Listing) -> schemas.Applications:
    """List one’s applications and those of one’s companies, newest first [Demandes]."""
    deps = call.deps
    return await queries.list_applications(deps.pool, deps.mandat, call.principal.user_id, query)


async def list_actions(call: Call[Deps], query: schemas.Page) -> schemas.RequiredActions:
    """List what awaits one, what is due first at the top [Actions requises]."""
    return await queries.list_actions(call.deps.pool, call.deps.mandat, call.principal.user_id, query)


async def submit(call: Call[Deps], body: schemas.NewApplication) -> schemas.Whole:
    """Submit an application: one’s own, or a client’s in the name of a company (O2, O16)."""
    made = await applications.submit(call.connection, call.deps.mandat, caller(call), body)
    call.deps.wake.call()
    return await queries.whole(call.connection, made["id"], access.OWN, person=call.principal.user_id)


async def show(call: Call[Deps], application_id: UUID) -> schemas.Whole:
    """Show an application with all that happened on it, and what one may do."""
    deps = call.deps
    return await queries.find_for(deps.pool, deps.mandat, call.principal.user_id, application_id)


async def name_contact(call: Call[Deps], application_id: UUID, body: schemas.Contact) -> schemas.Whole:
    """Name the contact company [personne-ressource] of one’s own application (O16)."""
    await applications.name_contact(call.connection, call.deps.mandat, caller(call), application_id, body.account)
    call.deps.wake.call()
    return await queries.whole(call.connection, application_id, access.OWN, person=call.principal.user_id)


async def remove_contact(call: Call[Deps], application_id: UUID) -> None:
    """Have one’s own application without a contact company."""
    await applications.remove_contact(call.connection, caller(call), application_id)
    call.deps.wake.call()


async def write(call: Call[Deps], application_id: UUID, body: schemas.NewMessage) -> schemas.Message:
    """Write to the city’s reviewers."""
    made = await applications.write(call.connection, call.deps.mandat, caller(call), application_id, body.body)
    call.deps.wake.call()
    return schemas.Message(**dict(made))


async def read(call: Call[Deps], application_id: UUID) -> schemas.Reading:
    """Mark the city’s messages read, for all who follow the application."""
    marked = await applications.read(call.connection, call.deps.mandat, caller(call), application_id)
    return schemas.Reading(read=marked)


async def request_inspection(call: Call[Deps], application_id: UUID, body: schemas.NewInspection) -> schemas.Inspection:
    """Ask for an inspection."""
    made = await applications.request_inspection(
        call.connection, call.deps.mandat, caller(call), application_id, body, clock.moment()
    )
    call.deps.wake.call()
    return schemas.Inspection(**dict(made))
