"""One application: its messages, files, inspections, fees, contact company, and what the visitor may do (O13, O16)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aiohttp import web

from services.portal import downloads, fields, schemas
from services.portal.backend import Refused
from services.portal.catalogues import marked
from services.portal.pages import permits
from services.portal.routing import Page
from services.portal.visits import APPLICATION

if TYPE_CHECKING:
    from services.portal.visits import Visit

INSPECTIONS = {
    "footing": marked("Semelles"),
    "framing": marked("Charpente"),
    "plumbing": marked("Plomberie"),
    "final": marked("Finale"),
}
RESULTS = {
    "passed": marked("Réussie"),
    "failed": marked("Non réussie"),
    "cancelled": marked("Annulée"),
}
LARGEST = 26 * 1024 * 1024
"""Bytes of a form with a file of at most 25 MiB."""
FAULTS = {
    "day-not-possible": "wanted_on",
    "file-not-taken": "file",
    "too-many-files": "file",
    "company-not-found": "contact",
}


def path_of(visit: Visit) -> str:
    """Give the address of what the page shows, at its connected application."""
    return visit.at(f"/v1/applications/{visit.param('application')}")


async def show(visit: Visit) -> web.Response:
    """Show the application; what the city wrote counts as read."""
    found = await visit.api.read(schemas.WholeApplication, path_of(visit))
    if found.unread and visit.request.method == "GET" and not visit.look:
        await visit.api.post(f"{path_of(visit)}/reading")
    name = visit.param("nom").strip()[:100]
    companies = None
    if len(name) > 1:
        companies = (await visit.api.get("/accounts/v1/companies", name=name))["companies"]
    tables = {"inspections": INSPECTIONS, "results": RESULTS}
    more: dict[str, Any] = {
        key: {one: visit.text(french) for one, french in table.items()} for key, table in tables.items()
    }
    return visit.show(
        "permits/application.html", one=found, companies=companies, searched=name, **more, **permits.words(visit)
    )


async def open_application_of_letter(visit: Visit) -> web.Response:
    """Lead from an alert’s link to the application, or to those that the visitor sees when it is none of them.

    The link names the connected application that raised the alert.
    """
    number = visit.param("number")[:40]
    slug = visit.request.query.get(APPLICATION) or visit.application.slug
    own = visit.page_of(slug, "application-of-letter")
    if own != visit.page.name:
        return visit.go(own, number=number, matricule=None)
    found = await visit.api.read(schemas.Applications, visit.at("/v1/applications"), number=number)
    if found.applications:
        return visit.go("application", application=found.applications[0].id, matricule=None)
    said = visit.text("La demande de ce courriel n’est pas parmi celles que vous voyez.")
    return visit.go_to(visit.url("applications", matricule=None), done=said, kind="note")


async def _do(visit: Visit, done: str, method: str, path: str, *body: dict[str, Any]) -> web.Response:
    """Do one thing on the application, and come back to it."""
    try:
        await getattr(visit.api, method)(f"{path_of(visit)}{path}", *body)
    except Refused as refusal:
        visit.form.refuse(refusal, FAULTS, fields.words(visit, refusal))
        return await show(visit)
    return visit.go("application", application=visit.param("application"), done=done)


async def write(visit: Visit) -> web.Response:
    """Write to the city’s reviewers."""
    if not visit.form["body"].strip():
        visit.form.fault("body", visit.text("Écrivez votre message."))
        return await show(visit)
    return await _do(visit, visit.text("Le message est envoyé."), "post", "/messages", {"body": visit.form["body"]})


async def inspect(visit: Visit) -> web.Response:
    """Ask for an inspection."""
    if not visit.form["wanted_on"]:
        visit.form.fault("wanted_on", visit.text("Choisissez le jour de l’inspection."))
        return await show(visit)
    body = {name: visit.form[name] for name in ("kind", "wanted_on", "note")}
    return await _do(visit, visit.text("L’inspection est demandée."), "post", "/inspections", body)


async def name_contact(visit: Visit) -> web.Response:
    """Name the contact company [personne-ressource], or none (O16)."""
    if visit.form["deed"] == "remove":
        return await _do(visit, visit.text("La personne-ressource est retirée."), "delete", "/contact")
    if not visit.form["contact"]:
        visit.form.fault("contact", visit.text("Choisissez une entreprise."))
        return await show(visit)
    done = visit.text("La personne-ressource est enregistrée.")
    return await _do(visit, done, "put", "/contact", {"account": visit.form["contact"]})


async def upload(visit: Visit) -> web.Response:
    """Add a file; it goes through as it comes, never held here."""
    if visit.upload is None:
        visit.form.fault("file", visit.text("Choisissez un fichier."))
        return await show(visit)
    try:
        await visit.api.send(f"{path_of(visit)}/files", visit.upload.chunks(), name=visit.upload.name[:300])
    except Refused as refusal:
        visit.form.refuse(refusal, FAULTS, fields.words(visit, refusal))
        return await show(visit)
    done = visit.text("Le fichier est téléversé.")
    return visit.go("application", application=visit.param("application"), done=done)


async def remove_file(visit: Visit) -> web.Response:
    """Remove a file."""
    return await _do(visit, visit.text("Le fichier est retiré."), "delete", f"/files/{visit.form['file_id']}")


async def download(visit: Visit) -> web.StreamResponse:
    """Give a file as it is, always to be saved."""
    return await downloads.hand_on(visit, f"{path_of(visit)}/files/{visit.param('file')}", "document")


ONE, FILE = "{application:[0-9a-f-]+}", "{file:[0-9a-f-]+}"
FR, EN = f"/demandes/{ONE}", f"/applications/{ONE}"
PAGES = (
    Page("application", FR, EN, show),
    Page("application-of-letter", "/application/{number}", "/application/{number}", open_application_of_letter),
    Page("application-message", f"{FR}/messages", f"{EN}/messages", show, write),
    Page("application-inspection", f"{FR}/inspections", f"{EN}/inspections", show, inspect),
    Page("application-contact", f"{FR}/personne-ressource", f"{EN}/contact", show, name_contact),
    Page("application-upload", f"{FR}/fichiers", f"{EN}/files", show, upload, limit=LARGEST, seconds=120.0),
    Page("application-file-removal", f"{FR}/fichiers/retrait", f"{EN}/files/removal", show, remove_file),
    Page("application-file", f"{FR}/fichiers/{FILE}", f"{EN}/files/{FILE}", download, seconds=downloads.LONGEST),
)
