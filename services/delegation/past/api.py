"""Attestations over HTTP."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING
from uuid import UUID

from aiohttp import web

from services.delegation.past import commands, schemas, store
from shared.contracts.permissions import Kind
from shared.contracts.problems import common
from shared.web.routing import Call

if TYPE_CHECKING:
    from services.delegation.app import Deps


async def attest(call: Call[Deps], body: schemas.Wanted) -> schemas.Attestation:
    """Attest who could act for a surveyor at a moment of the past."""
    caller = call.principal.user_id
    commands.ensure_concerned(body, caller, operator=call.principal.kind is Kind.OPERATOR)
    return await commands.attest(call.connection, call.deps.catalogue, body, caller)


async def show_attestation(call: Call[Deps], reference: UUID) -> schemas.Attestation:
    """Show what was attested, to whoever holds the paper with its reference."""
    return await _find(call, reference)


async def print_attestation(call: Call[Deps], reference: UUID) -> web.StreamResponse:
    """Give an attestation as a PDF in both languages."""
    from services.delegation.past import paper  # noqa: PLC0415 - only who prints waits for the typesetter

    found = await _find(call, reference)
    address = f"{call.deps.settings.public_url}/delegation/v1/attestations/{reference}"
    content = await asyncio.to_thread(paper.write, found, address)
    name = f'inline; filename="attestation-{reference}.pdf"'
    return web.Response(body=content, content_type="application/pdf", headers={"Content-Disposition": name})


async def _find(call: Call[Deps], reference: UUID) -> schemas.Attestation:
    content = await store.find_attestation(call.deps.pool, reference)
    if content is None:
        raise common.NotFound
    return schemas.Attestation(reference=reference, content=schemas.Content.model_validate(content))
