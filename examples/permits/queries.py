"""Reads for permits' screens."""

from __future__ import annotations

from typing import TYPE_CHECKING

from examples.permits import access, schemas, store
from shared.contracts.problems import common

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from uuid import UUID

    from asyncpg import Record

    from examples.permits.mandat import Mandat
    from examples.permits.rules import Right
    from shared.db.pool import Connection, Pool


async def list_applications(pool: Pool, mandat: Mandat, person: UUID, listing: schemas.Listing) -> schemas.Applications:
    """Give a person's applications and those of the companies in which he has a right [Demandes]."""
    rows = await store.list_applications(pool, person, await mandat.companies(person), listing)
    return _page(rows, listing.size)


async def list_for_review(pool: Pool, listing: schemas.ReviewListing) -> schemas.Applications:
    """Give all applications, for the city's reviewers."""
    return _page(await store.list_for_review(pool, listing), listing.size)


def _page(rows: Sequence[Record], size: int) -> schemas.Applications:
    shown = [schemas.Application(**dict(row)) for row in rows[:size]]
    return schemas.Applications(applications=shown, next=shown[-1].id if len(rows) > size else None)


async def list_actions(pool: Pool, mandat: Mandat, person: UUID, page: schemas.Page) -> schemas.RequiredActions:
    """Give what awaits a person on his applications and those of his companies [Actions requises]."""
    rows = await store.list_actions(pool, person, await mandat.companies(person), page)
    shown = [schemas.RequiredAction(**dict(row)) for row in rows[: page.size]]
    return schemas.RequiredActions(actions=shown, next=shown[-1].id if len(rows) > page.size else None)


async def find_for(pool: Pool, mandat: Mandat, person: UUID, application_id: UUID) -> schemas.Whole:
    """Give an application with all that happened on it, and what the person may do; `not-found` for strangers."""
    application = await store.find_application(pool, application_id)
    may = await access.rights(mandat, application, person)
    return await whole(pool, application_id, may, person=person)


async def whole(
    source: Connection | Pool, application_id: UUID, may: Iterable[Right] = (), *, person: UUID | None = None
) -> schemas.Whole:
    """Give an application with all that happened on it (`not-found`), to a person, or to the city's reviewers."""
    application = await store.find_application(source, application_id)
    if application is None:
        raise common.NotFound
    messages = await store.list_messages(source, application_id)
    actions = await store.list_open_actions(source, application_id)
    return schemas.Whole(
        **dict(application),
        unread=sum(row["from_city"] is bool(person) and row["read_at"] is None for row in messages),
        required_actions=len(actions),
        messages=[schemas.Message(**dict(row)) for row in messages],
        files=[schemas.File(**dict(row)) for row in await store.list_files(source, application_id)],
        inspections=[schemas.Inspection(**dict(row)) for row in await store.list_inspections(source, application_id)],
        fees=[schemas.Fee(**dict(row)) for row in await store.list_fees(source, application_id)],
        actions=[schemas.Action(**dict(row)) for row in actions],
        may=sorted(may),
        own=person is not None and application["client"] == person,
    )


async def list_templates(pool: Pool, account: UUID) -> schemas.Templates:
    """Give the templates of a company."""
    rows = await store.list_templates(pool, account)
    return schemas.Templates(templates=[schemas.Template(**dict(row)) for row in rows])
