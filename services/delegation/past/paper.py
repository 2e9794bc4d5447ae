"""An attestation on paper: one page in French and English, PDF/UA-1 and A-2a."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from importlib import resources
from typing import Any
from zoneinfo import ZoneInfo

import typst
from babel import dates

from services.delegation.past.schemas import Attestation, Content
from shared.contracts.events.accounts import LicenceStatus
from shared.contracts.texts import Text

TEMPLATE = resources.files("services.delegation.past") / "attestation.typ"
PLACE = ZoneInfo("America/Toronto")
PATTERNS = {"fr": "d MMMM y 'à' HH 'h' mm ss 's' z", "en": "MMMM d, y 'at' HH:mm:ss z"}
LOCALES = {"fr": "fr_CA", "en": "en_CA"}
ERASED = Text("Personne effacée", "Erased person")
UNSHOWN = Text(
    "Des noms comportent des signes pour lesquels il n’y a pas de police ici : on les lit en entier à l’adresse "
    "ci-dessous. Ce document n’est déclaré ni PDF/UA ni PDF/A.",
    "Some names have signs for which there is no font here: they can be read in full at the address below. This "
    "document is declared neither PDF/UA nor PDF/A.",
)
LASTING = Text("en cours", "present")
LICENCES = {
    LicenceStatus.ACTIVE: Text("actif", "active"),
    LicenceStatus.SUSPENDED: Text(
        "suspendu : personne ne pouvait agir en son nom", "suspended: nobody could act in this name"
    ),
    LicenceStatus.UNCLAIMED: Text("sans titulaire", "without a holder"),
    None: Text("aucun : cette personne n’était pas arpenteur-géomètre", "none: this person was not a land surveyor"),
}


def write(found: Attestation, address: str) -> bytes:
    """Compile the page; where a sign has no font, once more without a promise, with a word about it."""
    issued = found.content.issued_at.astimezone(UTC).replace(microsecond=0)
    data: dict[str, Any] = {
        "reference": str(found.reference),
        "address": address,
        "day": [issued.year, issued.month, issued.day],
        "fr": _texts(found.content, "fr"),
        "en": _texts(found.content, "en"),
    }
    try:
        return _compiled(data, issued, pdf_standards=["ua-1", "a-2a"], ignore_system_fonts=True)
    except typst.TypstError as error:
        if "font" not in str(error):
            raise
    for language in LOCALES:
        data[language]["note"] = UNSHOWN.in_(language)
    return _compiled(data, issued)


def _compiled(data: dict[str, Any], issued: datetime, **how: Any) -> bytes:
    given = {"data": json.dumps(data)}
    made: bytes = typst.compile(TEMPLATE.read_bytes(), sys_inputs=given, timestamp=issued, **how)
    return made


def _texts(content: Content, language: str) -> dict[str, Any]:
    return {
        "note": "",
        "as_of": _moment(content.as_of, language),
        "issued_at": _moment(content.issued_at, language),
        "issued_to": content.issued_to.name or ERASED.in_(language),
        "delegator": content.delegator.name or ERASED.in_(language),
        "matricule": content.matricule or "–",
        "licence": LICENCES[content.licence].in_(language),
        "delegates": [
            [
                one.delegate.name or ERASED.in_(language),
                _moment(one.since, language),
                _moment(one.until, language) if one.until else LASTING.in_(language),
            ]
            for one in content.delegates
        ],
        "services": [getattr(one, language) for one in content.services],
        "reserved": [getattr(one, language) for one in content.reserved],
    }


def _moment(moment: datetime, language: str) -> str:
    return dates.format_datetime(moment, PATTERNS[language], tzinfo=PLACE, locale=LOCALES[language])
