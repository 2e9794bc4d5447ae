"""Imports over HTTP."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING
from uuid import UUID

from services.accounts import imports
from services.accounts.queries import imports as queries
from services.accounts.schemas import imports as schemas
from shared.contracts.problems import common
from shared.web.routing import MEBIBYTE, Call

if TYPE_CHECKING:
    from aiohttp import StreamReader

    from services.accounts.app import Deps

LARGEST = 64 * MEBIBYTE
PATIENCE = 30.0


async def import_roster(call: Call[Deps], import_id: UUID) -> schemas.Import:
    """Import a roster of licences as CSV; the same id again gives what came of it (O3)."""
    if call.request.content_type not in ("text/csv", "application/csv"):
        raise common.UnsupportedMediaType(expected="text/csv")
    await imports.import_roster(
        call.deps.pool,
        call.deps.secrets,
        _limited(call.request.content),
        import_id=import_id,
        started_by=f"user:{call.principal.user_id}",
    )
    return await queries.find_import(call.deps.pool, import_id)


async def _limited(content: StreamReader) -> AsyncIterator[bytes]:
    """Give what is sent, up to the limit; whoever stops sending must not keep others from importing."""
    received = 0
    chunks = content.iter_any()
    while True:
        async with asyncio.timeout(PATIENCE):
            chunk = await anext(chunks, None)
        if chunk is None:
            return
        received += len(chunk)
        if received > LARGEST:
            raise common.BodyTooLarge
        yield chunk


async def show_import(call: Call[Deps], import_id: UUID, query: schemas.FaultPage) -> schemas.Import:
    """Show how far an import is, with its faults after a line."""
    return await queries.find_import(call.deps.pool, import_id, query.after_line)


async def list_imports(call: Call[Deps]) -> schemas.Imports:
    """List the newest imports."""
    return await queries.list_imports(call.deps.pool)
