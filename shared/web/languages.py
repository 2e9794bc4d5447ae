"""French or English: what the caller prefers."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from shared.contracts.people import Language

if TYPE_CHECKING:
    from aiohttp import web


def of(request: web.Request, token_language: str | None = None) -> Language:
    """Negotiate French or English: the Accept-Language header, else the token's, else French."""
    header = request.headers.get("Accept-Language")
    for weight, tag in sorted(map(_weighed, header[:200].split(",")), key=lambda one: -one[0]) if header else ():
        if weight > 0 and tag in ("fr", "en"):
            return Language(tag)
    return Language(token_language) if token_language in ("fr", "en") else Language.FR


def _weighed(part: str) -> tuple[float, str]:
    """Read one preference, `fr-CA;q=0.8` (RFC 9110 §12.5.4)."""
    tag, _, weight = part.partition(";")
    found = re.fullmatch(r"\s*q=([01](?:\.\d{0,3})?)\s*", weight)
    return float(found.group(1)) if found else 1.0, tag.strip().lower()[:2]
