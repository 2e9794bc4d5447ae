"""The mail sink of the one-process mode: a real SMTP server on loopback that keeps mails, and pages to read them."""

from __future__ import annotations

import asyncio
import email
import email.policy
import functools
import html
import itertools
import re
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import jinja2
import orjson
from aiohttp import web
from aiosmtpd.smtp import SMTP, Envelope, Session

from shared import ids

MOST = 2000
TIDY = 100
"""After so many mails those beyond the newest are deleted."""
LINK = re.compile(r"https?://[^\s<>\"]+")
PAGE_POLICY = "default-src 'none'; style-src 'unsafe-inline'; frame-src 'self'; base-uri 'none'; form-action 'none'"
MAIL_POLICY = "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:"


@dataclass(frozen=True, slots=True)
class Mail:
    """One mail as it is shown."""

    id: str
    message: EmailMessage

    def part(self, kind: str) -> str:
        """Give the plain or the HTML body."""
        body = self.message.get_body((kind,))
        return "" if body is None else str(body.get_content())

    def facts(self) -> dict[str, Any]:
        """Give everything a script may want."""
        text = self.part("plain")
        return {
            "id": self.id,
            "to": str(self.message["To"]),
            "subject": str(self.message["Subject"]),
            "date": str(self.message["Date"]),
            "message_id": str(self.message["Message-ID"]),
            "language": str(self.message["Content-Language"]),
            "text": text,
            "links": LINK.findall(text),
        }


class Mailbox:
    """Keeps the newest 2,000 mails as files in a folder; they stay from one run to the next."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._server: asyncio.Server | None = None
        self._numbers = itertools.count()
        self.port = 0

    async def start(self) -> int:
        """Listen on a free loopback port; give it."""
        self._folder.mkdir(parents=True, exist_ok=True)
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(
            lambda: SMTP(self, hostname="mailbox", loop=loop, enable_SMTPUTF8=True), "127.0.0.1", 0
        )
        self.port = int(self._server.sockets[0].getsockname()[1])
        return self.port

    async def stop(self) -> None:
        """Stop listening."""
        if self._server:
            self._server.close()
            await asyncio.wait_for(self._server.wait_closed(), 5)

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd's
        """Keep a mail before saying that it is taken."""
        del server, session
        content = envelope.content if isinstance(envelope.content, bytes) else str(envelope.content or "").encode()
        await asyncio.to_thread(self._keep, content)
        return "250 kept"

    def _keep(self, content: bytes) -> None:
        path = self._folder / f"{ids.uuid7()}.eml"
        path.with_suffix(".new").write_bytes(content)
        path.with_suffix(".new").rename(path)
        # To list some thousand files for each mail would take longer than all the rest of it.
        if next(self._numbers) % TIDY == 0:
            for old in self._files()[MOST:]:
                old.unlink(missing_ok=True)

    def _files(self) -> list[Path]:
        return sorted(self._folder.glob("*.eml"), reverse=True)

    def mails(self, to: str | None = None) -> list[Mail]:
        """Give the mails, newest first, of one recipient if wanted."""
        found = (self._read(path) for path in self._files()[:MOST])
        return [mail for mail in found if to is None or to.lower() in str(mail.message["To"]).lower()]

    def mail(self, name: str) -> Mail | None:
        """Give one mail by its id."""
        path = self._folder / f"{name}.eml"
        return self._read(path) if path in self._files() else None

    def _read(self, path: Path) -> Mail:
        # A kept mail never changes, and scripts ask for the list again and again.
        return _parsed(path)

    def app(self) -> web.Application:
        """Give the pages, to be mounted under `/mailbox`."""
        app = web.Application()
        app.router.add_get("", self._list)
        app.router.add_get("/messages.json", self._messages)
        app.router.add_get("/{id}", self._show)
        app.router.add_get("/{id}/html", self._html)
        return app

    async def _messages(self, request: web.Request) -> web.Response:
        mails = await asyncio.to_thread(self.mails, request.query.get("to"))
        body = orjson.dumps([mail.facts() for mail in mails])
        return web.Response(body=body, content_type="application/json")

    async def _list(self, request: web.Request) -> web.Response:
        mails = await asyncio.to_thread(self.mails, request.query.get("to"))
        return _page("list.html", mails=[mail.facts() for mail in mails[:200]])

    async def _show(self, request: web.Request) -> web.Response:
        mail = await self._wanted(request)
        lines = html.escape(mail.part("plain"))
        text = LINK.sub(lambda found: f'<a href="{found.group()}">{found.group()}</a>', lines)
        return _page("mail.html", mail=mail.facts(), text=text)

    async def _html(self, request: web.Request) -> web.Response:
        mail = await self._wanted(request)
        headers = {"Content-Security-Policy": MAIL_POLICY}
        return web.Response(text=mail.part("html"), content_type="text/html", headers=headers)

    async def _wanted(self, request: web.Request) -> Mail:
        mail = await asyncio.to_thread(self.mail, request.match_info["id"])
        if mail is None:
            raise web.HTTPNotFound
        return mail


@functools.lru_cache(maxsize=MOST)
def _parsed(path: Path) -> Mail:
    message = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
    assert isinstance(message, EmailMessage)
    return Mail(path.stem, message)


_pages = jinja2.Environment(loader=jinja2.PackageLoader("services", "mail_pages"), autoescape=True)


def _page(name: str, **values: Any) -> web.Response:
    text = _pages.get_template(name).render(**values)
    return web.Response(text=text, content_type="text/html", headers={"Content-Security-Policy": PAGE_POLICY})
