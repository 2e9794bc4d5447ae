"""The form of a company [Détails, Coordonnées, Adresse postale]: its fields, what it shows first, what is sent (O9)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from services.portal import fields, formats
from services.portal.backend import Refused
from services.portal.catalogues import marked

if TYPE_CHECKING:
    from services.portal.forms import Form
    from services.portal.visits import Visit

KINDS = {"contractor": marked("Entrepreneur"), "professional": marked("Professionnel")}
REQUIRED = {
    "legal_name": marked("Entrez la dénomination sociale de l’entreprise."),
    "phone": marked("Entrez un numéro de téléphone."),
    "email": marked("Entrez une adresse courriel."),
    "street": marked("Entrez le numéro et la rue."),
    "city": marked("Entrez la ville."),
    "province": marked("Choisissez la province ou le territoire."),
    "postal_code": marked("Entrez le code postal."),
}
UNFIT = {
    "phone": marked("Entrez un numéro complet avec l’indicatif régional, comme 613 555-0123 poste 12."),
    "postal_code": marked("Entrez un code postal canadien, comme K1P 1J1."),
    "tarion_number": marked("Entrez le numéro tel qu’il figure sur le certificat : des chiffres, parfois une lettre."),
    "legal_name": marked("Entrez un nom d’au plus 200 caractères, sans signe invisible."),
    "operating_name": marked("Entrez un nom d’au plus 200 caractères, sans signe invisible."),
}
PROVINCES = {
    "AB": marked("Alberta"),
    "BC": marked("Colombie-Britannique"),
    "MB": marked("Manitoba"),
    "NB": marked("Nouveau-Brunswick"),
    "NL": marked("Terre-Neuve-et-Labrador"),
    "NS": marked("Nouvelle-Écosse"),
    "NT": marked("Territoires du Nord-Ouest"),
    "NU": marked("Nunavut"),
    "ON": marked("Ontario"),
    "PE": marked("Île-du-Prince-Édouard"),
    "QC": marked("Québec"),
    "SK": marked("Saskatchewan"),
    "YT": marked("Yukon"),
}
SHOWN = {
    "operating_name": marked("le nom sous lequel elle exerce"),
    "phone": marked("le téléphone"),
    "email": marked("l’adresse courriel"),
    "address": marked("l’adresse postale"),
    "tarion_number": marked("le numéro Tarion"),
}
LINES = ("legal_name", "operating_name", "phone", "email")
PLACE = ("street", "unit", "city", "province", "postal_code")


def facts(visit: Visit, account: Mapping[str, Any] | None) -> dict[str, Any]:
    """Give what the form shows first: what was typed wins in the template over what is kept."""
    blank = dict.fromkeys((*LINES, *PLACE, "tarion_number"), "")
    kept: dict[str, Any] = blank | {"province": "ON", "language": visit.language.value}
    listing: Mapping[str, Any] = {"listed": True, "shows": ["operating_name"]}
    if account is not None:
        kept = {name: account[name] or "" for name in (*LINES, "tarion_number", "language")}
        kept |= {name: account["address"][name] or "" for name in PLACE}
        kept["phone"] = formats.phone(account["phone"], visit.language)
        listing = account["listing"]
    ticked = [*listing["shows"], *(["listed"] if listing["listed"] else [])]
    if visit.form.sent:
        ticked = [*visit.form.lists.get("shows", []), *visit.form.lists.get("listed", [])]
    named = {"kinds": KINDS, "provinces": PROVINCES, "shown": SHOWN}
    words = {name: [(key, visit.text(french)) for key, french in table.items()] for name, table in named.items()}
    return {"kept": kept, "ticked": ticked, **words}


def ensure_filled(visit: Visit) -> None:
    """Find the required fields that are empty, marked with a red * (O9)."""
    for name, french in REQUIRED.items():
        if not visit.form[name].strip():
            visit.form.fault(name, visit.text(french))


def body(form: Form) -> dict[str, Any]:
    """Give the form as accounts takes it."""
    said: dict[str, Any] = {name: form[name] for name in LINES}
    said["tarion_number"] = form["tarion_number"] or None
    said["address"] = {name: form[name] for name in PLACE if form[name] or name != "unit"}
    said["language"] = form["language"] or "fr"
    said["listing"] = {"listed": form["listed"] == "listed", "shows": form.lists.get("shows", [])}
    return said


def words(visit: Visit, refusal: Refused) -> dict[str, str]:
    """Give our words for the fields that accounts refuses."""
    return fields.words(visit, refusal) | {name: visit.text(french) for name, french in UNFIT.items()}
