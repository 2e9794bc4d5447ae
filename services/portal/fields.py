"""What several forms check before anything is sent, and the words of fields that people get wrong."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import TYPE_CHECKING

from services.portal.backend import Refused
from services.portal.catalogues import marked

if TYPE_CHECKING:
    from services.portal.visits import Visit

MISSING = {
    "first_name": marked("Entrez votre prénom."),
    "last_name": marked("Entrez votre nom."),
    "username": marked("Entrez votre nom d’utilisateur."),
    "email": marked("Entrez une adresse courriel."),
    "login": marked("Entrez votre nom d’utilisateur ou votre adresse courriel."),
    "password": marked("Entrez un mot de passe."),
    "old_password": marked("Entrez votre mot de passe actuel."),
    "new_password": marked("Entrez un nouveau mot de passe."),
    "confirm": marked("Entrez le mot de passe une seconde fois."),
}
UNFIT = {
    "username": marked("Utilisez de 3 à 40 lettres, chiffres, points, traits d’union ou traits de soulignement."),
    "email": marked("Entrez une adresse courriel complète, comme nom@exemple.ca."),
    "first_name": marked("Entrez un prénom d’au plus 100 caractères, sans signe invisible."),
    "last_name": marked("Entrez un nom d’au plus 100 caractères, sans signe invisible."),
    "login": marked("Entrez votre nom d’utilisateur ou votre adresse courriel."),
}
DIFFERENT = marked("Les deux mots de passe diffèrent. Entrez-les de nouveau.")
ANY = marked("Remplissez ce champ.")


def ensure_given(visit: Visit, names: Iterable[str]) -> None:
    """Find the fields that are empty."""
    for name in names:
        if not visit.form[name].strip():
            visit.form.fault(name, visit.text(MISSING.get(name, ANY)))


def ensure_same(visit: Visit, name: str) -> None:
    """Find that a password was typed differently the second time."""
    form = visit.form
    if form[name] and form["confirm"] and form[name] != form["confirm"]:
        form.fault("confirm", visit.text(DIFFERENT))


def words(visit: Visit, refusal: Refused) -> dict[str, str]:
    """Give our words for fields, and for having to wait."""
    ours = {name: visit.text(french) for name, french in UNFIT.items()}
    return ours | {"too-many-requests": wait(visit, refusal.retry_after)}


def wait(visit: Visit, seconds: int | None) -> str:
    """Say how long to wait."""
    minutes = max(1, math.ceil((seconds or 60) / 60))
    return visit.words.number(
        "Trop d’essais. Attendez une minute, puis recommencez.",
        "Trop d’essais. Attendez %(count)d minutes, puis recommencez.",
        minutes,
    ) % {"count": minutes}
