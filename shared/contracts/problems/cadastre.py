"""Problems that the example application cadastre answers."""

from __future__ import annotations

from shared.contracts.problems.base import Problem
from shared.contracts.texts import Text


class FileExists(Problem):
    """A file of that number is open already."""

    slug = "file-exists"
    status = 409
    title = Text("Dossier déjà ouvert", "File already open")
    detail = Text("Choisissez un autre numéro de dossier.", "Choose another file number.")
