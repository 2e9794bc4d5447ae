"""[Exploitation]: the state of the services, what they parked, the delivery of e-mails, imports."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from aiohttp import web

from services.portal.answers import Unreachable
from services.portal.applications import EXAMPLES
from services.portal.backend import Refused
from services.portal.catalogues import marked
from services.portal.routing import Page, Who
from shared import ids
from shared.contracts.people import Language

if TYPE_CHECKING:
    from services.portal.visits import Visit

HEARING = ("accounts", "audit", "delegation", "notifications")
"""The services that hear events, and may park some."""
SERVICES = ("identity", *HEARING)
LATE = 10.0
"""Seconds after which an event that was not sent is one too long."""
EMAIL_STATES = {
    "queued": marked("En attente"),
    "sending": marked("En cours d’envoi"),
    "sent": marked("Envoyés"),
    "bounced": marked("Refusés par le destinataire"),
    "failed": marked("Abandonnés"),
    "unknown": marked("Issue inconnue"),
}
LARGEST = 64 * 1024 * 1024
"""Bytes of a roster: some 500,000 rows."""
PATIENCE = 600.0
COLUMNS = {
    "first_name": "prenom",
    "last_name": "nom",
    "email": "courriel",
    "office": "bureau",
    "number": "numero",
    "kind": "genre",
    "legal_name": "denomination_sociale",
    "operating_name": "exercant_sous_le_nom_de",
    "tarion_number": "numero_tarion",
    "phone": "telephone",
    "street": "rue",
    "unit": "unite",
    "city": "ville",
    "postal_code": "code_postal",
    "language": "langue",
    "references": "demandes",
}
"""How the columns of French files are named whose faults the service names in English."""


async def show_state(visit: Visit) -> web.Response:
    """Show how the services are, and what they parked, by cause."""
    connected = (*EXAMPLES, *visit.deps.settings.applications)
    found, answering = await asyncio.gather(
        asyncio.gather(*(_state(visit, name) for name in SERVICES)),
        asyncio.gather(*(visit.deps.backend.answers(visit.caller, one.slug) for one in connected)),
    )
    services = dict(zip(SERVICES, found, strict=True))
    applications = list(zip(connected, answering, strict=True))
    return visit.show("operators/state.html", services=services, applications=applications, late=LATE)


async def _state(visit: Visit, name: str) -> dict[str, Any]:
    """Ask one service how it is; what it does not tell is None."""
    if name not in HEARING:
        return {"groups": [], "health": await _health(visit, name)}
    groups, health = await asyncio.gather(_parked(visit, name), _health(visit, name))
    return {"groups": groups, "health": health}


async def _health(visit: Visit, name: str) -> dict[str, Any] | None:
    """Give what a service knows of its database, its outbox and its workers; of one replica where it has several."""
    try:
        found = await visit.deps.backend.health(visit.caller, name)
    except (Unreachable, Refused):
        return None
    backlog: dict[str, Any] | None = found.get("services", {}).get(name)
    workers = [one for key, one in found.get("workers", {}).items() if key.partition(".")[0] == name]
    if backlog is None:
        return None
    restarts = sum(one["restarts"] for one in workers)
    known = {"ready": found["checks"].get(name), "workers": len(workers), "restarts": restarts}
    return backlog | known | {"bus": found.get("bus")}


async def _parked(visit: Visit, name: str) -> list[dict[str, Any]] | None:
    """Ask a service what it parked; None when it does not answer."""
    try:
        return list((await visit.api.get(f"/{name}/v1/parked"))["groups"])
    except (Unreachable, Refused) as error:
        if isinstance(error, Refused) and error.status < 500:
            raise
        return None


async def settle(visit: Visit) -> web.Response:
    """Try the events of a cause again, or give them up, after a question."""
    service, cause, deed = visit.form["service"], visit.form["cause"], visit.form["deed"]
    if service not in HEARING or not cause or deed not in ("replays", "discards"):
        return await show_state(visit)
    if deed == "discards" and not visit.form["sure"]:
        return visit.show("operators/discard.html", service=service, cause=cause)
    done = await visit.api.post(f"/{service}/v1/parked/{deed}", {"cause": cause})
    if deed == "replays":
        count = done["events"]
        said = visit.words.number("%(count)d événement est repris.", "%(count)d événements sont repris.", count)
        return visit.go("operations", done=said % {"count": count})
    return visit.go("operations", done=visit.text("Les événements de cette cause sont abandonnés."))


async def show_emails(visit: Visit) -> web.Response:
    """List the delivery of e-mails; addresses are masked."""
    state = visit.param("etat")
    wanted = state if state in EMAIL_STATES else ""
    found = await visit.api.get("/notifications/v1/emails", state=wanted, after=visit.param("apres"))
    states = {key: visit.text(french) for key, french in EMAIL_STATES.items()}
    return visit.show("operators/emails.html", found=found, state=wanted, states=states)


async def retry_email(visit: Visit) -> web.Response:
    """Send an e-mail again that was given up."""
    try:
        await visit.api.post(f"/notifications/v1/emails/{visit.form['email']}/retry")
    except Refused as refusal:
        visit.form.refuse(refusal, {})
        return await show_emails(visit)
    return visit.go("emails", done=visit.text("Le courriel repart."))


async def show_imports(visit: Visit) -> web.Response:
    """List the newest imports, with the form for another."""
    found = await visit.api.get("/accounts/v1/imports")
    return visit.show("operators/imports.html", imports=found["imports"])


async def begin_import(visit: Visit) -> web.Response:
    """Import a roster of licences or of accounts; its bad rows are listed, the others land."""
    if visit.upload is None:
        visit.form.fault("file", visit.text("Choisissez un fichier CSV."))
        return await show_imports(visit)
    number = str(ids.uuid7())
    try:
        await visit.api.send(
            f"/accounts/v1/imports/{number}", visit.upload.chunks(), method="PUT", kind="text/csv", seconds=PATIENCE
        )
    except Refused as refusal:
        visit.form.refuse(refusal, {})
        if refusal.slug not in ("roster-columns-wrong", "roster-unreadable", "import-running"):
            raise
        return await show_imports(visit)
    return visit.go("import", number=number)


async def show_import(visit: Visit) -> web.Response:
    """Show how far an import is, and its bad rows with line, column and reason."""
    found = await visit.api.get(
        f"/accounts/v1/imports/{visit.param('number')}", after_line=visit.param("apres") or None
    )
    columns = COLUMNS if visit.language is Language.FR else {}
    return visit.show("operators/import.html", one=found, columns=columns)


OPERATOR = Who.OPERATOR
FR, EN = "/exploitation", "/operations"
NUMBER = "{number:[0-9a-f-]+}"
PAGES = (
    Page("operations", FR, EN, show_state, settle, who=OPERATOR),
    Page("emails", f"{FR}/courriels", f"{EN}/e-mails", show_emails, retry_email, who=OPERATOR),
    Page(
        "imports",
        f"{FR}/importations",
        f"{EN}/imports",
        show_imports,
        begin_import,
        who=OPERATOR,
        limit=LARGEST,
        seconds=PATIENCE,
    ),
    Page("import", f"{FR}/importations/{NUMBER}", f"{EN}/imports/{NUMBER}", show_import, who=OPERATOR),
)
