"""Logs: one JSON object a line, with the ids of the request, and without secrets."""

from __future__ import annotations

import logging
import re
import sys
from collections.abc import MutableMapping
from typing import Any

import structlog

HIDDEN = "[hidden]"
SECRET_NAMES = re.compile(
    r"pass(word|phrase|wd)?$|passw|token|secret|^pin$|_pin$|authorization|cookie|sealed|private|api_?key|^jwk$|dsn",
    re.IGNORECASE,
)
SECRET_TEXTS: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"eyJ[\w-]+(?:\.[\w-]*){2,4}"), HIDDEN),
    (re.compile(r"(?i)\b(bearer|basic)\s+[\w.~+/=-]+"), rf"\1 {HIDDEN}"),
    (re.compile(r"(?i)\b([a-z][a-z0-9+.-]*://)[^\s/@:]*:[^\s/@]*@"), rf"\1{HIDDEN}@"),
    (re.compile(r"(?i)([?&](?:token|code|secret|password|pin)=)[^\s&\"'#]+"), rf"\1{HIDDEN}"),
    (re.compile(r"\b[2-9A-HJKMNP-Z]{3}-[2-9A-HJKMNP-Z]{3}-[2-9A-HJKMNP-Z]{3}\b"), HIDDEN),
    (re.compile(r"\$argon2id?\$[^\s\"']+"), HIDDEN),
)
DEEPEST = 8
Event = MutableMapping[str, Any]


def scrub(value: Any, name: str = "", depth: int = 0) -> Any:
    """Give a value without its secrets: by the name it stands under, and by what it looks like."""
    if name and SECRET_NAMES.search(name) and not isinstance(value, bool | int | float | None):
        return HIDDEN
    if isinstance(value, str):
        return _scrub_text(value)
    if isinstance(value, bytes):
        return _scrub_text(value.decode("utf-8", "replace"))
    if depth < DEEPEST and isinstance(value, dict):
        return {key: scrub(one, str(key), depth + 1) for key, one in value.items()}
    if depth < DEEPEST and isinstance(value, list | tuple | set | frozenset):
        return [scrub(one, "", depth + 1) for one in value]
    return value if isinstance(value, bool | int | float | None) else _scrub_text(str(value))


def _scrub_text(text: str) -> str:
    for pattern, instead in SECRET_TEXTS:
        text = pattern.sub(instead, text)
    return text


def _scrubbing(logger: Any, method: str, event: Event) -> Event:
    del logger, method
    return {name: scrub(value, name) for name, value in event.items()}


def configure(service: str, level: str = "info", *, development: bool = False) -> None:
    """Send everything, our own lines and those of libraries, to standard output."""
    structlog.reset_defaults()

    def naming(logger: Any, method: str, event: Event) -> Event:
        del logger, method
        event.setdefault("service", service)
        return event

    before: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        naming,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
        _scrubbing,
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
    output = logging.StreamHandler(sys.stdout)
    output.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=before,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, rendering],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [output]
    root.setLevel(level.upper())
