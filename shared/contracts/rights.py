"""What the six permissions of a business account are called (O12, O13)."""

from __future__ import annotations

from collections.abc import Iterable

from shared.contracts.events.companies import Right
from shared.contracts.people import Language
from shared.contracts.texts import Text

NAMES: dict[Right, Text] = {
    Right.MANAGE: Text("Gérer", "Manage"),
    Right.SUBMIT: Text("Faire une demande", "Submit"),
    Right.PAY: Text("Payer", "Pay"),
    Right.INSPECT: Text("Inspection", "Inspection"),
    Right.UPLOAD: Text("Téléverser des fichiers", "Upload files"),
    Right.TEMPLATES: Text("Gérer les modèles", "Manage templates"),
}


def listed(rights: Iterable[Right | str], language: Language | str) -> str:
    """Name rights one after the other."""
    return ", ".join(NAMES[Right(right)].in_(language) for right in rights)
