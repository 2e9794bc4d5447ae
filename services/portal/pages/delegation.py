"""[Délégation ► Gestion des délégataires]: a surveyor’s own delegates (Q23, Q25–Q29)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aiohttp import web

from services.portal import fields
from services.portal.backend import Refused
from services.portal.routing import Page, Who

if TYPE_CHECKING:
    from services.portal.visits import Visit

SEARCH_FAULTS = {"candidate-not-found": "value"}
MOST = 100


async def delegates(visit: Visit) -> web.Response:
    """List the delegates (Q23)."""
    found = await visit.api.get("/delegation/v1/delegates", size=MOST, after=visit.param("after"))
    surveyor = (await visit.me())["surveyor"]
    return visit.show(
        "delegation/delegates.html",
        delegates=found["delegates"],
        more=found["next"],
        suspended=surveyor["suspended"],
    )


async def show_add(visit: Visit) -> web.Response:
    """Ask whom to look for (Q25); the first delegate ever waits for a password change (Q24)."""
    if (await visit.me())["surveyor"]["password_change_required"]:
        return await _detour(visit)
    if visit.form.values.get("value") and not visit.form.wrong:
        return await _search(visit)
    return _add_page(visit)


async def add(visit: Visit) -> web.Response:
    """Look for the person [Rechercher] (Q26, Q27)."""
    return await _search(visit)


async def _search(visit: Visit) -> web.Response:
    """Show exactly the person of a user name or address, to be checked before confirming."""
    form = visit.form
    value = form.values.get("value", "").strip()
    by = "email" if form.values.get("by") == "email" else "username"
    if not value:
        words = {
            "username": visit.text("Entrez le nom d’utilisateur du délégataire."),
            "email": visit.text("Entrez l’adresse courriel du délégataire."),
        }
        form.fault("value", words[by])
        return _add_page(visit)
    try:
        found = await visit.api.post("/delegation/v1/candidates/search", {"by": by, "value": value})
    except Refused as refusal:
        form.refuse(refusal, SEARCH_FAULTS, fields.words(visit, refusal))
        form.status = 422 if refusal.status == 404 else refusal.status
        return _add_page(visit)
    return _add_page(visit, found)


def _add_page(visit: Visit, found: dict[str, Any] | None = None) -> web.Response:
    return visit.show("delegation/add.html", found=found)


async def confirm(visit: Visit) -> web.Response:
    """Designate the person found [Confirmer délégataire] (Q28)."""
    try:
        added = await visit.api.post("/delegation/v1/delegates", {"delegate": visit.form["delegate"]})
    except Refused as refusal:
        if refusal.slug == "password-change-required":
            return await _detour(visit)
        visit.form.refuse(refusal, {}, fields.words(visit, refusal))
        return _add_page(visit)
    name = f"{added['first_name']} {added['last_name']}"
    done = visit.text(
        "%(name)s est maintenant votre délégataire. Un courriel vous est transmis à tous deux pour vous en informer.",
        name=name,
    )
    return visit.go("delegates", done=done)


async def _detour(visit: Visit) -> web.Response:
    """Lead to the password change, and back to the search with what was typed (Q24)."""
    back = visit.url("delegate-add")
    if visit.form.values:
        back = visit.with_draft(back, await visit.keep_form())
    return visit.go("password", suite=back, premier="1")


async def show_remove(visit: Visit) -> web.Response:
    """Ask for confirmation first (Q29)."""
    found = await _find(visit, visit.param("delegation"))
    if found is None:
        return visit.go("delegates")
    return visit.show("delegation/remove.html", found=found)


async def remove(visit: Visit) -> web.Response:
    """End the delegation [Supprimer] (Q7, Q29)."""
    found = await _find(visit, visit.param("delegation"))
    if found is None:
        return visit.go("delegates", done=visit.text("Cette personne n’était déjà plus votre délégataire."))
    await visit.api.delete(f"/delegation/v1/delegates/{found['id']}")
    name = f"{found['first_name']} {found['last_name']}"
    done = visit.text(
        "%(name)s n’est plus votre délégataire. Un courriel vous est transmis à tous deux pour vous en informer.",
        name=name,
    )
    return visit.go("delegates", done=done)


async def _find(visit: Visit, delegation: str) -> dict[str, Any] | None:
    after: str | None = None
    while True:
        found = await visit.api.get("/delegation/v1/delegates", size=MOST, after=after)
        for one in found["delegates"]:
            if one["id"] == delegation:
                return dict(one)
        if found["next"] is None:
            return None
        after = found["next"]


LIST = "/delegation/delegataires"
LIST_EN = "/delegation/delegates"
REMOVE, REMOVE_EN = f"{LIST}/{{delegation}}/suppression", f"{LIST_EN}/{{delegation}}/removal"

PAGES = (
    Page("delegates", LIST, LIST_EN, delegates, who=Who.OWN),
    Page("delegate-add", f"{LIST}/ajout", f"{LIST_EN}/new", show_add, add, who=Who.OWN),
    Page("delegate-confirm", f"{LIST}/confirmation", f"{LIST_EN}/confirmation", show_add, confirm, who=Who.OWN),
    Page("delegate-remove", REMOVE, REMOVE_EN, show_remove, remove, who=Who.OWN),
)
