"""Reads for the operators' screens."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from services.notifications import rules, schemas, store
from shared.contracts.problems import common

if TYPE_CHECKING:
    from asyncpg import Record

    from shared.db.pool import Pool

SHOWN = tuple(name for name in schemas.Email.model_fields if name != "address")


def email(row: Record) -> schemas.Email:
    """Show a delivery, its address masked and without what the e-mail said."""
    return schemas.Email(**{name: row[name] for name in SHOWN}, address=rules.mask(row["address"]))


async def list_emails(pool: Pool, listing: schemas.Listing) -> schemas.Emails:
    """Give a page of deliveries; `not-found` when `after` names none."""
    place = None
    if listing.after:
        last = await store.find_email(pool, listing.after)
        if last is None:
            raise common.NotFound
        place = (last["created_at"], last["id"])
    rows = await store.list_emails(pool, listing.state, listing.template, place, listing.size + 1)
    shown = [email(row) for row in rows[: listing.size]]
    return schemas.Emails(emails=shown, next=shown[-1].id if len(rows) > listing.size else None)


async def find_email(pool: Pool, email_id: UUID) -> schemas.Email:
    """Give one delivery; `not-found`."""
    row = await store.find_email(pool, email_id)
    if row is None:
        raise common.NotFound
    return email(row)


async def list_witnessed(pool: Pool, page: schemas.WitnessPage) -> schemas.Witnessed:
    """Give a page of what was heard of the register: all of one size stand on one page, however many they are."""
    rows = await store.list_witnessed(pool, page.before, page.size + 1)
    last = rows[page.size - 1]["size"] if len(rows) > page.size else None
    shown = [schemas.Heard.model_validate(dict(row)) for row in rows if last is None or row["size"] >= last]
    return schemas.Witnessed(checkpoints=shown, next=last)
