"""PINs, the state of a licence, and the rows of a roster; no I/O."""

from __future__ import annotations

import secrets
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING

from email_validator import EmailNotValidError, validate_email

from shared.contracts.events.accounts import LicenceStatus
from shared.contracts.people import Language
from shared.contracts.texts import Text

if TYPE_CHECKING:
    from uuid import UUID

SIGNS = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
"""31 signs: no 0 O 1 I L, which people mistake for each other (decision 9)."""
PIN_LENGTH = 9
MINUS = "\N{MINUS SIGN}"
INVISIBLE = {"Cc", "Cf", "Cn", "Co", "Zl", "Zp"}


def make_pin() -> str:
    """Make a PIN as people read it: three groups of three signs, `M5D-C58-TA2` (O8)."""
    signs = "".join(secrets.choice(SIGNS) for _ in range(PIN_LENGTH))
    return "-".join((signs[:3], signs[3:6], signs[6:]))


def normalise_pin(typed: str) -> str | None:
    """Give the nine signs of a PIN whatever its case, spaces and dashes; None when it cannot be one (O17)."""
    folded = unicodedata.normalize("NFKC", typed).upper()
    signs = "".join(sign for sign in folded if not _is_between(sign))
    return signs if len(signs) == PIN_LENGTH and set(signs) <= set(SIGNS) else None


def _is_between(sign: str) -> bool:
    """Tell whether a sign only parts or decorates: blanks, dashes of any kind, and what nobody sees."""
    return sign.isspace() or sign == MINUS or unicodedata.category(sign) in ("Pd", "Cf")


def status(holder: UUID | None, *, suspended: bool) -> LicenceStatus:
    """Name the state of a licence; a suspended one is that first (decision 11)."""
    if suspended:
        return LicenceStatus.SUSPENDED
    return LicenceStatus.ACTIVE if holder else LicenceStatus.UNCLAIMED


@dataclass(frozen=True, slots=True)
class Row:
    """One licence of a roster, validated; `line` is where it begins in the file."""

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
    "duplicate": Text("ce matricule figure déjà plus haut dans le fichier", "this matricule stands above in the file"),
    "email": Text("ce n’est pas une adresse courriel", "this is not an e-mail address"),
    "encoding": Text("ce n’est pas de l’UTF-8", "this is not UTF-8"),
    "language": Text("la langue doit être fr ou en", "the language must be fr or en"),
    "long": Text("la valeur ou la ligne est trop longue", "the value or the line is too long"),
    "matricule": Text("le matricule doit avoir de 1 à 10 chiffres", "the matricule must have 1 to 10 digits"),
    "missing": Text("la valeur est obligatoire", "the value is required"),
    "quotes": Text("un guillemet est mal placé ou n’est pas fermé", "a quotation mark is misplaced or not closed"),
}

COLUMNS: dict[str, tuple[str, ...]] = {
    "matricule": ("matricule", "licence_number", "license_number"),
    "first_name": ("prenom", "first_name"),
    "last_name": ("nom", "last_name"),
    "email": ("courriel", "adresse_courriel", "email", "e_mail"),
    "office": ("bureau", "office"),
    "language": ("langue", "language"),
}
"""What a header may call each column, without accents, case, and difference between blanks, `-` and `_`."""
KNOWN = {written: name for name, spellings in COLUMNS.items() for written in spellings}
REQUIRED = ("matricule", "first_name", "last_name", "email", "office")
LONGEST = {"matricule": 10, "first_name": 100, "last_name": 100, "email": 254, "office": 200, "language": 2}


def read_header(cells: list[str]) -> list[str | None]:
    """Name each column of a header; None are those that do not concern us. Raises `HeaderFault`."""
    names = [KNOWN.get(_fold(cell)) for cell in cells]
    wrong = [name for name in COLUMNS if names.count(name) > 1 or (name in REQUIRED and name not in names)]
    if wrong:
        raise HeaderFault(wrong)
    return names


def is_text(cell: str) -> bool:
    """Tell text from another encoding or no text at all, in a header, where nothing invisible has business."""
    return all(unicodedata.category(sign) not in ("Cc", "Cs") for sign in cell.strip())


def _fold(cell: str) -> str:
    plain = unicodedata.normalize("NFKD", cell.strip().casefold())
    return "".join(sign for sign in plain if not unicodedata.combining(sign)).replace(" ", "_").replace("-", "_")


def read_row(line: int, header: list[str | None], cells: list[str]) -> Row:
    """Validate one row; raises `RowFault`. Blank cells beyond the header are forgiven: spreadsheets write them."""
    if len(cells) < len(header) or any(cell.strip() for cell in cells[len(header) :]):
        raise RowFault(line, "columns")
    values = {name: _cell(line, name, cell) for name, cell in zip(header, cells, strict=False) if name}
    for name in REQUIRED:
        if not values[name]:
            raise RowFault(line, "missing", name)
    if not (values["matricule"].isascii() and values["matricule"].isdigit()):
        raise RowFault(line, "matricule", "matricule")
    language = values.pop("language", "").lower() or "fr"
    if language not in ("fr", "en"):
        raise RowFault(line, "language", "language")
    values["email"] = _email(line, values["email"])
    return Row(line=line, language=Language(language), **values)


def _cell(line: int, name: str, cell: str) -> str:
    value = unicodedata.normalize("NFC", cell).strip()
    kinds = {unicodedata.category(sign) for sign in value}
    if "Cs" in kinds:  # a byte that was not UTF-8, as the reader hands it on
        raise RowFault(line, "encoding", name)
    if kinds & INVISIBLE:
        raise RowFault(line, "control", name)
    if len(value) > LONGEST[name]:
        raise RowFault(line, "matricule" if name == "matricule" else "long", name)
    return value


def _email(line: int, value: str) -> str:
    try:
        # Whether it can be delivered is found out by the letter, not by us; `.test` names are for trials.
        return validate_email(value, check_deliverability=False, test_environment=True, allow_smtputf8=False).normalized
    except EmailNotValidError as error:
        raise RowFault(line, "email", "email") from error
