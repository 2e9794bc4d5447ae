"""PINs and the rows of a roster; no I/O."""

from __future__ import annotations

import secrets
import unicodedata
from dataclasses import dataclass

from email_validator import EmailNotValidError, validate_email

from shared.contracts.people import Language
from shared.contracts.texts import Text

SIGNS = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
"""31 signs: no 0 O 1 I L, which people mistake for each other (decision 9)."""
PIN_LENGTH = 9


def make_pin() -> str:
    """Make a PIN as people read it: three groups of three signs, `M5D-C58-TA2` (O8)."""
    signs = "".join(secrets.choice(SIGNS) for _ in range(PIN_LENGTH))
    return "-".join((signs[:3], signs[3:6], signs[6:]))


def normalise_pin(typed: str) -> str | None:
    """Give the nine signs of a PIN however it was typed; None when it cannot be one (O17)."""
    folded = unicodedata.normalize("NFKC", typed).upper()
    signs = "".join(sign for sign in folded if sign.isalnum())
    good = len(signs) == PIN_LENGTH and all(sign in SIGNS for sign in signs)
    others = [sign for sign in folded if not sign.isalnum() and not sign.isspace()]
    return signs if good and all(unicodedata.category(sign) in ("Pd", "Po", "Sm") for sign in others) else None


@dataclass(frozen=True, slots=True)
class Row:
    """One licence of a roster, validated."""

    line: int
    matricule: str
    first_name: str
    last_name: str
    email: str
    office: str
    language: Language

    def facts(self) -> tuple[str, ...]:
        """What the roster says of the licence, to compare with what is known."""
        return (self.first_name, self.last_name, self.email, self.office, self.language.value)


class RowFault(Exception):
    """Why a row cannot land; `code` is one of FAULTS."""

    def __init__(self, line: int, code: str, column: str | None = None) -> None:
        super().__init__(code)
        self.line, self.code, self.column = line, code, column


FAULTS: dict[str, Text] = {
    "columns": Text("le nombre de colonnes diffère de l’en-tête", "the number of columns differs from the header"),
    "control": Text("des caractères de contrôle s’y trouvent", "it holds control characters"),
    "duplicate": Text("ce matricule figure déjà plus haut dans le fichier", "this matricule stands above in the file"),
    "email": Text("ce n’est pas une adresse courriel", "this is not an e-mail address"),
    "encoding": Text("la ligne n’est pas en UTF-8", "the line is not UTF-8"),
    "language": Text("la langue doit être fr ou en", "the language must be fr or en"),
    "long": Text("la valeur est trop longue", "the value is too long"),
    "matricule": Text("le matricule doit avoir de 1 à 10 chiffres", "the matricule must have 1 to 10 digits"),
    "missing": Text("la valeur est obligatoire", "the value is required"),
    "quotes": Text("un guillemet n’est pas fermé", "a quotation mark is not closed"),
}

COLUMNS: dict[str, str] = {
    "matricule": "matricule",
    "license_number": "matricule",
    "licence_number": "matricule",
    "prenom": "first_name",
    "first_name": "first_name",
    "nom": "last_name",
    "last_name": "last_name",
    "courriel": "email",
    "adresse_courriel": "email",
    "email": "email",
    "bureau": "office",
    "office": "office",
    "langue": "language",
    "language": "language",
}
"""What a header may call each column, without accents and case."""
REQUIRED = ("matricule", "first_name", "last_name", "email", "office")
LONGEST = {"matricule": 10, "first_name": 80, "last_name": 80, "email": 254, "office": 200, "language": 2}


def read_header(cells: list[str]) -> list[str | None]:
    """Name each column of a header; unknown ones are None. Raises ValueError naming what is missing or doubled."""
    names = [COLUMNS.get(_fold(cell)) for cell in cells]
    missing = [name for name in REQUIRED if name not in names]
    doubled = [name for name in set(names) if name and names.count(name) > 1]
    if missing or doubled:
        raise ValueError(", ".join(missing or sorted(doubled)))
    return names


def _fold(cell: str) -> str:
    plain = unicodedata.normalize("NFKD", cell.strip().casefold())
    return "".join(sign for sign in plain if not unicodedata.combining(sign)).replace(" ", "_").replace("-", "_")


def read_row(line: int, header: list[str | None], cells: list[str]) -> Row:
    """Validate one row; raises `RowFault`."""
    if len(cells) != len(header):
        raise RowFault(line, "columns")
    values = {name: _cell(line, name, cell) for name, cell in zip(header, cells, strict=True) if name}
    for name in REQUIRED:
        if not values[name]:
            raise RowFault(line, "missing", name)
    if not (values["matricule"].isascii() and values["matricule"].isdigit()):
        raise RowFault(line, "matricule", "matricule")
    values["matricule"] = str(int(values["matricule"]))
    language = values.pop("language", "").lower() or "fr"
    if language not in ("fr", "en"):
        raise RowFault(line, "language", "language")
    values["email"] = _email(line, values["email"])
    return Row(line=line, language=Language(language), **values)


def _cell(line: int, name: str, cell: str) -> str:
    value = unicodedata.normalize("NFC", cell).strip()
    if len(value) > LONGEST[name]:
        raise RowFault(line, "long", name)
    if any(unicodedata.category(sign) in ("Cc", "Zl", "Zp") for sign in value):
        raise RowFault(line, "control", name)
    return value


def _email(line: int, value: str) -> str:
    try:
        return validate_email(value, check_deliverability=False).normalized
    except EmailNotValidError as error:
        raise RowFault(line, "email", "email") from error
