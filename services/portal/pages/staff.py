"""[Comptes associés]: members and their permissions, the PIN, who follows (O11–O15, O18, O19)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aiohttp import web

from services.portal.backend import Refused
from services.portal.catalogues import marked
from services.portal.pages import company
from services.portal.routing import Page

if TYPE_CHECKING:
    from services.portal.visits import Visit

RIGHTS = {
    "manage": marked("Gérer"),
    "submit": marked("Faire une demande"),
    "pay": marked("Payer"),
    "inspect": marked("Inspection"),
    "upload": marked("Téléverser des fichiers"),
    "templates": marked("Gérer les modèles"),
}
MEANINGS = {
    "manage": marked("mener toutes les interventions au nom de l’entreprise, et choisir qui peut quoi"),
    "submit": marked("présenter des demandes et intervenir dans leur examen"),
    "pay": marked("gérer les comptes de paiement et payer"),
    "inspect": marked("demander des inspections"),
    "upload": marked("ajouter des documents aux demandes"),
    "templates": marked("créer et modifier les modèles de demande"),
}


async def show_members(visit: Visit) -> web.Response:
    """List the members with a ✓ per permission (O12), and the PIN (O15)."""
    found = await company.read(visit)
    if isinstance(found, web.Response):
        return found
    if "manage" not in found["rights"]:
        return visit.show("companies/members.html", company=found, members=None, **_words(visit))
    path = company.path_of(visit)
    sort = visit.param("tri", "name")
    members = await visit.api.get(f"{path}/members", sort=sort, after=visit.param("apres"))
    pin = None if visit.look else await visit.api.get(f"{path}/pin")
    ticked = visit.form.lists.get("member", [])
    return visit.show(
        "companies/members.html", company=found, members=members, pin=pin, sort=sort, ticked=ticked, **_words(visit)
    )


def _words(visit: Visit) -> dict[str, Any]:
    return {
        "rights": [(key, visit.text(french)) for key, french in RIGHTS.items()],
        "meanings": {key: visit.text(french) for key, french in MEANINGS.items()},
    }


async def change_members(visit: Visit) -> web.Response:
    """Grant, withdraw or remove for the members ticked: for all of them, or for nobody (O19)."""
    chosen = visit.form.lists.get("member", [])
    deed, _, right = visit.form["deed"].partition(":")
    if not chosen:
        visit.form.fault("member", visit.text("Cochez au moins une personne."))
        return await show_members(visit)
    if deed == "remove":
        return await _ask_removal(visit, chosen)
    if deed not in ("grant", "withdraw") or right not in RIGHTS:
        return await show_members(visit)
    path = f"{company.path_of(visit)}/members/rights"
    said = visit.text("Les permissions sont modifiées : %(right)s.", right=visit.text(RIGHTS[right]))
    return await _do(visit, path, {"members": chosen, deed: [right]}, said)


async def _do(visit: Visit, path: str, body: dict[str, Any], done: str) -> web.Response:
    try:
        await visit.api.post(path, body)
    except Refused as refusal:
        visit.form.refuse(refusal, {"members-unknown": "member"})
        return await show_members(visit)
    return visit.go("company-members", account=visit.param("account"), done=done)


async def _ask_removal(visit: Visit, chosen: list[str]) -> web.Response:
    members = await visit.api.get(f"{company.path_of(visit)}/members", size=200)
    named = [one for one in members["members"] if one["id"] in chosen]
    return visit.show("companies/remove.html", chosen=named)


async def remove_members(visit: Visit) -> web.Response:
    """Remove the members who were named, entirely (O19)."""
    path = f"{company.path_of(visit)}/members/removals"
    done = visit.text("Les personnes choisies ne sont plus associées à l’entreprise.")
    return await _do(visit, path, {"members": visit.form.lists.get("member", [])}, done)


async def show_rotation(visit: Visit) -> web.Response:
    """Ask before the PIN is replaced."""
    found = await company.read(visit)
    return found if isinstance(found, web.Response) else visit.show("companies/rotate.html", company=found)


async def rotate(visit: Visit) -> web.Response:
    """Replace the PIN; the old one lets nobody in any more."""
    await visit.api.post(f"{company.path_of(visit)}/pin")
    done = visit.text("Le NIP est remplacé. L’ancien ne permet plus à personne de s’associer.")
    return visit.go("company-members", account=visit.param("account"), done=done)


async def show_notice(visit: Visit) -> web.Response:
    """Show a notice with the PIN, to print and to hand over (O15)."""
    found = await company.read(visit)
    if isinstance(found, web.Response):
        return found
    pin = await visit.api.get(f"{company.path_of(visit)}/pin")
    return visit.show("companies/notice.html", company=found, pin=pin, address=visit.deps.settings.public_url)


async def name_successor(visit: Visit) -> web.Response:
    """Name the member who follows when the last manager is gone, or nobody."""
    try:
        await visit.api.put(f"{company.path_of(visit)}/successor", {"member": visit.form["successor"] or None})
    except Refused as refusal:
        visit.form.refuse(refusal, {"members-unknown": "successor"})
        return await show_members(visit)
    return visit.go("company-members", account=visit.param("account"), done=visit.text("La relève est enregistrée."))


FR, EN = f"/professionnels/{company.ONE}", f"/professionals/{company.ONE}"
PAGES = (
    Page("company-members", f"{FR}/comptes", f"{EN}/members", show_members, change_members),
    Page("company-remove", f"{FR}/comptes/retrait", f"{EN}/members/removal", show_members, remove_members),
    Page("company-successor", f"{FR}/comptes/releve", f"{EN}/members/successor", show_members, name_successor),
    Page("company-rotate", f"{FR}/nip", f"{EN}/pin", show_rotation, rotate),
    Page("company-notice", f"{FR}/avis", f"{EN}/notice", show_notice),
)
