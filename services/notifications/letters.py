"""Writes an e-mail: the same words as plain text and as HTML, in the recipient's language."""

from __future__ import annotations

import re
import textwrap
from datetime import date, datetime
from decimal import Decimal
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime
from functools import cache
from typing import TYPE_CHECKING, Any
from urllib.parse import quote
from zoneinfo import ZoneInfo

import jinja2
from babel import dates, numbers

from services.notifications import rules
from shared import typography
from shared.contracts import rights

if TYPE_CHECKING:
    from asyncpg import Record

    from services.notifications.settings import Settings

PLACE = ZoneInfo("America/Toronto")
WIDTH = 72
PATTERNS = {
    "fr": "d\u00a0MMMM\u00a0y 'à' H\u00a0'h'\u00a0mm",
    "en": "MMMM\u00a0d, y 'at' h:mm\u00a0a",
}
FIRST = "1er"
"""French counts the first of a month, not the others."""
LOCALES = {"fr": "fr_CA", "en": "en_CA"}
SEVEN_BIT = "quoted-printable"
"""Any mail server takes it, also one without 8BITMIME (RFC 6152)."""
PATHS = {
    "verification": "verify",
    "password-reset": "reset",
    "claim-announced": "contest",
    "takeover-announced": "objection",
}
ALERTS = {"file-alert": "file", "application-alert": "application"}
TWO_POINTS = re.compile(r"(?<=\w)\.\.(?=\s|$)")
RIGHTS = ("granted", "withdrawn", "rights")


@cache
def _environment(*, html: bool) -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("services.notifications", "templates"),
        autoescape=html,  # noqa: S701 - plain text is not HTML
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"money": money, "day": day, "whole": whole}
    return environment


def moment(text: str, language: str) -> str:
    """Write a moment as people read it, at our users' place, so that no line ends within its day or hour."""
    local = datetime.fromisoformat(text).astimezone(PLACE)
    pattern = PATTERNS[language]
    if language == "fr" and local.day == 1:
        pattern = pattern.replace("d", f"'{FIRST}'", 1)
    return dates.format_datetime(local, pattern, locale=LOCALES[language])


def money(cents: int, language: str) -> str:
    """Write an amount of Canadian dollars."""
    return numbers.format_currency(Decimal(cents) / 100, "CAD", locale=LOCALES[language])


def whole(count: int, language: str) -> str:
    """Write a whole number as people read it."""
    return numbers.format_decimal(count, locale=LOCALES[language])


def day(text: str, language: str) -> str:
    """Write a day as people read it."""
    return dates.format_date(date.fromisoformat(text), "long", locale=LOCALES[language]).replace(" ", "\u00a0")


def write(email: Record, secret: dict[str, Any], settings: Settings) -> EmailMessage:
    """Write one e-mail; `secret` is what its sealed part opened to. Nothing in it can add a header."""
    language = email["language"]
    parts = _parts(email["template"], language, _context(email, secret, settings))
    message = EmailMessage()
    message["Subject"] = rules.one_line(parts["subject"])
    message["From"] = Address(settings.mail_name, addr_spec=settings.mail_from)
    message["To"] = Address(rules.one_line(email["name"]), addr_spec=email["address"])
    message["Date"] = format_datetime(email["created_at"])
    message["Message-ID"] = email["message_id"]
    message["Auto-Submitted"] = "auto-generated"
    message["X-Idempotency-Key"] = str(email["id"])
    message.set_content(_plain(parts), cte=SEVEN_BIT)
    layout = _environment(html=True).get_template("layout.html")
    message.add_alternative(layout.render(language=language, **parts), subtype="html", cte=SEVEN_BIT)
    message["Content-Language"] = language  # last: setting the content takes such headers away
    return message


def _context(email: Record, secret: dict[str, Any], settings: Settings) -> dict[str, Any]:
    values: dict[str, Any] = {"matricule": "", "reason": "", "username": "", **email["data"], **secret}
    values |= {
        "language": email["language"],
        "name": email["name"],
        "address": email["address"],
        "when": moment(email["data"]["when"], email["language"]),
        "link": _link(email, secret, f"{settings.public_url}/{email['language']}"),
        "site": settings.public_url,
        "support": settings.mail_support,
    }
    if "until" in email["data"]:
        values["until"] = moment(email["data"]["until"], email["language"])
    return values | {name: rights.listed(values[name], email["language"]) for name in RIGHTS if name in values}


def _link(email: Record, secret: dict[str, Any], site: str) -> str:
    """Give the page of the portal that an e-mail leads to, in its language."""
    if (path := PATHS.get(email["template"])) and secret:
        return f"{site}/{path}?token={secret['token']}"
    if email["template"] == "export-ready":
        return f"{site}/exports/{email['data']['export']}"
    page = ALERTS.get(email["template"])
    return f"{site}/{page}/{_written_on(email['data'])}" if page else site


def _written_on(data: dict[str, Any]) -> str:
    """Give the number of what an alert is about, with the application whose number it is."""
    number = quote(data["file_number"], safe="")
    return f"{number}?application={quote(data['application'], safe='')}" if "application" in data else number


def _parts(template: str, language: str, context: dict[str, Any]) -> dict[str, Any]:
    """Render each block of a template as plain text; paragraphs are parted by empty lines."""
    found = _environment(html=False).get_template(f"{template}/{language}.txt")
    state = found.new_context(context)
    blocks = {name: "".join(block(state)) for name, block in found.blocks.items()}
    written = {name: _typeset(text, language) for name, text in blocks.items()}
    label, _, link = written.get("action", "").strip().partition("|")
    return {
        "subject": written["subject"].strip(),
        "body": _paragraphs(written["body"]),
        "action": {"label": label.strip(), "link": link.strip()} if link else None,
        "code": written.get("code", "").strip(),
        "not_you": _paragraphs(written["not_you"]),
        "reason": _paragraphs(written["reason"]),
    }


def _typeset(text: str, language: str) -> str:
    """Mend what filling in leaves: a name or an hour may end in the point with which a sentence ends."""
    text = TWO_POINTS.sub(".", text)
    return typography.french(text) if language == "fr" else text


def _paragraphs(text: str) -> list[str]:
    found = (" ".join(part.split(" ")).strip() for part in text.split("\n\n"))
    return [part.replace("\n", " ") for part in found if part]


def _plain(parts: dict[str, Any]) -> str:
    """Set the words as plain text, 72 signs wide; links stay whole on a line of their own."""
    blocks = [_wrap(part) for part in parts["body"]]
    if parts["code"]:
        blocks.append(f"    {parts['code']}")
    if parts["action"]:
        blocks.append(f"{parts['action']['label']}\n{parts['action']['link']}")
    blocks += [_wrap(part) for part in parts["not_you"]]
    signature = "\n\n".join(_wrap(part) for part in parts["reason"])
    return "\n\n".join([*blocks, f"-- \n{signature}"]) + "\n"


def _wrap(text: str) -> str:
    return textwrap.fill(text, WIDTH, break_long_words=False, break_on_hyphens=False)
