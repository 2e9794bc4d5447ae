"""Downloads over HTTP."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import aclosing
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from uuid import UUID

import structlog
from aiohttp import hdrs, web

from services.audit.exports import jobs, rows, store, texts
from services.audit.exports.schemas import MEDIA_TYPES, Download, Export, Exports, Format, Prepare, State
from shared.contracts import permissions
from shared.contracts.permissions import Permission
from shared.contracts.problems import audit as problems
from shared.contracts.problems import common
from shared.web import answering, throttle
from shared.web.routing import Call

if TYPE_CHECKING:
    from services.audit.app import Deps

log = structlog.get_logger()

LIMIT = throttle.Limit(120, 600)
"""Downloads of one person: each is work for many lists."""


async def download_xlsx(call: Call[Deps], query: Download) -> web.StreamResponse:
    """Download the caller’s list as an Excel file (Q34)."""
    return await _download(call, query, Format.XLSX)


async def download_pdf(call: Call[Deps], query: Download) -> web.StreamResponse:
    """Download the caller’s list as a PDF of at most 2,000 activities (Q34)."""
    return await _download(call, query, Format.PDF)


async def download_csv(call: Call[Deps], query: Download) -> web.StreamResponse:
    """Download the caller’s list as CSV."""
    return await _download(call, query, Format.CSV)


async def download_jsonl(call: Call[Deps], query: Download) -> web.StreamResponse:
    """Download the caller’s list as JSON Lines."""
    return await _download(call, query, Format.JSONL)


async def _download(call: Call[Deps], query: Download, kind: Format) -> web.StreamResponse:
    person = call.principal.user_id
    await throttle.spend(call.deps.pool, f"download:{person}", LIMIT)
    asked = asked_by(call, person, query)
    await call.deps.desk.ensure_fits(asked, kind, waited_for=True)
    name = texts.file_name(kind, asked.made_at, asked.language)
    async with aclosing(call.deps.desk.write(asked, kind)) as parts:
        return await send(call.request, parts, MEDIA_TYPES[kind], name, asked.language)


async def prepare(call: Call[Deps], body: Prepare) -> Export:
    """Have a file prepared in the background; an e-mail tells when it is ready."""
    person = call.principal.user_id
    if body.everything and not reads_all(call):
        raise common.NotPermitted
    await throttle.spend(call.deps.pool, f"download:{person}", LIMIT)
    asked = asked_by(call, None if body.everything else person, body)
    return await jobs.ask(call.deps.desk, asked, person, body)


def reads_all(call: Call[Deps]) -> bool:
    """Tell whether the caller may read the whole register."""
    return permissions.holds(call.principal.kind, Permission.OPERATOR_ACTIVITY_READ)


async def list_exports(call: Call[Deps]) -> Exports:
    """List the files that the caller asked for and that are kept."""
    rows_ = await store.list_exports(call.deps.pool, call.principal.user_id)
    return Exports(exports=[jobs.shown(row) for row in rows_])


async def find_export(call: Call[Deps], export_id: UUID) -> Export:
    """Tell how far a file is."""
    return await jobs.find(call.deps.pool, export_id, call.principal.user_id, reads_all=reads_all(call))


async def cancel_export(call: Call[Deps], export_id: UUID) -> None:
    """Give up a file that is prepared, or one that is ready."""
    await jobs.cancel(call.connection, export_id, call.principal.user_id)


async def fetch_export(call: Call[Deps], export_id: UUID) -> web.StreamResponse:
    """Download a file that was prepared, as its owner."""
    found = await jobs.find(call.deps.pool, export_id, call.principal.user_id, reads_all=reads_all(call))
    if found.state is not State.READY:
        raise problems.ExportNotReady
    name = texts.file_name(found.format, found.asked_at, call.language)
    async with aclosing(jobs.parts(call.deps.pool, export_id)) as parts:
        return await send(call.request, parts, MEDIA_TYPES[found.format], name, call.language)


def asked_by(call: Call[Deps], viewer: UUID | None, query: Download) -> rows.Asked:
    """Note who asked for what, in which language, and when."""
    return rows.Asked(
        pool=call.deps.pool,
        viewer=viewer,
        name=call.principal.name,
        query=query,
        language=query.lang or call.language,
        made_at=datetime.now(UTC).replace(microsecond=0),
    )


async def send(
    request: web.Request, parts: AsyncIterator[bytes], media_type: str, name: str, language: str
) -> web.StreamResponse:
    """Send a file as it is made. What fails before the first part is answered; later the connection is cut.

    A file that was cut off must not look complete: without the end of its chunks it does not.
    """
    headers = answering.HEADERS | {
        "Content-Type": media_type,
        "Content-Disposition": f'attachment; filename="{name}"',
        "Content-Language": language,
    }
    if request.method == hdrs.METH_HEAD:
        return web.Response(headers=headers)
    first = await anext(parts, b"")
    response = web.StreamResponse(headers=headers)
    await response.prepare(request)
    try:
        await response.write(first)
        async for part in parts:
            await response.write(part)
        await response.write_eof()
    except ConnectionError:
        pass  # who asked has gone
    except Exception:
        log.exception("download cut off")
        if request.transport is not None:
            request.transport.abort()
    return response
