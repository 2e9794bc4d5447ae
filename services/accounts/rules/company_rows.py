"""The rows of an import of business accounts; no I/O (O3)."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from services.accounts.rules import companies, rosters
from shared.contracts.events.companies import AccountKind
from shared.contracts.people import Language

KINDS = {
    "professionnel": AccountKind.PROFESSIONAL,
    "professional": AccountKind.PROFESSIONAL,
    "entrepreneur": AccountKind.CONTRACTOR,
    "contractor": AccountKind.CONTRACTOR,
}
NUMBER = re.compile(r"[A-Z0-9](?:[A-Z0-9-]*[A-Z0-9])?")
MANY = 50


@dataclass(frozen=True, slots=True)
class Row:
    """One business account of an import, validated; `line` is where it begins in the file."""

    line: int
    number: str
    kind: AccountKind
    legal_name: str
    operating_name: str
    tarion_number: str | None
    phone: str
    email: str
    street: str
    unit: str | None
    city: str
    province: str
    postal_code: str
    language: Language
    contacts: tuple[str, ...]
    references: tuple[str, ...]

    @property
    def key(self) -> str:
        """What no other row of the file may have."""
        return self.number

    def facts(self) -> dict[str, Any]:
        """What the import says of the account, as the columns of the table."""
        names = ("legal_name", "operating_name", "tarion_number", "phone", "email", "street", "unit", "city")
        more = ("province", "postal_code", "language")
        return {name: getattr(self, name) for name in (*names, *more)}


def read_row(line: int, values: dict[str, str]) -> Row:
    """Validate one row; raises `RowFault` with the column at fault."""
    number = values["number"].upper()
    if not NUMBER.fullmatch(number):
        raise rosters.RowFault(line, "number", "number")
    kind = KINDS.get(rosters.fold(values["kind"]))
    if kind is None:
        raise rosters.RowFault(line, "kind", "kind")
    return Row(
        line=line,
        number=number,
        kind=kind,
        legal_name=values["legal_name"],
        operating_name=values.get("operating_name", ""),
        tarion_number=_read(line, "tarion_number", companies.tarion_number, values.get("tarion_number", "")),
        phone=_read(line, "phone", companies.phone, values["phone"]),
        email=rosters.email(line, values["email"]),
        street=values["street"],
        unit=values.get("unit") or None,
        city=values["city"],
        province=_read(line, "province", companies.province, values["province"]),
        postal_code=_read(line, "postal_code", companies.postal_code, values["postal_code"]),
        language=rosters.language(line, values.get("language", "")),
        contacts=tuple(rosters.email(line, one, "contacts") for one in _parts(line, "contacts", values)),
        references=_parts(line, "references", values),
    )


def _read(line: int, column: str, read: Callable[[str], Any], value: str) -> Any:
    try:
        return read(value)
    except ValueError as error:
        raise rosters.RowFault(line, column, column) from error


def _parts(line: int, column: str, values: dict[str, str]) -> tuple[str, ...]:
    """Part what several values in one cell are parted by, `|`."""
    parts = tuple(dict.fromkeys(part.strip() for part in values.get(column, "").split("|") if part.strip()))
    if len(parts) > MANY:
        raise rosters.RowFault(line, "many", column)
    if any(len(part) > 254 for part in parts):
        raise rosters.RowFault(line, "long", column)
    return parts


LAYOUT = rosters.Layout(
    key="number",
    columns={
        "number": ("numero", "numero_du_compte", "number", "account_number"),
        "kind": ("genre", "type", "kind"),
        "legal_name": ("denomination_sociale", "legal_name"),
        "operating_name": ("exercant_sous_le_nom_de", "nom_commercial", "operating_name"),
        "tarion_number": ("numero_tarion", "tarion", "tarion_number"),
        "phone": ("telephone", "phone"),
        "email": ("courriel", "adresse_courriel", "email", "e_mail"),
        "street": ("rue", "adresse", "street", "address"),
        "unit": ("unite", "app", "unit"),
        "city": ("ville", "city"),
        "province": ("province",),
        "postal_code": ("code_postal", "postal_code"),
        "language": ("langue", "language"),
        "contacts": ("contacts", "autres_courriels"),
        "references": ("demandes", "references", "applications"),
    },
    required=("number", "kind", "legal_name", "phone", "email", "street", "city", "province", "postal_code"),
    longest={
        "number": 40,
        "kind": 20,
        "legal_name": 200,
        "operating_name": 200,
        "tarion_number": 40,
        "phone": 60,
        "email": 254,
        "street": 200,
        "unit": 50,
        "city": 100,
        "province": 40,
        "postal_code": 20,
        "language": 2,
        "contacts": 4000,
        "references": 4000,
    },
    read=read_row,
)
