"""[Vérifier un document]: whether a downloaded list of activities is as it was given out, for anybody who has one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiohttp import web

from services.portal import fields
from services.portal.backend import Refused
from services.portal.routing import Page, Who

if TYPE_CHECKING:
    from services.portal.visits import Visit

KINDS = {
    "pdf": "application/pdf",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "jsonl": "application/jsonl",
}
LARGEST = 17 * 1024 * 1024


async def show_proof(visit: Visit) -> web.Response:
    """Explain the seal, and ask for the file."""
    latest = None
    try:
        latest = await visit.api.get("/audit/v1/checkpoints/latest")
    except Refused as refusal:
        if refusal.status != 404:
            raise
    return visit.show("public/proof.html", latest=latest, found=None)


async def prove(visit: Visit) -> web.Response:
    """Have the file checked, and say what was found, row by row where something is wrong."""
    kind = KINDS.get(visit.upload.name.rpartition(".")[2].lower()) if visit.upload else None
    if visit.upload is None or kind is None:
        visit.form.fault("file", visit.text("Choisissez un fichier PDF, Excel ou JSON Lines téléchargé de Mandat."))
        return await show_proof(visit)
    try:
        found = await visit.api.send("/audit/v1/verifications", visit.upload.chunks(), kind=kind)
    except Refused as refusal:
        visit.form.refuse(refusal, {}, fields.words(visit, refusal))
        return await show_proof(visit)
    return visit.show("public/proof.html", latest=None, found=found, name=visit.upload.name)


PAGES = (Page("proof", "/verifier", "/check", show_proof, prove, who=Who.ANYONE, limit=LARGEST, seconds=90.0),)
