"""[Informations bancaires]: shown masked, changed by a manager who types the password again (O10)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aiohttp import web

from services.portal import fields
from services.portal.backend import Refused
from services.portal.catalogues import marked
from services.portal.pages import company
from services.portal.routing import Page

if TYPE_CHECKING:
    from services.portal.visits import Visit

REQUIRED = {
    "holder": marked("Entrez le nom du titulaire."),
    "institution": marked("Entrez le numéro de l’institution."),
    "transit": marked("Entrez le numéro de transit."),
    "account_number": marked("Entrez le numéro du compte."),
    "password": marked("Entrez votre mot de passe."),
}
UNFIT = {
    "institution": marked("Entrez les trois chiffres du numéro de l’institution."),
    "transit": marked("Entrez les cinq chiffres du numéro de transit."),
    "account_number": marked("Entrez de 7 à 12 chiffres."),
    "holder": marked("Entrez un nom d’au plus 200 caractères, sans signe invisible."),
}
FAULTS = {"wrong-password": "password", "reauthentication-required": "password"}
DONE = {
    True: marked("Les informations bancaires sont supprimées."),
    False: marked("Les informations bancaires sont enregistrées."),
}
DETAILS = ("holder", "institution", "transit", "account_number")


async def show_bank(visit: Visit) -> web.Response:
    """Show the masked details, and the form for managers."""
    found = await company.read(visit)
    if isinstance(found, web.Response):
        return found
    details, seen = None, "pay" in found["rights"]
    if seen:
        details = await _details(visit)
    return visit.show("companies/bank.html", company=found, details=details, seen=seen)


async def _details(visit: Visit) -> Any:
    try:
        return await visit.api.get(f"{company.path_of(visit)}/bank-details")
    except Refused as refusal:
        if refusal.status != 404:
            raise
        return None


async def change_bank(visit: Visit) -> web.Response:
    """Save new details, or remove them; every manager is told by e-mail."""
    removing = visit.form["deed"] == "remove"
    for name, french in REQUIRED.items():
        if not visit.form[name].strip() and not (removing and name != "password"):
            visit.form.fault(name, visit.text(french))
    if visit.form.wrong:
        return await show_bank(visit)
    try:
        await _send(visit, removing=removing)
    except Refused as refusal:
        ours = fields.words(visit, refusal) | {name: visit.text(french) for name, french in UNFIT.items()}
        visit.form.refuse(refusal, FAULTS, ours)
        return await show_bank(visit)
    return visit.go("company-bank", account=visit.param("account"), done=visit.text(DONE[removing]))


async def _send(visit: Visit, *, removing: bool) -> None:
    secret = {"password": visit.form["password"], "purpose": "bank-details"}
    proof = (await visit.api.post("/identity/v1/reauthentications", secret))["token"]
    path = f"{company.path_of(visit)}/bank-details"
    if removing:
        await visit.api.post(f"{path}/removal", {"proof": proof})
    else:
        await visit.api.put(path, {name: visit.form[name] for name in DETAILS} | {"proof": proof})


FR, EN = f"/professionnels/{company.ONE}", f"/professionals/{company.ONE}"
PAGES = (Page("company-bank", f"{FR}/banque", f"{EN}/bank", show_bank, change_bank),)
