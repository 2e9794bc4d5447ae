"""Logs: one JSON object a line, with the ids of the request, and without secrets."""

from __future__ import annotations

import asyncio
import atexit
import functools
import io
import logging
import re
import sys
from collections.abc import MutableMapping
from datetime import UTC, datetime
from typing import Any

import orjson
import structlog

from shared import requests

HIDDEN = "[hidden]"
SECRET_NAMES = re.compile(
    r"pass(word|phrase|wd)?$|passw|token|secret|^pin$|_pin$|authorization|cookie|sealed|private|api_?key|^jwk$|dsn",
    re.IGNORECASE,
)
SECRET_TEXTS: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"eyJ[\w-]+(?:\.[\w-]*){2,4}"), HIDDEN),
    (re.compile(r"(?i)\b(bearer|basic)\s+[\w.~+/=-]+"), rf"\1 {HIDDEN}"),
    (re.compile(r"(?i)\b([a-z][a-z0-9+.-]*://)[^\s/@:]*:[^\s/@]*@"), rf"\1{HIDDEN}@"),
    (re.compile(r"(?i)((?:\b\w*(?:token|secret|password|pin)|[?&#]code)=)[^\s&\"'#,)]+"), rf"\1{HIDDEN}"),
    # A repr, a source line in a traceback, JSON within a text: `password='…'`, `"pin": "…"`.
    (re.compile(r"""(?i)((?:pass\w*|token|secret|pin)["']?\s*[:=]\s*b?)(["'])(?:\\.|(?!\2).)+\2"""), rf"\1{HIDDEN}"),
    # What PostgreSQL tells of the row that it refuses.
    (re.compile(r"(Failing row contains )\(.*\)"), rf"\1{HIDDEN}"),
    (re.compile(r"(Key \([^()]*\)=)\(.*?\)(?= )"), rf"\1{HIDDEN}"),
    (re.compile(r"\b[2-9A-HJKMNP-Z]{3}-[2-9A-HJKMNP-Z]{3}-[2-9A-HJKMNP-Z]{3}\b"), HIDDEN),
    (re.compile(r"\$argon2id?\$[^\s\"']+"), HIDDEN),
)
# Most texts are names, numbers and ids, which hold none of the above: one look tells.
PLAIN = re.compile(r"(?!.*\b[2-9]{3}-[2-9]{3}-[2-9]{3}\b)[a-z0-9_/{}.-]*")
PASSING = frozenset({"_record", "_from_structlog"})
DEEPEST = 8
PLAIN_TYPES = (bool, int, float)
Event = MutableMapping[str, Any]


def scrub(value: Any, name: str = "", depth: int = 0) -> Any:
    """Give a value without its secrets: by the name it stands under, and by what it looks like."""
    if value is None or isinstance(value, PLAIN_TYPES):
        return value
    if name and _is_secret(name):
        return HIDDEN
    if isinstance(value, str | bytes):
        return _scrub_text(value if isinstance(value, str) else value.decode("utf-8", "replace"))
    if depth < DEEPEST and isinstance(value, dict):
        return {_scrub_text(str(key)): scrub(one, str(key), depth + 1) for key, one in value.items()}
    if depth < DEEPEST and isinstance(value, list | tuple | set | frozenset):
        return [scrub(one, "", depth + 1) for one in value]
    return _scrub_text(str(value))


@functools.lru_cache(maxsize=1024)
def _is_secret(name: str) -> bool:
    return SECRET_NAMES.search(name) is not None


def _scrub_text(text: str) -> str:
    if PLAIN.fullmatch(text):
        return text
    for pattern, instead in SECRET_TEXTS:
        text = pattern.sub(instead, text)
    return text


def _scrubbing(logger: Any, method: str, event: Event) -> Event:
    del logger, method
    return {name: value if name in PASSING else scrub(value, name) for name, value in event.items()}


def _tying(logger: Any, method: str, event: Event) -> Event:
    del logger, method
    for name, value in requests.named().items():
        event.setdefault(name, value)
    return event


TALKATIVE = ("mail.log",)
"""Libraries that write what they carry at level debug, in pieces too small for scrubbing: the mail sink its mails."""

_configured: dict[str, Any] = {}
ONE_LINE = orjson.OPT_UTC_Z | orjson.OPT_APPEND_NEWLINE
_requests: list[str] = []
"""The service's name, when lines of requests may go straight out."""
_lines: list[bytes] = []
"""Lines of requests that are to be written in a moment."""
LINGER = 0.02


def write_request(facts: dict[str, Any]) -> bool:
    """Write the line of a request by the short way; False when it must go the long one.

    Every request has one, and nobody's text stands in it but two ids, already looked at, so it
    needs neither scrubbing nor the machinery of a logger: that is a third of what an answer
    costs. Those of `LINGER` seconds are written together: a process that is killed takes them with it.
    """
    if not _requests:
        return False
    origin = requests.current()
    facts["request_id"] = origin.request_id
    facts["correlation_id"] = origin.correlation_id
    facts["level"] = "info"
    facts["service"] = _requests[0]
    facts["timestamp"] = datetime.now(UTC)
    _lines.append(orjson.dumps(facts, option=ONE_LINE))
    if len(_lines) % 100 == 1:  # the first one, as a rule; more than once should a loop have ended before its turn
        asyncio.get_running_loop().call_later(LINGER, _write_lines)
    return True


def _write_lines() -> None:
    if _lines:
        text = b"".join(_lines).decode()
        _lines.clear()
        sys.stdout.write(text)
        sys.stdout.flush()


atexit.register(_write_lines)


def configure(service: str, level: str = "info", *, development: bool = False) -> None:
    """Send everything, our own lines and those of libraries, to standard output."""
    _configured.update(service=service, level=level, development=development)
    _send(service, level, development=development)


def toggle_debug() -> None:
    """Write everything, or again only what was configured: from one signal to the next, while the process runs."""
    level = "debug" if logging.getLogger().level != logging.DEBUG else _configured["level"]
    _send(_configured["service"], level, development=_configured["development"])
    structlog.get_logger().warning("log level changed", to=level)


def _send(service: str, level: str, *, development: bool) -> None:
    structlog.reset_defaults()
    _requests[:] = [service] if level in ("debug", "info") and not development else []

    def naming(logger: Any, method: str, event: Event) -> Event:
        del logger, method
        event.setdefault("service", service)
        return event

    before: list[Any] = [
        _tying,
        structlog.processors.format_exc_info,
        _scrubbing,
        structlog.stdlib.add_log_level,
        naming,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    rendering: Any = structlog.processors.JSONRenderer(ensure_ascii=False)
    if development:
        rendering = structlog.dev.ConsoleRenderer(colors=False)
    structlog.configure(
        processors=[*before, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.make_filtering_bound_logger(level),
        cache_logger_on_first_use=False,
    )
    if isinstance(sys.stdout, io.TextIOWrapper):
        # A lone surrogate, which no UTF-8 holds, is then written as JSON writes it.
        sys.stdout.reconfigure(encoding="utf-8", errors="backslashreplace")
    formatter = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=before,
        processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, rendering],
    )
    _take_over(formatter, level.upper())


def _take_over(formatter: logging.Formatter, level: str) -> None:
    """Have whatever is logged by anybody go out in our form."""
    output = logging.StreamHandler(sys.stdout)
    output.setFormatter(formatter)
    root = logging.getLogger()
    root.handlers[:] = [output]
    root.setLevel(level)
    for name in TALKATIVE:
        logging.getLogger(name).setLevel(max(root.level, logging.INFO))
