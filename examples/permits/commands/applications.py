"""Applications as their clients and companies use them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from examples.permits import access, rules, store
from examples.permits.commands import telling
from shared.contracts.problems import common
from shared.contracts.problems import permits as problems

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from asyncpg import Record

    from examples.permits import schemas
    from examples.permits.commands.telling import Person
    from examples.permits.mandat import Company, Mandat
    from shared.db.pool import Connection


async def submit(connection: Connection, mandat: Mandat, person: Person, new: schemas.NewApplication) -> Record:
    """Submit an application: one's own, or a client's in the name of a company (O2; `company-not-found`, `refused`)."""
    if new.as_account is not None:
        return await _submit_for_company(connection, mandat, person, new)
    company = await _contact(mandat, person, new.contact) if new.contact else None
    application = await store.insert_application(
        connection,
        new,
        client=person.named,
        account=(company.id, company.name) if company else (None, None),
        opened_by=person.id,
    )
    await telling.acted(connection, rules.SUBMIT, application, person)
    return application


async def _submit_for_company(
    connection: Connection, mandat: Mandat, person: Person, new: schemas.NewApplication
) -> Record:
    assert new.as_account is not None
    assert new.client_name is not None
    company = await mandat.company(new.as_account)
    if company is None:
        raise problems.CompanyNotFound
    application = await store.insert_application(
        connection,
        new,
        client=(None, new.client_name),
        account=(company.id, company.name),
        opened_by=person.id,
    )
    await telling.acted(connection, rules.SUBMIT, application, person)
    await access.ensure_right(mandat, person.id, company.id, rules.SUBMIT.right, unknown=problems.CompanyNotFound)
    return application


async def _contact(mandat: Mandat, person: Person, account: UUID) -> Company:
    """Give the company that a client names: one that lets itself be found, or one of his own (O16)."""
    company = await mandat.company(account)
    if company is None or not (company.listed or account in await mandat.companies(person.id)):
        raise problems.CompanyNotFound
    return company


async def _lock_own(connection: Connection, person: Person, application_id: UUID) -> Record:
    """Hold an application of the client himself; `not-found`, `application-closed`."""
    application = await store.lock_application(connection, application_id)
    if application is None or application["client"] != person.id:
        raise common.NotFound
    rules.ensure_open(rules.State(application["state"]))
    return application


async def name_contact(
    connection: Connection, mandat: Mandat, person: Person, application_id: UUID, account: UUID
) -> Record:
    """Name the contact company of one's own application (O16): whoever may act for it sees it from now on."""
    application = await _lock_own(connection, person, application_id)
    company = await _contact(mandat, person, account)
    if application["account"] == company.id:
        return application
    named = await store.update_contact(connection, application_id, company.id, company.name)
    await telling.acted(connection, rules.CONTACT, named, person)
    return named


async def remove_contact(connection: Connection, person: Person, application_id: UUID) -> None:
    """Have one's own application without a contact company again: it is theirs to see no longer."""
    application = await _lock_own(connection, person, application_id)
    if application["account"] is None:
        raise common.NotFound
    await store.update_contact(connection, application_id, None, None)
    await telling.acted(connection, rules.NO_CONTACT, application, person)


async def lock(connection: Connection, application_id: UUID) -> Record:
    """Hold an application on which something is to be done; `not-found`."""
    application = await store.lock_application(connection, application_id)
    if application is None:
        raise common.NotFound
    return application


async def write(connection: Connection, mandat: Mandat, person: Person, application_id: UUID, body: str) -> Record:
    """Write to the city's reviewers (O13: submit)."""
    application = await lock(connection, application_id)
    message = await store.insert_message(connection, application_id, person.named, body, from_city=False)
    await telling.acted(connection, rules.ANSWER, application, person)
    await access.ensure(mandat, application, person.id, rules.ANSWER.right)
    rules.ensure_open(rules.State(application["state"]))
    return message


async def read(connection: Connection, mandat: Mandat, person: Person, application_id: UUID) -> int:
    """Mark the city's messages read, for all who follow the application; give how many were unread."""
    application = await store.find_application(connection, application_id)
    read = await store.read_messages(connection, application_id, from_city=True)
    await access.rights(mandat, application, person.id)
    return read


async def request_inspection(
    connection: Connection,
    mandat: Mandat,
    person: Person,
    application_id: UUID,
    new: schemas.NewInspection,
    now: datetime,
) -> Record:
    """Ask for an inspection (O13: inspect; `not-approved`, `day-not-possible`)."""
    application = await lock(connection, application_id)
    inspection = await store.insert_inspection(connection, application_id, new, person.named)
    await telling.acted(connection, rules.INSPECT, application, person)
    await access.ensure(mandat, application, person.id, rules.INSPECT.right)
    rules.ensure_inspectable(rules.State(application["state"]), new.wanted_on, now)
    return inspection
