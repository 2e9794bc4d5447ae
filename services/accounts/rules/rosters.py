"""What all rosters have in common: a header, cells, and the faults of rows; no I/O."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from email_validator import EmailNotValidError, validate_email

from shared.contracts.people import Language
from shared.contracts.texts import Text

INVISIBLE = {"Cc", "Cf", "Cn", "Co", "Zl", "Zp"}


class RowFault(Exception):
    """Why a row cannot land; `code` is one of FAULTS, `column` our name of the column at fault."""

    def __init__(self, line: int, code: str, column: str | None = None) -> None:
        super().__init__(code)
        self.line, self.code, self.column = line, code, column


class HeaderFault(ValueError):
    """The header lacks columns, or names some twice: `columns`."""

    def __init__(self, columns: list[str]) -> None:
        super().__init__(", ".join(columns))
        self.columns = columns


FAULTS: dict[str, Text] = {
    "columns": Text("le nombre de colonnes diffère de l’en-tête", "the number of columns differs from the header"),
    "control": Text(
        "des caractères de contrôle ou invisibles s’y trouvent", "it holds control or invisible characters"
    ),
    "duplicate": Text("ce numéro figure déjà plus haut dans le fichier", "this number stands above in the file"),
    "email": Text("ce n’est pas une adresse courriel", "this is not an e-mail address"),
    "encoding": Text("ce n’est pas de l’UTF-8", "this is not UTF-8"),
    "kind": Text("le genre doit être professionnel ou entrepreneur", "the kind must be professional or contractor"),
    "language": Text("la langue doit être fr ou en", "the language must be fr or en"),
    "long": Text("la valeur ou la ligne est trop longue", "the value or the line is too long"),
    "many": Text("trop de valeurs dans une seule case", "too many values in one cell"),
    "matricule": Text("le matricule doit avoir de 1 à 10 chiffres", "the matricule must have 1 to 10 digits"),
    "missing": Text("la valeur est obligatoire", "the value is required"),
    "number": Text(
        "le numéro ne doit contenir que des lettres, des chiffres et des tirets",
        "the number must consist of letters, digits and dashes",
    ),
    "phone": Text("ce n’est pas un numéro de téléphone", "this is not a telephone number"),
    "postal_code": Text(
        "ce n’est pas un code postal canadien (A1A 1A1)", "this is not a Canadian postal code (A1A 1A1)"
    ),
    "province": Text(
        "ce n’est pas une province ni un territoire du Canada", "this is no province or territory of Canada"
    ),
    "quotes": Text("un guillemet est mal placé ou n’est pas fermé", "a quotation mark is misplaced or not closed"),
    "tarion_number": Text("ce n’est pas un numéro Tarion", "this is not a Tarion number"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """A kind of roster; `key` is the column that tells rows apart.

    `columns` says what a header may call each column, without accents and case; `read` makes a row of its line and
    values, or raises `RowFault`.
    """

    key: str
    columns: Mapping[str, tuple[str, ...]]
    required: tuple[str, ...]
    longest: Mapping[str, int]
    read: Callable[[int, dict[str, str]], Any]

    @property
    def known(self) -> dict[str, str]:
        """Give our name of a column for each way to write it."""
        return {written: name for name, spellings in self.columns.items() for written in spellings}

    def names(self, place: int) -> str:
        """Name the required columns: in French with 0, in English with -1."""
        return ", ".join(self.columns[name][0] if place == 0 else name for name in self.required)


def read_header(layout: Layout, cells: list[str]) -> list[str | None]:
    """Name each column of a header; None are those that do not concern us. Raises `HeaderFault`."""
    known = layout.known
    names = [known.get(fold(cell)) for cell in cells]
    wrong = [
        name for name in layout.columns if names.count(name) > 1 or (name in layout.required and name not in names)
    ]
    if wrong:
        raise HeaderFault(wrong)
    return names


def has_key(layout: Layout, cells: list[str]) -> bool:
    """Tell whether a header names the column that tells rows of this layout apart."""
    return any(fold(cell) in layout.columns[layout.key] for cell in cells)


def is_text(cell: str) -> bool:
    """Tell text from another encoding or no text at all, in a header, where nothing invisible has business."""
    return all(unicodedata.category(sign) not in ("Cc", "Cs") for sign in cell.strip())


def fold(cell: str) -> str:
    """Give the form in which names of columns are compared: no accents, no case, blanks and dashes as `_`."""
    plain = unicodedata.normalize("NFKD", cell.strip().casefold())
    return "".join(sign for sign in plain if not unicodedata.combining(sign)).replace(" ", "_").replace("-", "_")


def read_row(layout: Layout, line: int, header: list[str | None], cells: list[str]) -> Any:
    """Validate one row; raises `RowFault`. Blank cells beyond the header are forgiven: spreadsheets write them."""
    if len(cells) < len(header) or any(cell.strip() for cell in cells[len(header) :]):
        raise RowFault(line, "columns")
    values = {name: _cell(layout, line, name, cell) for name, cell in zip(header, cells, strict=False) if name}
    for name in layout.required:
        if not values[name]:
            raise RowFault(line, "missing", name)
    return layout.read(line, values)


def _cell(layout: Layout, line: int, name: str, cell: str) -> str:
    value = unicodedata.normalize("NFC", cell).strip()
    kinds = {unicodedata.category(sign) for sign in value}
    if "Cs" in kinds:  # a byte that was not UTF-8, as the reader hands it on
        raise RowFault(line, "encoding", name)
    if kinds & INVISIBLE:
        raise RowFault(line, "control", name)
    if len(value) > layout.longest[name]:
        raise RowFault(line, "matricule" if name == "matricule" else "long", name)
    return value


def language(line: int, value: str) -> Language:
    """Read a language; French when nothing is said."""
    written = value.lower() or "fr"
    if written not in ("fr", "en"):
        raise RowFault(line, "language", "language")
    return Language(written)


def email(line: int, value: str, column: str = "email") -> str:
    """Read an e-mail address."""
    try:
        # Whether it can be delivered is found out by the letter, not by us; `.test` names are for trials.
        return validate_email(value, check_deliverability=False, test_environment=True, allow_smtputf8=False).normalized
    except EmailNotValidError as error:
        raise RowFault(line, "email", column) from error
