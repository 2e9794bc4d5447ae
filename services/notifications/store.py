"""Notifications' named queries as functions."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from shared.db import queries

if TYPE_CHECKING:
    from asyncpg import Record

    from services.notifications.emails import Recipient
    from shared.contracts.events.identity import User
    from shared.db.pool import Connection, Pool

SQL = queries.load("services.notifications")


async def upsert_recipient(connection: Connection, user: User, version: int) -> None:
    """Keep a person's newest address."""
    facts = (user.id, user.first_name, user.last_name, user.email, user.language.value, version)
    await connection.execute(SQL["upsert_recipient"], *facts)


async def remove_recipient(connection: Connection, person: UUID, version: int) -> None:
    """Keep of a person only that he was removed."""
    await connection.execute(SQL["remove_recipient"], person, version)


async def is_removed(connection: Connection, person: UUID) -> bool:
    """Tell whether a person was removed."""
    return bool(await connection.fetchval(SQL["is_removed"], person))


async def forget_mentions(connection: Connection, person: UUID) -> None:
    """Take from ended e-mails to others what they said of a person who is about to be forgotten."""
    await connection.execute(SQL["forget_mentions"], person)


async def forget_emails(connection: Connection, person: UUID | None = None) -> None:
    """Delete or blank the e-mails of one removed person, or of all."""
    await connection.execute(SQL["delete_unsendable"], person)
    await connection.execute(SQL["erase_ended"], person)


async def delete_old(pool: Pool, days: int, limit: int) -> int:
    """Delete some of the e-mails that ended and are so many days old; give how many."""
    return len(await pool.fetch(SQL["delete_old"], days, limit))


async def find_recipient(connection: Connection, person: UUID) -> Record | None:
    """Give a person's address."""
    return await connection.fetchrow(SQL["find_recipient"], person)


async def insert_email(
    connection: Connection,
    email_id: UUID,
    key: bytes,
    template: str,
    to: Recipient,
    *,
    data: dict[str, Any],
    sealed: str | None,
    cause: UUID | None,
    correlation_id: str | None,
    message_id: str,
    merge_key: str | None,
    delay: float,
    urgent: bool,
    bulk: bool,
) -> bool:
    """Ask for an e-mail; False when its key was asked for before. `delay` is in seconds."""
    whom = (to.id, to.name, to.address, to.language.value)
    found = await connection.fetchval(
        SQL["insert_email"],
        email_id,
        key,
        template,
        *whom,
        data,
        sealed,
        cause,
        correlation_id,
        message_id,
        merge_key,
        delay,
        urgent,
        bulk,
    )
    return found is not None


async def merge_email(connection: Connection, merge_key: str) -> bool:
    """Count one more into an e-mail that waits; False when none does."""
    return await connection.fetchval(SQL["merge_email"], merge_key) is not None


async def insert_alert(connection: Connection, application: str, key: str) -> bool:
    """Take an alert once."""
    return await connection.fetchval(SQL["insert_alert"], application, key) is not None


async def claim_emails(pool: Pool, owner: UUID, limit: int) -> list[Record]:
    """Take e-mails that are due."""
    return await pool.fetch(SQL["claim_emails"], owner, limit)


async def renew_leases(pool: Pool, emails: Sequence[UUID], owner: UUID) -> set[UUID]:
    """Keep e-mails for two minutes more; give those that are still the owner's."""
    return {row["id"] for row in await pool.fetch(SQL["renew_leases"], emails, owner)}


async def take_back_leases(connection: Connection) -> list[Record]:
    """Take back e-mails whose sender died."""
    return await connection.fetch(SQL["take_back_leases"])


async def end_email(connection: Connection, email_id: UUID, owner: UUID, state: str, reply: str) -> Record | None:
    """Say how an e-mail ended; None when it is no longer the owner's."""
    return await connection.fetchrow(SQL["end_email"], email_id, owner, state, reply)


async def postpone_email(
    connection: Connection, email_id: UUID, owner: UUID, seconds: float, reply: str, *, unknown: bool
) -> None:
    """Try an e-mail again later."""
    await connection.execute(SQL["postpone_email"], email_id, owner, seconds, reply, int(unknown))


async def retry_email(connection: Connection, email_id: UUID, secret_templates: Sequence[str]) -> Record | None:
    """Queue an e-mail again that failed; None when there is none, or it held a secret."""
    return await connection.fetchrow(SQL["retry_email"], email_id, list(secret_templates))


async def find_email(source: Connection | Pool, email_id: UUID) -> Record | None:
    """Give one e-mail."""
    return await source.fetchrow(SQL["find_email"], email_id)


async def list_emails(
    pool: Pool, state: str | None, template: str | None, after: tuple[datetime, UUID] | None, limit: int
) -> list[Record]:
    """Give e-mails, newest first."""
    moment, row = after or (None, None)
    return await pool.fetch(SQL["list_emails"], state, template, moment, row, limit)


async def insert_witness(connection: Connection, log: str, size: int, note: str) -> None:
    """Keep a signed state of the register."""
    await connection.execute(SQL["insert_witness"], log, size, note)


async def list_witnessed(pool: Pool, before: int | None, limit: int) -> list[Record]:
    """Give signed states that were heard, newest first: so many, and the others of the last one's size."""
    return await pool.fetch(SQL["list_witnessed"], before, limit)


async def thin_witnessed(pool: Pool, days: int) -> None:
    """Keep one state a day of what was heard so many days ago."""
    await pool.execute(SQL["thin_witnessed"], days)


async def delete_old_alerts(pool: Pool, days: int, limit: int) -> int:
    """Forget some of the keys of alerts that were taken so many days ago; give how many."""
    return len(await pool.fetch(SQL["delete_old_alerts"], days, limit))
