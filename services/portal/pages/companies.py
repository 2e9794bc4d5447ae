"""[Professionnels/Entrepreneurs]: one's companies, joining one by its PIN, registering a new one (O5–O9, O17)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aiohttp import web

from services.portal import fields
from services.portal.backend import Refused
from services.portal.pages import company_forms
from services.portal.routing import Page

if TYPE_CHECKING:
    from services.portal.visits import Visit

JOIN_FAULTS = {"account-pin-not-accepted": "pin", "already-a-member": "pin"}
SORTS = ("name", "-name", "phone", "-phone")


async def show_companies(visit: Visit) -> web.Response:
    """List the visitor’s companies, with the field for a PIN above (O5, O6)."""
    sort = visit.param("tri", "name")
    found = await visit.api.get(
        "/accounts/v1/accounts", sort=sort if sort in SORTS else "name", after=visit.param("apres")
    )
    support, ticked = visit.deps.settings.support, visit.form.lists.get("company", [])
    return visit.show("companies/list.html", found=found, sort=sort, support=support, ticked=ticked)


async def join(visit: Visit) -> web.Response:
    """Associate oneself with the company of a PIN [Associé] (O5, O17); the first at an imported one manages it (O7)."""
    if not visit.form["pin"].strip():
        visit.form.fault("pin", visit.text("Entrez le NIP, comme M5D-C58-TA2."))
        return await show_companies(visit)
    try:
        joined = await visit.api.post("/accounts/v1/accounts/join", {"pin": visit.form["pin"]})
    except Refused as refusal:
        visit.form.refuse(refusal, JOIN_FAULTS, fields.words(visit, refusal))
        return await show_companies(visit)
    name = joined["account"]["legal_name"]
    if joined["role"] == "manager":
        done = visit.text("Vous êtes maintenant gestionnaire de %(name)s, avec toutes les permissions.", name=name)
        return visit.go("company-members", account=joined["account"]["id"], done=done)
    done = visit.text(
        "Vous êtes associé à %(name)s. Une personne qui gère ce compte doit encore vous accorder des permissions.",
        name=name,
    )
    return visit.go("companies", done=done)


async def show_new(visit: Visit) -> web.Response:
    """Show the form [Nouvelle inscription] (O9)."""
    return visit.show("companies/new.html", **company_forms.facts(visit, None))


async def register(visit: Visit) -> web.Response:
    """Register a company; the creator manages it, and more tabs open (O8, O10, O11)."""
    company_forms.ensure_filled(visit)
    if visit.form["kind"] not in company_forms.KINDS:
        visit.form.fault("kind", visit.text("Choisissez professionnel ou entrepreneur."))
    if visit.form.wrong:
        return await show_new(visit)
    try:
        body = company_forms.body(visit.form) | {"kind": visit.form["kind"]}
        made = await visit.api.post("/accounts/v1/accounts", body)
    except Refused as refusal:
        visit.form.refuse(refusal, {}, company_forms.words(visit, refusal))
        return await show_new(visit)
    done = visit.text("%(name)s est inscrite. Son NIP est dans l’onglet Comptes associés.", name=made["legal_name"])
    return visit.go("company", account=made["id"], done=done)


async def leave_several(visit: Visit) -> web.Response:
    """Leave the companies that were ticked, after a question."""
    if visit.form["deed"] == "stay":
        return await show_companies(visit)
    chosen = [one for one in await _mine(visit) if one["id"] in visit.form.lists.get("company", [])]
    if not chosen:
        visit.form.fault("company", visit.text("Cochez au moins une entreprise."))
        return await show_companies(visit)
    if visit.form["sure"]:
        return await _leave(visit, chosen)
    return visit.show("companies/leave.html", chosen=chosen)


async def _leave(visit: Visit, chosen: list[dict[str, Any]]) -> web.Response:
    """Leave each; a company that has nobody else to manage it stays, and is named."""
    stayed = []
    for one in chosen:
        try:
            await visit.api.delete(f"/accounts/v1/accounts/{one['id']}/members/me")
        except Refused as refusal:
            if refusal.slug not in ("last-manager", "not-found"):
                raise
            if refusal.slug == "last-manager":
                stayed.append(one["legal_name"])
    if stayed:
        said = visit.text(
            "Vous restez gestionnaire de %(names)s : il faut toujours au moins un gestionnaire. "
            "Accordez d’abord la permission Gérer à une autre personne.",
            names=", ".join(stayed),
        )
        return visit.go_to(visit.url("companies"), done=said, kind="note")
    return visit.go("companies", done=visit.text("Vous n’êtes plus associé aux entreprises choisies."))


async def _mine(visit: Visit) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    after = ""
    while True:
        page = await visit.api.get("/accounts/v1/accounts", size=200, after=after)
        found += page["accounts"]
        if page["next"] is None:
            return found
        after = page["next"]


PAGES = (
    Page("companies", "/professionnels", "/professionals", show_companies, join),
    Page("company-new", "/professionnels/inscription", "/professionals/registration", show_new, register),
    Page("companies-leave", "/professionnels/quitter", "/professionals/leave", show_companies, leave_several),
)
