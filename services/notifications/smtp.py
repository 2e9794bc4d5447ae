"""Talks to the mail server, and tells what its replies mean (RFC 5321 §4.2)."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

import aiosmtplib

from services.notifications import rules
from services.notifications.settings import Security
from shared import failpoints

if TYPE_CHECKING:
    from email.message import EmailMessage

    from services.notifications.settings import Settings


@dataclass(frozen=True, slots=True)
class Reply:
    """What came of one attempt. `unknown`: the message was handed over and the answer never came (RFC 1047)."""

    text: str
    taken: bool = False
    final: bool = False
    unknown: bool = False


@dataclass(slots=True)
class _Step:
    """How far an attempt came: what is refused before the recipient was named says nothing about him."""

    recipient_named: bool = False
    handed_over: bool = False


class Line:
    """A connection to the mail server, opened when first needed and again when it was lost."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._client: aiosmtplib.SMTP | None = None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._hang_up()

    async def send(self, message: EmailMessage, address: str) -> Reply:
        """Send one message; never raises for what the mail server does, and takes no longer than it may."""
        step = _Step()
        try:
            async with asyncio.timeout(self._settings.smtp_longest):
                code, text = await self._hand_over(message, address, step)
        except aiosmtplib.SMTPResponseException as error:
            await self._hang_up()
            return Reply(f"{error.code} {error.message}", final=step.recipient_named and rules.is_final(error.code))
        except (aiosmtplib.SMTPException, OSError, TimeoutError) as error:
            self._cut()
            return Reply(type(error).__name__, unknown=step.handed_over)
        failpoints.reach("mail.answered")
        return Reply(f"{code} {text}", taken=True)

    async def _hand_over(self, message: EmailMessage, address: str, step: _Step) -> tuple[int, str]:
        client = await self._connected()
        await client.mail(self._settings.mail_from)
        step.recipient_named = True
        await client.rcpt(address)
        step.handed_over = True
        failpoints.reach("mail.handed-over")
        return await client.data(message.as_bytes(policy=message.policy.clone(linesep="\r\n")))

    async def _connected(self) -> aiosmtplib.SMTP:
        if self._client is None or not self._client.is_connected:
            given, password = self._settings, self._settings.smtp_password
            self._client = aiosmtplib.SMTP(
                hostname=given.smtp_host,
                port=given.smtp_port,
                timeout=given.smtp_timeout,
                username=given.smtp_username or None,  # compose names it, empty, where there is none
                password=password.get_secret_value() if password else None,
                use_tls=given.smtp_security is Security.TLS,
                start_tls=given.smtp_security is Security.STARTTLS,
            )
            await self._client.connect()
        return self._client

    async def _hang_up(self) -> None:
        client, self._client = self._client, None
        if client is not None and client.is_connected:
            try:
                await client.quit(timeout=2)
            except (aiosmtplib.SMTPException, OSError, TimeoutError):
                client.close()

    def _cut(self) -> None:
        client, self._client = self._client, None
        if client is not None:
            client.close()
