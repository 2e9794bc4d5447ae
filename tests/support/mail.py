"""A mail server that does what a test wants: takes, refuses, loses its answer, hangs."""

from __future__ import annotations

import asyncio
import email
import email.policy
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage
from enum import StrEnum


class Act(StrEnum):
    """What the server does with one e-mail."""

    TAKE = "take"
    NEVER_AT_GREETING = "554 not you"
    NEVER_AT_AUTH = "535 not this password"
    NEVER_AT_MAIL = "553 not this sender"
    LATER_AT_RCPT = "451 later"
    NEVER_AT_RCPT = "550 nobody"
    LATER_AT_DATA = "452 full"
    NEVER_AT_DATA = "554 no"
    LOSE_ANSWER = "lose"
    HANG = "hang"
    CLOSE_AFTER = "close after"


@dataclass
class MailServer:
    """The far end: what it does next, and what it got."""

    port: int = 0
    acts: deque[Act] = field(default_factory=deque)
    received: list[EmailMessage] = field(default_factory=list)
    raw: list[bytes] = field(default_factory=list)
    hang: float = 2.0
    slow: float = 0.0
    """Seconds before each answer."""
    talents: tuple[str, ...] = ("8BITMIME",)
    """What it announces beyond RFC 5321."""

    def next(self, *acts: Act) -> None:
        """Say what to do with the next e-mails; afterwards every one is taken."""
        self.acts.extend(acts)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Talk to one client."""
        try:
            await self._talk(reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError):
            return
        finally:
            writer.close()

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._is_next(Act.NEVER_AT_GREETING):
            await _say(writer, self.acts.popleft().value)
            return
        await self._answer(writer, "220 test")
        act = Act.TAKE
        while line := await reader.readline():
            word = line.decode().strip().upper().split(" ")[0].split(":")[0]
            if word == "MAIL":
                act = self.acts.popleft() if self.acts else Act.TAKE
            if word == "DATA":
                if not await self._take(reader, writer, act):
                    return
                continue
            await self._answer(writer, self._word_for(word, act))
            if word == "QUIT":
                return

    def _word_for(self, word: str, act: Act) -> str:
        if word == "EHLO":
            return "\r\n".join(("250-test", *(f"250-{talent}" for talent in self.talents), "250 HELP"))
        if word == "AUTH":
            return self.acts.popleft().value if self._is_next(Act.NEVER_AT_AUTH) else "235 welcome"
        refused_at = {"MAIL": (Act.NEVER_AT_MAIL,), "RCPT": (Act.LATER_AT_RCPT, Act.NEVER_AT_RCPT)}
        if act in refused_at.get(word, ()):
            return act.value
        return "221 bye" if word == "QUIT" else "250 ok"

    def _is_next(self, act: Act) -> bool:
        return bool(self.acts) and self.acts[0] is act

    async def _answer(self, writer: asyncio.StreamWriter, line: str) -> None:
        await asyncio.sleep(self.slow)
        await _say(writer, line)

    async def _take(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, act: Act) -> bool:
        await _say(writer, "354 go on")
        content = await reader.readuntil(b"\r\n.\r\n")
        if act in (Act.LATER_AT_DATA, Act.NEVER_AT_DATA):
            await _say(writer, act.value)
            return True
        message = email.message_from_bytes(content.removesuffix(b".\r\n"), policy=email.policy.default)
        assert isinstance(message, EmailMessage)
        self.received.append(message)
        self.raw.append(content)
        if act is Act.LOSE_ANSWER:
            return False
        if act is Act.HANG:
            await asyncio.sleep(self.hang)
            return False
        await _say(writer, "250 taken")
        return act is not Act.CLOSE_AFTER


async def _say(writer: asyncio.StreamWriter, line: str) -> None:
    writer.write(line.encode() + b"\r\n")
    await writer.drain()


@asynccontextmanager
async def mail_server() -> AsyncIterator[MailServer]:
    """Run one on a free loopback port."""
    one = MailServer()
    server = await asyncio.start_server(one.serve, "127.0.0.1", 0)
    one.port = server.sockets[0].getsockname()[1]
    try:
        yield one
    finally:
        server.close()
