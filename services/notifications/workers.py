"""The mail worker: takes e-mails that are due, talks SMTP outside any transaction, writes down what came of it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from typing import TYPE_CHECKING
from uuid import UUID

import structlog

from services.notifications import commands, emails, letters, rules, smtp, store
from shared import failpoints, ids, requests, service
from shared.contracts.events import notifications as events
from shared.messaging import outbox

if TYPE_CHECKING:
    from asyncpg import Record

    from services.notifications.settings import Settings
    from shared.crypto.sealing import Opener
    from shared.db.pool import Connection, Pool

log = structlog.get_logger()

SENDERS = 2
AT_ONCE = 20
POLL = 0.5
"""Seconds between looks when nothing is due."""
UNKNOWN_PAUSE = 60.0
LEASE = 120.0
"""Seconds that nobody else takes what a sender claimed; `claim_emails` and `renew_leases` say the same."""


def table(pool: Pool, settings: Settings, opener: Opener) -> tuple[service.Worker, ...]:
    """Give the workers: senders, who takes back what dead senders held, and who deletes what is to be forgotten."""
    senders = [
        service.Worker(f"notifications.sender-{number}", Sender(pool, settings, opener).run)
        for number in range(1, SENDERS + 1)
    ]
    return (
        *senders,
        service.every("notifications.leases", 30, lambda: take_back(pool)),
        service.every("notifications.removed", 300, lambda: commands.forget_removed(pool)),
        service.every("notifications.old", 3600, lambda: commands.delete_old(pool, settings.mail_days)),
        service.every("notifications.alerts", 3600, lambda: commands.delete_old_alerts(pool, settings.alert_days)),
        service.every("notifications.witness", 3600, lambda: store.thin_witnessed(pool, settings.witness_days)),
    )


class Sender:
    """Sends e-mails one after the other over one connection to the mail server."""

    def __init__(self, pool: Pool, settings: Settings, opener: Opener) -> None:
        self._pool, self._settings, self._opener = pool, settings, opener
        self._owner: UUID = ids.uuid7()

    async def run(self) -> None:
        """Send for ever."""
        while True:
            if not await self.send_due():
                await asyncio.sleep(POLL)

    async def send_due(self) -> int:
        """Send what is due, at most 20; give how many were tried."""
        held_until = time.monotonic() + LEASE
        due = await store.claim_emails(self._pool, self._owner, AT_ONCE)
        if due:
            failpoints.reach("mail.claimed")
            async with smtp.Line(self._settings) as line:
                await self._send_all(line, due, held_until)
        return len(due)

    async def _send_all(self, line: smtp.Line, due: Sequence[Record], held_until: float) -> None:
        """Send what was claimed; what could not be sent before others may take it is asked for again."""
        mine = {email["id"] for email in due}
        due = sorted(due, key=lambda email: (email["bulk"], email["send_after"]))
        for number, email in enumerate(due):
            if time.monotonic() + self._settings.smtp_longest > held_until:
                held_until = time.monotonic() + LEASE
                mine = await store.renew_leases(self._pool, [one["id"] for one in due[number:]], self._owner)
            if email["id"] in mine:
                await self._send(line, email)

    async def _send(self, line: smtp.Line, email: Record) -> None:
        origin = requests.Origin(
            correlation_id=email["correlation_id"], causation_id=str(email["cause"]) if email["cause"] else None
        )
        with requests.working_for(origin):
            try:
                message = letters.write(email, self._secret(email), self._settings)
            except Exception as error:
                log.exception("an e-mail cannot be written", template=email["template"], email=str(email["id"]))
                await self._end(email, "failed", f"not written: {type(error).__name__}")
                return
            await self._settle(email, await line.send(message, email["address"]))

    def _secret(self, email: Record) -> dict[str, str]:
        model = emails.SECRETS.get(email["template"])
        return self._opener.open(email["sealed"], model).model_dump() if model else {}

    async def _settle(self, email: Record, reply: smtp.Reply) -> None:
        """Write down what the mail server said, and say it."""
        if reply.taken:
            await self._end(email, "sent", reply.text)
        elif reply.final:
            await self._end(email, "bounced", reply.text)
        elif reply.unknown and email["unknowns"]:
            await self._end(email, "unknown", reply.text)
        elif (pause := UNKNOWN_PAUSE if reply.unknown else rules.pause(email["attempts"])) is None:
            await self._end(email, "failed", reply.text)
        else:
            await self._postpone(email, pause, reply)

    async def _end(self, email: Record, state: str, reply: str) -> None:
        async with self._pool.transaction() as connection:
            row = await store.end_email(connection, email["id"], self._owner, state, reply[:300])
            if row is None:
                log.warning("an e-mail was taken over meanwhile", email=str(email["id"]))
                return
            await _say(connection, row)
        failpoints.reach("mail.ended")
        log.info("e-mail ended", state=state, template=row["template"], email=str(row["id"]), attempts=row["attempts"])

    async def _postpone(self, email: Record, pause: float, reply: smtp.Reply) -> None:
        async with self._pool.transaction() as connection:
            await store.postpone_email(
                connection, email["id"], self._owner, pause, reply.text[:300], unknown=reply.unknown
            )
        log.warning("e-mail postponed", template=email["template"], email=str(email["id"]), seconds=round(pause))


async def take_back(pool: Pool) -> None:
    """Queue again what dead senders held; what was in doubt twice has ended as unknown."""
    async with pool.transaction() as connection:
        for row in await store.take_back_leases(connection):
            log.warning("e-mail taken back", email=str(row["id"]), state=row["state"])
            if row["state"] == "unknown":
                await _say(connection, row)


async def _say(connection: Connection, row: Record) -> None:
    facts = {name: row[name] for name in ("id", "template", "cause", "recipient", "message_id")}
    event = events.EmailSent(**facts) if row["state"] == "sent" else events.EmailFailed(**facts, reason=row["state"])
    await outbox.emit(connection, event, sequence=row["version"])
