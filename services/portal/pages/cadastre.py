"""[Cadastre] and [Arpentage]: the files of a surveyor, read by whoever follows them (Q9, Q12, Q18, Q19)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiohttp import web

from services.portal.routing import Page, Who

if TYPE_CHECKING:
    from services.portal.visits import Visit


async def files(visit: Visit) -> web.Response:
    """List the cadastre files with their unread marks [Suivi de dossiers] (Q12, Q18)."""
    found = await visit.surveyor_api.get("/cadastre/v1/files")
    return visit.show("cadastre/files.html", files=found["files"])


PAGES = (Page("files", "/cadastre", "/cadastre", files, who=Who.SURVEYOR),)
