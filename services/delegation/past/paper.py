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
    """Compile the page; the same attestation always gives the same page."""
    issued = found.content.issued_at.astimezone(UTC).replace(microsecond=0)
    data = {
        "reference": str(found.reference),
        "address": address,
        "day": [issued.year, issued.month, issued.day],
        "fr": _texts(found.content, "fr"),
        "en": _texts(found.content, "en"),
    }
    made: bytes = typst.compile(
        TEMPLATE.read_bytes(),
        sys_inputs={"data": json.dumps(data)},
        pdf_standards=["ua-1", "a-2a"],
        timestamp=issued,
        ignore_system_fonts=True,
    )
    return made


def _texts(content: Content, language: str) -> dict[str, Any]:
    return {
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
