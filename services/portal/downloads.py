"""Files that a service gives, handed on while they come, always to be saved."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import aiohttp
import structlog
from aiohttp import hdrs, web

if TYPE_CHECKING:
    from services.portal.visits import Visit

log = structlog.get_logger()

NAMED = re.compile(r"""filename\*?=["\w.'()%-]+""", re.ASCII)
CHUNK = 65_536
LONGEST = 600.0
"""Seconds that a file may take on its way."""


async def hand_on(visit: Visit, path: str, fallback: str, **query: str) -> web.StreamResponse:
    """Give the file at a path of a service; it is called as the service says, or as `fallback`."""
    async with visit.api.opened(path, **query) as answer:
        response = web.StreamResponse(headers={hdrs.CACHE_CONTROL: "no-store", hdrs.CONTENT_TYPE: answer.content_type})
        given = NAMED.findall(answer.headers.get(hdrs.CONTENT_DISPOSITION, "")) or [f'filename="{fallback}"']
        response.headers[hdrs.CONTENT_DISPOSITION] = "; ".join(["attachment", *given])
        response.headers["X-Content-Type-Options"] = "nosniff"
        await response.prepare(visit.request)
        try:
            async for chunk in answer.content.iter_chunked(CHUNK):
                await response.write(chunk)
            await response.write_eof()
        except (aiohttp.ClientError, TimeoutError) as error:
            # No page can follow what has begun: the browser is to see that the file is not whole.
            log.warning("file broke off", reason=type(error).__name__)
            if visit.request.transport is not None:
                visit.request.transport.abort()
    return response
