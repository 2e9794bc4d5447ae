"""Permits' named queries as functions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from shared import ids
from shared.db import queries

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import date
    from uuid import UUID

    from asyncpg import Record

    from examples.permits import schemas
    from examples.permits.storage import Received
    from shared.db.pool import Connection, Pool

    Source = Connection | Pool

SQL = queries.load("examples.permits")


def _one(row: Record | None) -> Record:
    assert row is not None
    return row


async def insert_application(
    connection: Connection,
    content: schemas.Content,
    *,
    client: tuple[UUID | None, str],
    account: tuple[UUID | None, str | None],
    opened_by: UUID,
    state: str = "submitted",
) -> Record:
    """Open an application of a client (id, name) with a contact company (id, name)."""
    facts = (content.kind, content.title, content.address, content.description)
    return _one(
        await connection.fetchrow(SQL["insert_application"], ids.uuid7(), *facts, *client, *account, opened_by, state)
    )


async def find_application(source: Source, application: UUID) -> Record | None:
    """Give an application."""
    return await source.fetchrow(SQL["find_application"], application)


async def lock_application(connection: Connection, application: UUID) -> Record | None:
    """Hold an application."""
    return await connection.fetchrow(SQL["lock_application"], application)


async def list_applications(
    pool: Pool, person: UUID, accounts: Collection[UUID], listing: schemas.Listing
) -> list[Record]:
    """Give applications of a person and of companies, one more than the page has."""
    asked = (listing.account, listing.state, listing.number, listing.after, listing.size + 1)
    return await pool.fetch(SQL["list_applications"], person, list(accounts), *asked)


async def list_for_review(pool: Pool, listing: schemas.ReviewListing) -> list[Record]:
    """Give applications for the city, one more than the page has."""
    asked = (listing.state, listing.number, listing.after, listing.size + 1)
    return await pool.fetch(SQL["list_for_review"], *asked)


async def update_contact(connection: Connection, application: UUID, account: UUID | None, name: str | None) -> Record:
    """Name the contact company, or none; who acted for the former one is forgotten."""
    await connection.execute(SQL["delete_followers"], application)
    return _one(await connection.fetchrow(SQL["update_contact"], application, account, name))


async def update_state(connection: Connection, application: UUID, state: str) -> Record:
    """Set the state."""
    return _one(await connection.fetchrow(SQL["update_state"], application, state))


async def insert_follower(connection: Connection, application: UUID, person: UUID) -> None:
    """Remember who acts for the company."""
    await connection.execute(SQL["insert_follower"], application, person)


async def list_followers(connection: Connection, application: UUID) -> list[UUID]:
    """Give who acts for the company."""
    return [row["person"] for row in await connection.fetch(SQL["list_followers"], application)]


async def insert_message(
    connection: Connection, application: UUID, author: tuple[UUID, str], body: str, *, from_city: bool
) -> Record:
    """Put a message on an application."""
    row = (ids.uuid7(), application, from_city, *author, body)
    return _one(await connection.fetchrow(SQL["insert_message"], *row))


async def list_messages(source: Source, application: UUID) -> list[Record]:
    """Give the newest messages."""
    return await source.fetch(SQL["list_messages"], application)


async def read_messages(connection: Connection, application: UUID, *, from_city: bool) -> int:
    """Mark one side's messages read; give how many."""
    status: str = await connection.execute(SQL["read_messages"], application, from_city)
    return int(status.rsplit(" ", 1)[1])


async def insert_action(
    connection: Connection, application: UUID, kind: str, detail: str, due_on: date | None, fee: UUID | None = None
) -> Record:
    """Ask for something."""
    return _one(await connection.fetchrow(SQL["insert_action"], ids.uuid7(), application, kind, detail, due_on, fee))


async def settle_actions(connection: Connection, application: UUID, kind: str) -> None:
    """Settle what was asked for of one kind."""
    await connection.execute(SQL["settle_actions"], application, kind)


async def settle_fee_action(connection: Connection, fee: UUID, *, done: bool) -> None:
    """Settle what was asked for a fee, or ask again."""
    await connection.execute(SQL["settle_fee_action"], fee, done)


async def list_open_actions(source: Source, application: UUID) -> list[Record]:
    """Give what is asked for on an application."""
    return await source.fetch(SQL["list_open_actions"], application)


