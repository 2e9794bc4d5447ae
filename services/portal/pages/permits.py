"""[Actions requises], [Demandes] and templates, over the connected application that follows permits (O2, O4, O16)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aiohttp import web

from services.portal import answers, fields, schemas
from services.portal.backend import Refused
from services.portal.catalogues import marked
from services.portal.routing import Page
from services.portal.visits import as_uuid

if TYPE_CHECKING:
    from services.portal.visits import Visit

KINDS = {
    "building": marked("Construction"),
    "demolition": marked("Démolition"),
    "plumbing": marked("Plomberie"),
    "pool": marked("Piscine"),
    "sign": marked("Enseigne"),
}
STATES = {
    "submitted": marked("Présentée"),
    "in-review": marked("En examen"),
    "approved": marked("Approuvée"),
    "refused": marked("Refusée"),
    "closed": marked("Fermée"),
}
CONTENT = ("kind", "title", "address", "description")
MISSING = {
    "title": marked("Donnez un titre à la demande."),
    "address": marked("Entrez l’adresse des travaux."),
    "client_name": marked("Entrez le nom du client."),
}
FAULTS = {"company-not-found": "contact", "template-name-taken": "name", "refused": "as_account"}


async def show_actions(visit: Visit) -> web.Response:
    """List what awaits the visitor, what is due first at the top [Actions requises] (O4)."""
    found = await visit.api.read(schemas.RequiredActions, visit.at("/v1/actions"), after=visit.param("apres"))
    return visit.show("permits/actions.html", found=found)


async def show_applications(visit: Visit) -> web.Response:
    """List the visitor’s applications and those of his companies [Demandes] (O4)."""
    state = visit.param("etat")
    wanted = state if state in STATES else ""
    company = visit.param("entreprise") if as_uuid(visit.param("entreprise")) else ""
    asked = {"state": wanted, "account": company, "after": visit.param("apres")}
    found = await visit.api.read(schemas.Applications, visit.at("/v1/applications"), **asked)
    return visit.show("permits/applications.html", found=found, state=wanted, company=company, **words(visit))


def words(visit: Visit) -> dict[str, Any]:
    """Give the words of kinds and states."""
    tables = {"kinds": KINDS, "states": STATES}
    return {name: {key: visit.text(french) for key, french in table.items()} for name, table in tables.items()}


async def show_new(visit: Visit) -> web.Response:
    """Show the form of a new application, filled in from a template if one is chosen."""
    mine = await visit.api.get("/accounts/v1/accounts", size=200)
    companies = [one for one in mine["accounts"] if "submit" in one["rights"] and not one["contested"]]
    wanted = visit.form["as_account"] or visit.param("entreprise")
    account = next((one["id"] for one in companies if one["id"] == wanted), "")
    templates = await _templates(visit, account) if account else []
    chosen = next((one for one in templates if one.id == visit.param("modele")), None)
    content = chosen.content.model_dump() if chosen else {}
    found = await _companies_named(visit)
    return visit.show(
        "permits/new.html",
        companies=companies,
        account=account,
        templates=templates,
        content=content,
        found=found,
        chosen=chosen,
        **words(visit),
    )


async def _templates(visit: Visit, account: str) -> list[schemas.Template]:
    try:
        found = await visit.api.read(schemas.Templates, visit.at(f"/v1/accounts/{account}/templates"))
    except Refused as refusal:
        if refusal.status not in (403, 404, 422):
            raise
        return []
    return found.templates


async def _companies_named(visit: Visit) -> list[dict[str, Any]] | None:
    """Find the companies that can be named as contact (O16), when a name was searched for."""
    name = (visit.form["company_name"] or visit.param("nom")).strip()
    if len(name) < 2:
        return None
    found = await visit.api.get("/accounts/v1/companies", name=name[:100])
    return list(found["companies"])


async def submit(visit: Visit) -> web.Response:
    """Submit an application, for oneself or in a company’s name on behalf of its client (O2)."""
    form = visit.form
    if form["deed"] == "search":
        return await show_new(visit)
    needed = ("title", "address", *(["client_name"] if form["as_account"] else []))
    for name in needed:
        if not form[name].strip():
            form.fault(name, visit.text(MISSING[name]))
    if form.wrong:
        return await show_new(visit)
    body: dict[str, Any] = {name: form[name] for name in CONTENT}
    if form["as_account"]:
        body |= {"as_account": form["as_account"], "client_name": form["client_name"]}
    elif form["contact"]:
        body["contact"] = form["contact"]
    try:
        answer = await visit.api.post(visit.at("/v1/applications"), body)
    except Refused as refusal:
        form.refuse(refusal, FAULTS, fields.words(visit, refusal))
        return await show_new(visit)
    made = answers.checked(schemas.Made, answer, visit.application.slug)
    done = visit.text("La demande %(number)s est présentée.", number=made.number)
    return visit.go("application", application=made.id, done=done)


async def show_templates(visit: Visit) -> web.Response:
    """List the templates of a company [Gérer les modèles], with a form for another."""
    account = visit.param("account")
    found = await visit.api.read(schemas.Templates, visit.at(f"/v1/accounts/{account}/templates"))
    chosen = next((one for one in found.templates if one.id == visit.param("modele")), None)
    return visit.show(
        "permits/templates.html", templates=found.templates, chosen=chosen, account=account, **words(visit)
    )


async def save_template(visit: Visit) -> web.Response:
    """Save a template, new or changed, or remove one."""
    form, account = visit.form, visit.param("account")
    path = visit.at(f"/v1/accounts/{account}/templates")
    if form["remove"]:
        await visit.api.delete(f"{path}/{form['remove']}")
        return visit.go("templates", account=account, done=visit.text("Le modèle est supprimé."))
    fields.ensure_given(visit, ("name", "title", "address"))
    if form.wrong:
        return await show_templates(visit)
    body = {"name": form["name"], "content": {name: form[name] for name in CONTENT}}
    try:
        await (visit.api.put(f"{path}/{form['template']}", body) if form["template"] else visit.api.post(path, body))
    except Refused as refusal:
        form.refuse(refusal, FAULTS, fields.words(visit, refusal))
        return await show_templates(visit)
    return visit.go("templates", account=account, done=visit.text("Le modèle est enregistré."))


FR, EN = "/demandes", "/applications"
TEMPLATES = "{account:[0-9a-f-]+}"
PAGES = (
    Page("actions", "/actions", "/actions", show_actions),
    Page("applications", FR, EN, show_applications),
    Page("application-new", f"{FR}/nouvelle", f"{EN}/new", show_new, submit),
    Page(
        "templates",
        f"/professionnels/{TEMPLATES}/modeles",
        f"/professionals/{TEMPLATES}/templates",
        show_templates,
        save_template,
    ),
)
