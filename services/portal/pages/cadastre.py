"""[Cadastre] and [Arpentage]: the files of a surveyor, read by whoever follows them (Q9, Q12, Q18, Q19)."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from aiohttp import web

from services.portal import contexts, fields, rules, schemas
from services.portal.backend import Refused
from services.portal.routing import Page, Who
from services.portal.visits import APPLICATION

if TYPE_CHECKING:
    from services.portal.visits import Visit


async def files(visit: Visit) -> web.Response:
    """List the cadastre files with their unread marks [Suivi de dossiers] (Q12, Q18)."""
    found = await visit.surveyor_api.read(schemas.Files, visit.at("/v1/files"))
    return visit.show("cadastre/files.html", files=found.files, survey=False)


async def survey_files(visit: Visit) -> web.Response:
    """List the survey files [Arpentage]."""
    found = await visit.surveyor_api.read(schemas.Files, visit.at("/v1/survey-files"))
    return visit.show("cadastre/files.html", files=found.files, survey=True)


async def show_file(visit: Visit) -> web.Response:
    """Show a file with its messages; who opens it has read it, for the surveyor too (Q12)."""
    found = await _file(visit)
    if found.unread and not visit.look and rules.opened_by_hand(visit.request.headers):
        await visit.surveyor_api.post(f"{_path_of(visit)}/reading")
    return visit.show("cadastre/file.html", file=found)


async def _file(visit: Visit) -> schemas.FileWithMessages:
    return await visit.surveyor_api.read(schemas.FileWithMessages, _path_of(visit))


def _path_of(visit: Visit) -> str:
    number = visit.param("number")
    if not number.isascii() or not number.isdecimal():
        raise web.HTTPNotFound
    return visit.at(f"/v1/files/{number}")


async def show_extend(visit: Visit) -> web.Response:
    """Ask for a later closing date."""
    return visit.show("cadastre/extend.html", file=await _file(visit))


async def extend(visit: Visit) -> web.Response:
    """Extend the closing date [Prolongement de la date de fermeture] (Q36)."""
    fields.ensure_given(visit, ("closes_on",))
    file = await _file(visit)
    closes_on = visit.form["closes_on"]
    if closes_on and file.closes_on and closes_on <= file.closes_on:
        visit.form.fault("closes_on", visit.text("Choisissez une date plus tardive que la date actuelle."))
    if visit.form.wrong:
        return visit.show("cadastre/extend.html", file=file)
    try:
        await visit.surveyor_api.post(f"{_path_of(visit)}/extensions", {"closes_on": closes_on})
    except Refused as refusal:
        ours = {"closes_on": visit.text("Entrez une date, AAAA-MM-JJ.")}
        visit.form.refuse(refusal, {}, ours)
        return visit.show("cadastre/extend.html", file=file)
    done = visit.text("La date de fermeture du dossier %(number)s est prolongée.", number=file.number)
    return visit.go("file", number=visit.param("number"), done=done)


async def requests(visit: Visit) -> web.Response:
    """List what was asked through the services in the surveyor's name (Q13)."""
    found, catalogue = await asyncio.gather(
        visit.surveyor_api.read(schemas.Requests, visit.at("/v1/requests")), visit.api.get("/delegation/v1/services")
    )
    names = {one["id"]: one["name"][visit.language.value] for one in catalogue["services"]}
    names["closing-date-extension"] = visit.text("Prolongement de la date de fermeture")
    return visit.show("cadastre/requests.html", requests=found.requests, names=names, people=_people(visit))


def _people(visit: Visit) -> dict[str, str]:
    """Name those whom the visitor knows: himself, and the surveyors for whom he may act."""
    able = contexts.all_of(visit.known, visit.person.person)
    return {str(one.person): one.name for one in able} | {str(visit.person.person): visit.person.name}


async def open_file_of_letter(visit: Visit) -> web.Response:
    """Lead from an alert's link to the file in the context of the surveyor responsible, or ask in whose (Q11).

    The link names the application that raised the alert.
    """
    number, slug = visit.param("number"), visit.param(APPLICATION, visit.application.slug)
    own = contexts.own(await visit.me(), visit.person.person)
    able = contexts.all_of(visit.known, visit.person.person)
    if own is None and len(able) != 1:
        return visit.go("choose", dossier=number, matricule=None, **{APPLICATION: slug})
    return visit.go(visit.page_of(slug, "file"), number=number, matricule=(own or able[0]).matricule)


SURVEYOR = Who.SURVEYOR
START = "/cadastre"
FILE = f"{START}/dossiers/{{number}}", f"{START}/files/{{number}}"

PAGES = (
    Page("files", START, START, files, who=SURVEYOR),
    Page("survey-files", "/arpentage", "/survey", survey_files, who=SURVEYOR),
    Page("file", *FILE, show_file, who=SURVEYOR),
    Page("file-extend", f"{FILE[0]}/prolongement", f"{FILE[1]}/extension", show_extend, extend, who=SURVEYOR),
    Page("requests", f"{START}/demandes", f"{START}/requests", requests, who=SURVEYOR),
    Page("file-of-letter", "/file/{number}", "/file/{number}", open_file_of_letter),
)
