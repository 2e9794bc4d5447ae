"""Files over HTTP: received as they come, given back as attachments."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING
from urllib.parse import quote
from uuid import UUID

from aiohttp import web

from examples.permits import access, schemas, store
from examples.permits.api import caller
from examples.permits.commands import files
from shared.contracts.problems import common
from shared.web.routing import MEBIBYTE, Call

if TYPE_CHECKING:
    from aiohttp import StreamReader
    from asyncpg import Record

    from examples.permits.app import Deps

LARGEST = 25 * MEBIBYTE
PATIENCE = 30.0
"""Seconds in which the next bytes must come."""


async def add(call: Call[Deps], application_id: UUID, query: schemas.Upload) -> schemas.File:
    """Add a file: PDF, PNG or JPEG by its content, 25 MiB at most; the body is the file itself."""
    deps, person = call.deps, caller(call)
    await access.rights(deps.mandat, await store.find_application(deps.pool, application_id), person.id)
    async with deps.storage.receive(_chunks(call.request.content), LARGEST) as received:
        async with deps.pool.transaction() as connection:
            row = await files.add(connection, deps.mandat, person, application_id, received, query.name)
        if row["id"] != received.id:  # the same content was there already
            await deps.storage.remove(received.id)
    deps.wake.call()
    return schemas.File(**dict(row))


async def _chunks(content: StreamReader) -> AsyncIterator[bytes]:
    chunks = content.iter_any()
    while True:
        async with asyncio.timeout(PATIENCE):
            chunk = await anext(chunks, None)
        if chunk is None:
            return
        yield chunk


async def give(call: Call[Deps], application_id: UUID, file_id: UUID) -> web.StreamResponse:
    """Give a file back, as an attachment under its safe name."""
    deps = call.deps
    application = await store.find_application(deps.pool, application_id)
    await access.rights(deps.mandat, application, call.principal.user_id)
    return await _attachment(deps, await store.find_file(deps.pool, application_id, file_id))


async def give_for_review(call: Call[Deps], application_id: UUID, file_id: UUID) -> web.StreamResponse:
    """Give a file to a reviewer, as an attachment under its safe name."""
    return await _attachment(call.deps, await store.find_file(call.deps.pool, application_id, file_id))


async def _attachment(deps: Deps, file: Record | None) -> web.StreamResponse:
    if file is None:
        raise common.NotFound
    headers = {
        "Content-Type": file["media_type"],
        "Content-Disposition": f"attachment; filename*=UTF-8''{quote(file['name'], safe='')}",
        "Content-Security-Policy": "sandbox; default-src 'none'",
        "X-Content-Type-Options": "nosniff",
    }
    return web.FileResponse(deps.storage.path(file["id"]), headers=headers)


async def remove(call: Call[Deps], application_id: UUID, file_id: UUID) -> None:
    """Remove a file."""
    await files.remove(call.connection, call.deps.mandat, caller(call), application_id, file_id)
    call.deps.wake.call()
