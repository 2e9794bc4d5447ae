"""The words of a download, in both languages."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from services.audit import rules, schemas
from shared import typography
from shared.contracts import activities
from shared.contracts.people import Language
from shared.contracts.texts import Text

TITLE = Text("Suivi des activités", "Activity tracking")
SHEET = Text("Activités", "Activities")
ABOUT = Text("Renseignements", "About this file")
COLUMNS = (
    Text("Date activité", "Activity date"),
    Text("No Dossier", "File number"),
    Text("Activité", "Activity"),
    Text("Réalisée par", "Performed by"),
    Text("Réalisée pour", "Performed for"),
)
"""The five columns (Q30)."""
FILE = Text("activites", "activities")
PAGE = Text("Page {page} de {pages}", "Page {page} of {pages}")
EMPTY = Text("Aucune activité à afficher", "No activity to show")
PROOF = Text(
    "Ce fichier contient la preuve que ses lignes sont celles du registre : la page « Vérifier un fichier » du portail "
    "le vérifie.",
    "This file holds the proof that its rows are those of the register: the portal’s page “Check a file” checks it.",
)
NOTE = Text("Remarque", "Note")
UNSHOWN = Text(
    "Certains noms comportent des signes pour lesquels il n’y a pas de police ici : ils peuvent manquer ci-dessous. "
    "Les fichiers Excel, CSV et JSON Lines les contiennent tous. Ce document n’est déclaré ni PDF/UA ni PDF/A.",
    "Some names have signs for which there is no font here: they may be missing below. The Excel, CSV and JSON Lines "
    "files hold all of them. This document is declared neither PDF/UA nor PDF/A.",
)

ASKED_BY = Text("Demandé par", "Asked for by")
MADE_AT = Text("Produit le", "Made on")
ROWS = Text("Activités", "Activities")
FILTERS = Text("Filtres", "Filters")
NO_FILTER = Text("Aucun", "None")
SORTED = Text("Tri", "Sorted by")
DOWN = Text("décroissant", "descending")
FROM = Text("du {day}", "from {day}")
TO = Text("au {day}", "to {day}")
FILE_FILTER = Text("No Dossier commençant par «\u00a0{file}\u00a0»", "file number beginning with “{file}”")
KIND = Text("activité «\u00a0{kind}\u00a0»", "activity “{kind}”")
BY = Text("réalisée par {name}", "performed by {name}")
FOR = Text("réalisée pour {name}", "performed for {name}")
ACCOUNT = Text("compte {name}", "account {name}")
MINE = Text("seulement mes activités", "only mine")
NAMES = ("date", "file", "kind", "by", "for")


def written(text: Text, language: Language) -> str:
    """Write a sentence with the spaces of its language."""
    return typography.french(text.fr) if language is Language.FR else text.en


def file_name(kind: str, made_at: datetime, language: Language) -> str:
    """Name a file by its day."""
    return f"{FILE.in_(language)}-{rules.day_of(made_at).isoformat()}.{kind}"


def moment(at: datetime, language: Language) -> str:
    """Write a moment as people here do."""
    local = at.astimezone(rules.PLACE)
    if language is Language.FR:
        zone = "heure avancée de l’Est" if local.dst() else "heure normale de l’Est"
        return f"{local:%Y-%m-%d}, {local:%H}\u00a0h\u00a0{local:%M} ({zone})"
    return f"{local:%Y-%m-%d}, {local:%H:%M} ({local.tzname()})"


def filters(asked: schemas.Filters, names: dict[str, str], language: Language) -> str:
    """Write which filters were set, in words; `names` are those of the people and accounts filtered by."""
    words = list(_filters(asked, names, language))
    return ", ".join(words) if words else NO_FILTER.in_(language)


def _filters(asked: schemas.Filters, names: dict[str, str], language: Language) -> Iterator[str]:
    if asked.from_day:
        yield FROM.in_(language, day=asked.from_day.isoformat())
    if asked.to_day:
        yield TO.in_(language, day=asked.to_day.isoformat())
    if asked.file:
        yield FILE_FILTER.in_(language, file=asked.file)
    if asked.kind:
        kind = activities.ACTIVITIES.get(asked.kind)
        yield KIND.in_(language, kind=kind.text.in_(language) if kind else asked.kind)
    for text, who in ((BY, asked.performed_by), (FOR, asked.performed_for), (ACCOUNT, asked.account)):
        if who:
            yield text.in_(language, name=names.get(str(who), str(who)))
    if asked.mine:
        yield MINE.in_(language)


def sorting(sort: str, language: Language) -> str:
    """Write how the rows are sorted."""
    column = COLUMNS[NAMES.index(sort.lstrip("-"))].in_(language)
    return f"{column} ({DOWN.in_(language)})" if sort.startswith("-") else column
