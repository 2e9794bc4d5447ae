"""What notifications does: remember addresses, ask for e-mails, take alerts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID

from services.notifications import emails, facts, rules, store
from services.notifications.schemas import Alert, Outcome
from shared import ids, requests
from shared.contracts.events.applications import AlertRaised
from shared.contracts.people import Language
from shared.contracts.problems import common
from shared.contracts.problems import notifications as problems
from shared.messaging import forgetting

if TYPE_CHECKING:
    from asyncpg import Record

    from services.notifications.settings import Settings
    from shared.contracts.envelope import Envelope
    from shared.contracts.events.identity import User
    from shared.db.pool import Connection, Pool

AT_ONCE = 1_000


@dataclass(frozen=True, slots=True)
class Asked:
    """An e-mail to be: what it says, and where it comes from."""

    template: str
    to: emails.Recipient
    data: dict[str, Any]
    cause: UUID | str
    sealed: str | None = None
    correlation_id: str | None = None
    merge_key: str | None = None
    delay: float = 0.0
    urgent: bool = True
    bulk: bool = False


class NobodyYet(Exception):
    """The recipient has not been heard of; he may be soon."""


async def remember_recipient(connection: Connection, user: User, version: int) -> None:
    """Keep where to write to a person, and in which language."""
    await store.upsert_recipient(connection, user, version)


async def forget_recipient(connection: Connection, user: User, version: int) -> None:
    """Forget a person who was removed, with the e-mails that have not left; of the others only the outcome stays."""
    await store.forget_mentions(connection, user.id)
    await store.remove_recipient(connection, user.id, version)
    await store.forget_emails(connection, user.id)
    await forgetting.forget(connection, user.id)


async def forget_removed(pool: Pool) -> None:
    """Forget what was being sent while its person was removed."""
    async with pool.transaction() as connection:
        await store.forget_emails(connection)


async def delete_old(pool: Pool, days: int) -> None:
    """Delete what is so many days old: addresses, of people without an identifier too, are not kept for ever (T17)."""
    while await store.delete_old(pool, days, AT_ONCE) == AT_ONCE:
        pass


async def delete_old_alerts(pool: Pool, days: int) -> None:
    """Forget the keys of alerts that were taken so many days ago: nobody says them again."""
    while await store.delete_old_alerts(pool, days, AT_ONCE) == AT_ONCE:
        pass


async def request_email(
    connection: Connection, row: emails.Email, envelope: Envelope, data: Any, settings: Settings
) -> None:
    """Ask for the e-mails of one line of the table, once per event; raises `NobodyYet`. Removed people get none."""
    for to in emails.each(row.to(data)):
        if recipient := await _recipient(connection, to):
            await _ask(connection, _asked(row, recipient, envelope, data, settings), settings)


def _asked(row: emails.Email, to: emails.Recipient, envelope: Envelope, data: Any, settings: Settings) -> Asked:
    return Asked(
        template=row.template,
        to=to,
        data=dict(row.facts(data, envelope)),
        cause=envelope.id,
        sealed=getattr(data, "sealed", None) if row.secret else None,
        correlation_id=envelope.correlationid,
        merge_key=row.merge(data) if row.merge else None,
        delay=settings.alert_delay if row.merge else 0.0,
        urgent=row.urgent,
        bulk=row.bulk,
    )


async def _ask(connection: Connection, asked: Asked, settings: Settings) -> None:
    if asked.merge_key and await store.merge_email(connection, asked.merge_key):
        return
    key = rules.key_of(asked.cause, asked.template, asked.to.address)
    asked_anew = await store.insert_email(
        connection,
        ids.uuid7(),
        key,
        asked.template,
        asked.to,
        data=asked.data,
        sealed=asked.sealed,
        cause=asked.cause if isinstance(asked.cause, UUID) else None,
        correlation_id=asked.correlation_id,
        message_id=rules.message_id(key, settings.mail_from),
        merge_key=asked.merge_key,
        delay=asked.delay,
        urgent=asked.urgent,
        bulk=asked.bulk,
    )
    if not asked_anew and asked.merge_key:
        # Another transaction began an e-mail of the same merge key in between.
        await store.merge_email(connection, asked.merge_key)


async def _recipient(connection: Connection, to: emails.Recipient | UUID) -> emails.Recipient | None:
    """Give whom to write to; None when the person was removed."""
    if isinstance(to, emails.Recipient):
        # A blank address is of somebody removed, of whose removal we may not have heard yet.
        return None if not to.address or (to.id and await store.is_removed(connection, to.id)) else to
    row = await store.find_recipient(connection, to)
    if row is None:
        raise NobodyYet
    if row["removed"]:
        return None
    return emails.Recipient(
        row["id"], f"{row['first_name']} {row['last_name']}", row["email"], Language(row["language"])
    )


async def take_alerts(
    connection: Connection, application: str, alerts: Sequence[Alert], settings: Settings
) -> list[Outcome]:
    """Take a batch of file alerts (Q11); each is taken once by its key."""
    return [await _take_alert(connection, application, alert, settings) for alert in alerts]


async def _take_alert(connection: Connection, application: str, alert: Alert, settings: Settings) -> Outcome:
    found = await store.find_recipient(connection, alert.responsible)
    if found is None or found["removed"]:
        return Outcome.UNKNOWN_RECIPIENT
    if not await store.insert_alert(connection, application, alert.key):
        return Outcome.DUPLICATE
    await raise_alert(connection, application, AlertRaised(**alert.model_dump()), settings)
    return Outcome.ACCEPTED


async def hear_alert(connection: Connection, envelope: Envelope, data: AlertRaised, settings: Settings) -> None:
    """Take an alert that an application said on the bus, once by its key, whichever way it comes (design §6)."""
    application = envelope.actor.removeprefix("application:")
    if await store.insert_alert(connection, application, data.key):
        await raise_alert(connection, application, data, settings)


async def raise_alert(connection: Connection, application: str, data: AlertRaised, settings: Settings) -> None:
    """Tell the surveyor responsible, and nobody else (Q11); alerts on one file that come together are one e-mail."""
    to = await _recipient(connection, data.responsible)
    if to is None:
        return
    row = next(row for row in emails.EMAILS if row.event is AlertRaised and row.to(data))
    asked = Asked(
        template=row.template,
        to=to,
        data=facts.alert(data, application),
        cause=f"{application}/{data.key}",
        correlation_id=requests.current().correlation_id,
        merge_key=f"{row.merge(data)}@{application}" if row.merge else None,
        delay=settings.alert_delay,
        urgent=False,
        bulk=row.bulk,
    )
    await _ask(connection, asked, settings)


async def retry_email(connection: Connection, email_id: UUID) -> Record:
    """Send an e-mail again that failed; `email-not-retriable` when it did not fail or its secret is erased."""
    if await store.find_email(connection, email_id) is None:
        raise common.NotFound
    row = await store.retry_email(connection, email_id, tuple(emails.SECRETS))
    if row is None:
        raise problems.EmailNotRetriable
    return row