async def list_actions(pool: Pool, person: UUID, accounts: Collection[UUID], page: schemas.Page) -> list[Record]:
    """Give what is asked for on applications of a person and of companies, one more than the page has."""
    due = await pool.fetchval(SQL["find_action_place"], page.after) if page.after else None
    after = page.after if due else None
    return await pool.fetch(SQL["list_actions"], person, list(accounts), after, due, page.size + 1)


async def insert_inspection(
    connection: Connection, application: UUID, new: schemas.NewInspection, by: tuple[UUID, str]
) -> Record:
    """Ask for an inspection."""
    row = (ids.uuid7(), application, new.kind, new.wanted_on, new.note, *by)
    return _one(await connection.fetchrow(SQL["insert_inspection"], *row))


async def list_inspections(source: Source, application: UUID) -> list[Record]:
    """Give the inspections of an application."""
    return await source.fetch(SQL["list_inspections"], application)


async def find_inspection(source: Source, inspection: UUID) -> Record | None:
    """Give an inspection."""
    return await source.fetchrow(SQL["find_inspection"], inspection)


async def update_inspection(connection: Connection, inspection: UUID, result: str, note: str) -> Record | None:
    """Give an inspection its result; None when it has one."""
    return await connection.fetchrow(SQL["update_inspection"], inspection, result, note)


async def insert_fee(connection: Connection, application: UUID, account: UUID, new: schemas.NewFee) -> Record:
    """Keep a fee."""
    row = (ids.uuid7(), application, account, new.label_fr, new.label_en, new.amount_cents, new.due_on)
    return _one(await connection.fetchrow(SQL["insert_fee"], *row))


async def list_fees(source: Source, application: UUID) -> list[Record]:
    """Give the fees of an application."""
    return await source.fetch(SQL["list_fees"], application)


async def claim_fees(pool: Pool) -> list[UUID]:
    """Take at most 100 fees whose state is to be asked for."""
    return [row["id"] for row in await pool.fetch(SQL["claim_fees"])]


async def update_fee(connection: Connection, fee: UUID, state: str) -> Record | None:
    """Take over a fee's state; None when it was so already."""
    return await connection.fetchrow(SQL["update_fee"], fee, state)


async def count_files(connection: Connection, application: UUID) -> int:
    """Count the files of an application."""
    return int(await connection.fetchval(SQL["count_files"], application))


async def find_same_file(connection: Connection, application: UUID, sha256: str) -> Record | None:
    """Give the file that has this content."""
    return await connection.fetchrow(SQL["find_same_file"], application, sha256)


async def insert_file(
    connection: Connection, application: UUID, received: Received, kind: tuple[str, str], by: tuple[UUID, str]
) -> Record:
    """Keep a file; `kind` is its name and media type."""
    row = (received.id, application, *kind, received.size, received.sha256, *by)
    return _one(await connection.fetchrow(SQL["insert_file"], *row))


async def list_files(source: Source, application: UUID) -> list[Record]:
    """Give the files of an application."""
    return await source.fetch(SQL["list_files"], application)


async def find_file(source: Source, application: UUID, file: UUID) -> Record | None:
    """Give a file of an application."""
    return await source.fetchrow(SQL["find_file"], application, file)


async def delete_file(connection: Connection, application: UUID, file: UUID) -> bool:
    """Forget a file; False when there is none."""
    return await connection.fetchval(SQL["delete_file"], application, file) is not None


async def list_known_files(pool: Pool, files: list[UUID]) -> set[UUID]:
    """Give which of these have a row."""
    return {row["id"] for row in await pool.fetch(SQL["list_known_files"], files)}


async def list_templates(source: Source, account: UUID) -> list[Record]:
    """Give the templates of a company."""
    return await source.fetch(SQL["list_templates"], account)


async def insert_template(
    connection: Connection, account: UUID, name: str, content: dict[str, Any], by: str
) -> Record | None:
    """Make a template; None when the name is taken."""
    return await connection.fetchrow(SQL["insert_template"], ids.uuid7(), account, name, content, by)


async def update_template(
    connection: Connection, template: UUID, account: UUID, name: str, content: dict[str, Any], by: str
) -> Record | None:
    """Change a template; None when there is none."""
    return await connection.fetchrow(SQL["update_template"], template, account, name, content, by)


async def delete_template(connection: Connection, template: UUID, account: UUID) -> bool:
    """Remove a template; False when there is none."""
    return await connection.fetchval(SQL["delete_template"], template, account) is not None
