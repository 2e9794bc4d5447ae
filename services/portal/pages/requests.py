"""The forms of the services, and the deposit that is shown but reserved (Q9, Q10)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from aiohttp import web

from services.portal import contexts, schemas
from services.portal.backend import Refused
from services.portal.catalogues import marked
from services.portal.routing import Page, Who

if TYPE_CHECKING:
    from services.portal.visits import Visit


@dataclass(frozen=True, slots=True)
class Asked:
    """One field of a service's form. A `file` is chosen among the surveyor's own."""

    name: str
    words: str
    kind: str = "text"
    required: bool = True
    value: str = ""
    wrong: str = field(kw_only=True)


LOT = Asked("lot", marked("Numéro de lot"), wrong=marked("Entrez le numéro du lot."))
LOTS = Asked("lots", marked("Nombre de lots"), "number", value="1", wrong=marked("Entrez un nombre de 1 à 500."))
PRODUCT = Asked("product", marked("Produit"), wrong=marked("Entrez le produit voulu."))
COPIES = Asked(
    "copies", marked("Nombre d’exemplaires"), "number", value="1", wrong=marked("Entrez un nombre de 1 à 100.")
)
FILE = Asked("file_number", marked("No Dossier"), "file", wrong=marked("Choisissez un dossier."))
ANY_FILE = Asked("file_number", marked("No Dossier"), "file", required=False, wrong=marked("Choisissez un dossier."))

DEPOSIT = "update-request-deposit"
FORMS: dict[str, tuple[str, tuple[Asked, ...]]] = {
    "lot-reservation": ("/v1/lot-reservations", (LOTS, ANY_FILE)),
    "lot-correction-verification": ("/v1/lot-corrections", (LOT, ANY_FILE)),
    "product-order": ("/v1/product-orders", (PRODUCT, COPIES, ANY_FILE)),
    "update-request-prevalidation": ("/v1/prevalidations", (FILE,)),
    DEPOSIT: ("/v1/deposits", (FILE,)),
}
"""Which services have a form, where it goes and what it asks; the two others are lists of files."""
LISTS = {"cadastre-file-tracking": "files", "survey-file-tracking": "survey-files"}


async def services(visit: Visit) -> web.Response:
    """Show the catalogue: six services, and the deposit with the reason why it is not delegated (Q9, Q10)."""
    if not visit.application.services:
        raise web.HTTPNotFound
    return visit.show("cadastre/services.html", services=await _offered(visit), lists=LISTS)


async def _offered(visit: Visit) -> list[dict[str, Any]]:
    """Give what the application offers of the catalogue, whose names and rules are delegation’s."""
    found = await visit.api.get("/delegation/v1/services")
    return [one for one in found["services"] if visit.application.offers(one["id"])]


async def show_service(visit: Visit) -> web.Response:
    """Show the form of a service; for the deposit in another's name, why there is none."""
    service = await _service(visit)
    assert visit.context is not None
    if service["reserved"] and not visit.context.own:
        own = contexts.own(await visit.me(), visit.person.person)
        return visit.show("cadastre/reserved.html", status=403, service=service, own=own, typed=visit.form.values)
    found = await visit.surveyor_api.read(schemas.Files, visit.at("/v1/files"))
    asked = FORMS[service["id"]][1]
    return visit.show("cadastre/service.html", service=service, asked=asked, files=found.files)


async def _service(visit: Visit) -> dict[str, Any]:
    wanted = visit.param("service")
    offered = await _offered(visit) if wanted in FORMS else []
    service = next((one for one in offered if one["id"] == wanted), None)
    if service is None:
        raise web.HTTPNotFound
    return dict(service)


async def send(visit: Visit) -> web.Response:
    """Make the request in the surveyor's name; what he reserved to himself is refused before anything is done."""
    service = await _service(visit)
    assert visit.context is not None
    if service["reserved"] and not visit.context.own:
        return await show_service(visit)
    path, asked = FORMS[service["id"]]
    body = _body(visit, asked)
    if visit.form.wrong:
        return await show_service(visit)
    try:
        await visit.surveyor_api.post(visit.at(path), body)
    except Refused as refusal:
        ours = {one.name: visit.text(one.wrong) for one in asked}
        visit.form.refuse(refusal, {"not-found": "file_number"}, ours | {"not-found": visit.text(FILE.wrong)})
        return await show_service(visit)
    done = visit.text("C’est fait : %(service)s.", service=service["name"][visit.language.value])
    return visit.go("requests", done=done)


def _body(visit: Visit, asked: tuple[Asked, ...]) -> dict[str, Any]:
    """Read the form; numbers as numbers, and what is empty and not required left out."""
    body: dict[str, Any] = {}
    for one in asked:
        value = visit.form[one.name].strip()
        if one.kind == "number" and value.isascii() and value.isdecimal() and len(value) < 6:
            body[one.name] = int(value)
        elif one.kind == "number" or (one.required and not value):
            visit.form.fault(one.name, visit.text(one.wrong))
        elif value:
            body[one.name] = value
    return body


SERVICES, SERVICES_EN = "/cadastre/services", "/cadastre/services"

PAGES = (
    Page("services", SERVICES, SERVICES_EN, services, who=Who.SURVEYOR),
    Page("service", f"{SERVICES}/{{service}}", f"{SERVICES_EN}/{{service}}", show_service, send, who=Who.SURVEYOR),
)
