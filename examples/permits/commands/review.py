"""What the city's reviewers do: open what was before, ask for something, post fees, decide."""

from __future__ import annotations

from typing import TYPE_CHECKING

from examples.connected import sayings
from examples.permits import rules, store
from examples.permits.commands import applications, telling
from shared.contracts.problems import common
from shared.contracts.problems import permits as problems

if TYPE_CHECKING:
    from uuid import UUID

    from asyncpg import Record

    from examples.permits import schemas
    from examples.permits.commands.telling import Person
    from examples.permits.mandat import Mandat
    from shared.db.pool import Connection


async def open_imported(
    connection: Connection, mandat: Mandat, person: Person, new: schemas.ImportedApplication
) -> Record:
    """Open an application of before for a company's account: whoever claims that account sees it (O3)."""
    company = await mandat.company(new.account)
    if company is None:
        raise problems.CompanyNotFound
    return await store.insert_application(
        connection,
        new,
        client=(None, new.client_name),
        account=(company.id, company.name),
        opened_by=person.id,
        state=new.state,
    )


async def write(connection: Connection, person: Person, application_id: UUID, body: str) -> Record:
    """Write to those who follow an application; they are alerted, and what they wrote counts as read."""
    application = await applications.lock(connection, application_id)
    rules.ensure_open(rules.State(application["state"]))
    return await _write(connection, person, application, body)


async def _write(connection: Connection, person: Person, application: Record, body: str) -> Record:
    message = await store.insert_message(connection, application["id"], person.named, body, from_city=True)
    await store.read_messages(connection, application["id"], from_city=False)
    await telling.alert(connection, application, message)
    return message


async def ask(connection: Connection, person: Person, application_id: UUID, new: schemas.NewAction) -> Record:
    """Ask for something [Actions requises]; it goes out as a message too."""
    application = await applications.lock(connection, application_id)
    rules.ensure_open(rules.State(application["state"]))
    await _write(connection, person, application, new.detail)
    return await store.insert_action(connection, application_id, new.kind, new.detail, new.due_on)


async def post_fee(connection: Connection, application_id: UUID, new: schemas.NewFee) -> Record:
    """Have accounts collect a fee from the contact company (`no-company`)."""
    application = await applications.lock(connection, application_id)
    rules.ensure_open(rules.State(application["state"]))
    if application["account"] is None:
        raise problems.NoCompany
    fee = await store.insert_fee(connection, application_id, application["account"], new)
    await store.insert_action(connection, application_id, rules.Needed.PAY, "", new.due_on, fee["id"])
    posted = new.model_dump(mode="json") | {
        "key": str(fee["id"]),
        "account": str(fee["account"]),
        "reference": application["number"],
    }
    await sayings.keep(connection, "fee", posted)
    return fee


async def take_over_fee(connection: Connection, fee_id: UUID, state: str) -> None:
    """Take over what accounts says of a fee; one that was given back is asked for no longer either."""
    if await store.update_fee(connection, fee_id, state):
        await store.settle_fee_action(connection, fee_id, done=state != "unpaid")


async def decide(connection: Connection, person: Person, application_id: UUID, new: schemas.NewState) -> Record:
    """Set the state of an application and tell it (`state-not-possible`)."""
    application = await applications.lock(connection, application_id)
    rules.ensure_following(rules.State(application["state"]), new.state)
    decided = await store.update_state(connection, application_id, new.state)
    await _write(connection, person, decided, new.message)
    return decided


async def conclude(connection: Connection, inspection_id: UUID, new: schemas.NewResult) -> Record:
    """Give an inspection its result, once (`inspection-over`)."""
    concluded = await store.update_inspection(connection, inspection_id, new.result, new.note)
    if concluded is not None:
        return concluded
    if await store.find_inspection(connection, inspection_id) is None:
        raise common.NotFound
    raise problems.InspectionOver
